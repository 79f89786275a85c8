"""Tests the scenes of `make play`, all at once in one running CampusG: every fourth one, or all in `make tables`."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.people.populated_stack import PopulatedStack
from sandbox.play.earlier_orders import forget_earlier_orders
from sandbox.play.scenes import LIMIT_SCENES, SCENES
from tests.fuzz.fuzz_depth import sample
from tests.journeys.running_scenes import play_scene

pytestmark = pytest.mark.long

DEFAULT_CAMPUSES = ("east", "south", "west")
SPECIAL_CAMPUSES = {"expired": "hasty", "absent": "handover", **dict.fromkeys(LIMIT_SCENES, "strict")}
PLAYED = sample(sorted(SCENES), 4)
SceneTasks = dict[str, "asyncio.Task[None]"]
SCANNED_BY_DESIGN = frozenset({"campus", "list_cursor", "stripe_platform"})  # a few rows for each campus, or account
POSTPONE_RECONCILIATION_SQL = (
    "UPDATE list_cursor SET due_at = now() + interval '1 hour'"  # the reconciliation compares the books as a whole
)
SEQUENTIAL_SCANS_SQL = "SELECT relname, seq_scan FROM pg_stat_user_tables"


@pytest.fixture(scope="module")
async def scans_before(stack: PopulatedStack) -> dict[str, int]:
    """Sequential scans of each table before the scenes."""
    await stack.query(POSTPONE_RECONCILIATION_SQL)
    return await sequential_scans(stack)


@pytest.fixture(scope="module")
async def scene_tasks(stack: PopulatedStack, scans_before: dict[str, int]) -> AsyncIterator[SceneTasks]:
    """All scenes, started together with different people."""
    places = {
        name: SPECIAL_CAMPUSES.get(name, DEFAULT_CAMPUSES[at % len(DEFAULT_CAMPUSES)]) for at, name in enumerate(PLAYED)
    }
    started = {name: asyncio.create_task(play_scene(stack, SCENES[name], place)) for name, place in places.items()}
    yield started
    for task in started.values():
        task.cancel()
    await asyncio.gather(*started.values(), return_exceptions=True)
    await forget_earlier_orders(stack)


@pytest.mark.parametrize("name", PLAYED)
async def test_the_scene_ends_as_expected(scene_tasks: SceneTasks, name: str) -> None:
    await scene_tasks[name]


async def test_no_statement_of_the_scenes_reads_a_whole_table(
    stack: PopulatedStack, scene_tasks: SceneTasks, scans_before: dict[str, int]
) -> None:
    await asyncio.gather(*scene_tasks.values())
    read = await sequential_scans(stack)
    assert {table for table, times in read.items() if times > scans_before.get(table, 0)} <= SCANNED_BY_DESIGN


async def sequential_scans(stack: PopulatedStack) -> dict[str, int]:
    """Return the sequential scans of each table, which happen only where no index fits a statement."""
    return {row["relname"]: row["seq_scan"] for row in await stack.query(SEQUENTIAL_SCANS_SQL)}
