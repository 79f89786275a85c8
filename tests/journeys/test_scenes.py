"""Every scene of `make play`, all at once in one running CampusG."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.play.scenes import SCENES
from tests.journeys.town import Town

CALM = ("east", "south", "west")
SPECIAL = {"expired": "hasty", "absent": "doorstep"}
Plays = dict[str, "asyncio.Task[None]"]


@pytest.fixture(scope="module")
async def plays(town: Town) -> AsyncIterator[Plays]:
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
