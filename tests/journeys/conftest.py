"""The test stack that all journeys share: started once, and its books must be clean after the last journey."""

import time
from collections.abc import AsyncIterator

import pytest

from sandbox.launch.campuses import create_campus
from sandbox.launch.processes import LaunchError
from sandbox.launch.stack import Stack, StackConfig, running_stack
from sandbox.people.populated_stack import PopulatedStack, open_populated_stack
from sandbox.soak.soak_plan import SOAK_LIMITS, SOAK_WINDOWS
from tests.stack.secret_search import find_leaks
from tests.stack.shared_servers import drop_database, execute, make_database
from tests.stack.trace_collector import TraceCollector, running_trace_collector

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
async def collector() -> AsyncIterator[TraceCollector]:
    """The collector to which the bot and the worker send their traces."""
    async with running_trace_collector() as running:
        yield running


@pytest.fixture(scope="session")
async def stack(
    tmp_path_factory: pytest.TempPathFactory, journeys_url: str, collector: TraceCollector
) -> AsyncIterator[PopulatedStack]:
    """Eight campuses in one bot and one worker, which trace what they do."""
    folder = tmp_path_factory.mktemp("journeys")
    campuses = (
        *(create_campus(folder, name, at) for at, name in enumerate(("east", "south", "west"), start=3)),
        create_campus(folder, "crowded", 6, runners=60),
        create_campus(folder, "hasty", 7, unclaimed="7s", nudge="2s"),
        create_campus(folder, "handover", 8, reminder="1s", absent="4s", problem="6s"),
        create_campus(folder, "strict", 10, limits={}),  # the limits against fraud as shipped
        create_campus(folder, "quick", 9, runners=20, limits=SOAK_LIMITS, **SOAK_WINDOWS),
    )
    settings = {"LOG_LEVEL": "DEBUG", **collector.settings}
    config = StackConfig(folder=folder, campuses=campuses, database_url=journeys_url, environment=settings)
    with running_stack(config) as processes:
        async with open_populated_stack(processes) as populated_stack:
            yield populated_stack
        assert_clean_books(processes)
        assert not await find_leaks(processes)


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
