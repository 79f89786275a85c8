"""The one CampusG of all journeys: started once, and its books must be clean when the last journey is over."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.launch.processes import LaunchError
from sandbox.launch.stack import Plan, Stack, running
from sandbox.play.quarters import cast_of_all, found_quarter
from tests.journeys.town import Town
from tests.servers import drop_database, execute, make_database

DATABASE = "campusg_journeys"
INDEXES_ONLY = ("enable_seqscan = off", "plan_cache_mode = force_generic_plan")
SETTLE_WITHIN = 20.0  # seconds; what the last journey left under way may end first


@pytest.fixture(scope="session")
async def journeys_url(postgres_url: str) -> AsyncIterator[str]:
    """A database where a whole table is read only if no index would do, whatever a statement's parameters are."""
    await drop_database(postgres_url, DATABASE)  # of a run that was killed
    url = await make_database(postgres_url, DATABASE)
    await execute(url, *(f"ALTER DATABASE {DATABASE} SET {setting}" for setting in INDEXES_ONLY))
    yield url
    await drop_database(postgres_url, DATABASE)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, journeys_url: str) -> Iterator[Town]:
    """Six campuses in one bot and one worker."""
    folder = tmp_path_factory.mktemp("journeys")
    quarters = {name: found_quarter(folder, name, at) for at, name in enumerate(("east", "south", "west"), start=3)}
    quarters["crowded"] = found_quarter(folder, "crowded", 6, runners=60)
    quarters["hasty"] = found_quarter(folder, "hasty", 7, unclaimed="7s", nudge="2s")
    quarters["doorstep"] = found_quarter(folder, "doorstep", 8, reminder="1s", absent="4s")
    files = tuple(quarter.campus.file for quarter in quarters.values())
    plan = Plan(folder=folder, cast=cast_of_all(quarters.values()), campus_files=files, database_url=journeys_url)
    with running(plan) as stack:
        yield Town(stack=stack, quarters=quarters)
        assert_clean_books(stack)


def assert_clean_books(stack: Stack) -> None:
    """All promises hold, as an operator would ask."""
    deadline = time.monotonic() + SETTLE_WITHIN
    while True:
        try:
            report = stack.run("workers.audit")
        except LaunchError as breach:
            assert time.monotonic() < deadline, str(breach)
            continue
        assert "BROKEN" not in report
        return
