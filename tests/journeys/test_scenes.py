"""Every scene of `make play`, all at once in one running CampusG."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.play.scenes import SCENES
from tests.journeys.town import Town

CALM = ("east", "south", "west")
SPECIAL = {"expired": "hasty", "absent": "doorstep"}
Plays = dict[str, "asyncio.Task[None]"]
WHOLE_BY_DESIGN = frozenset({"campus", "reading"})  # a few rows for each campus, or account
NO_COMPARING = "UPDATE reading SET due_at = now() + interval '1 hour'"  # the books are compared as a whole
READ_WHOLE = "SELECT relname, seq_scan FROM pg_stat_user_tables"


@pytest.fixture(scope="module")
async def read_before(town: Town) -> dict[str, int]:
    """How often each table was read as a whole before the scenes."""
    await town.ask(NO_COMPARING)
    return await read_whole(town)


@pytest.fixture(scope="module")
async def plays(town: Town, read_before: dict[str, int]) -> AsyncIterator[Plays]:
    """All scenes, begun together by people who do not know each other."""
    places = {name: SPECIAL.get(name, CALM[at % len(CALM)]) for at, name in enumerate(SCENES)}
    started = {name: asyncio.create_task(town.plays(SCENES[name], place)) for name, place in places.items()}
    yield started
    for task in started.values():
        task.cancel()
    await asyncio.gather(*started.values(), return_exceptions=True)


@pytest.mark.parametrize("name", sorted(SCENES))
async def test_the_scene_ends_as_it_must(plays: Plays, name: str) -> None:
    await plays[name]


async def test_no_statement_of_them_reads_a_whole_table(town: Town, plays: Plays, read_before: dict[str, int]) -> None:
    await asyncio.gather(*plays.values())
    read = await read_whole(town)
    assert {table for table, times in read.items() if times > read_before.get(table, 0)} <= WHOLE_BY_DESIGN


async def read_whole(town: Town) -> dict[str, int]:
    """How often each table was, in a database that does so only where it has no index for a statement."""
    return {row["relname"]: row["seq_scan"] for row in await town.ask(READ_WHOLE)}
