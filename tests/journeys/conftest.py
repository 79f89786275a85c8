"""The test stack that all journeys share: started once, and its books must be clean after the last journey."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from sandbox.launch.processes import LaunchError
from sandbox.launch.stack import Stack, StackConfig, running_stack
from sandbox.play.populated_campuses import accounts_of_campuses, create_populated_campus
from tests.journeys.journey_stack import JourneyStack
from tests.shared_servers import drop_database, execute, make_database

DATABASE = "campusg_journeys"
INDEX_ONLY_SETTINGS = ("enable_seqscan = off", "plan_cache_mode = force_generic_plan")
SETTLE_TIMEOUT_SECONDS = 20.0  # for what the last journey left in flight


@pytest.fixture(scope="session")
async def journeys_url(postgres_url: str) -> AsyncIterator[str]:
    """A database that scans a whole table only where no index fits, for any parameters of a statement."""
    await drop_database(postgres_url, DATABASE)  # left by a run that was killed
    url = await make_database(postgres_url, DATABASE)
    await execute(url, *(f"ALTER DATABASE {DATABASE} SET {setting}" for setting in INDEX_ONLY_SETTINGS))
    yield url
    await drop_database(postgres_url, DATABASE)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, journeys_url: str) -> Iterator[JourneyStack]:
    """Six campuses in one bot and one worker."""
    folder = tmp_path_factory.mktemp("journeys")
    populated_campuses = {
        name: create_populated_campus(folder, name, at) for at, name in enumerate(("east", "south", "west"), start=3)
    }
    populated_campuses["crowded"] = create_populated_campus(folder, "crowded", 6, runners=60)
    populated_campuses["hasty"] = create_populated_campus(folder, "hasty", 7, unclaimed="7s", nudge="2s")
    populated_campuses["handover"] = create_populated_campus(folder, "handover", 8, reminder="1s", absent="4s")
    files = tuple(populated_campus.chats.file for populated_campus in populated_campuses.values())
    plan = StackConfig(
        folder=folder,
        accounts=accounts_of_campuses(populated_campuses.values()),
        campus_files=files,
        database_url=journeys_url,
    )
    with running_stack(plan) as processes:
        yield JourneyStack(processes=processes, populated_campuses=populated_campuses)
        assert_clean_books(processes)


def assert_clean_books(processes: Stack) -> None:
    """Fail when an invariant of the audit does not hold within SETTLE_TIMEOUT_SECONDS."""
    deadline = time.monotonic() + SETTLE_TIMEOUT_SECONDS
    while True:
        try:
            report = processes.run_module("workers.audit")
        except LaunchError as breach:
            assert time.monotonic() < deadline, str(breach)
            continue
        assert "BROKEN" not in report
        return
