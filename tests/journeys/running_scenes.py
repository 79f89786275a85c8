"""Scenes in the test stack that all journeys share: a failure shows what was printed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.people.control_clients import PlayError
from sandbox.people.populated_stack import PopulatedStack, SceneContext
from sandbox.play.money_check import check_order_money
from sandbox.play.scenes import Scene

MAX_SHOWN_PARAGRAPHS = 40  # how many printed paragraphs of a failed scene are shown
ALL_HANDLED_SQL = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM telegram_update WHERE handled_at IS NULL AND NOT dead_lettered)"
)
HANDLE_TIMEOUT_SECONDS = 10.0


@asynccontextmanager
async def running_scene(stack: PopulatedStack, campus: str = "east") -> AsyncIterator[SceneContext]:
    """Open a scene with new people. When it fails, raise AssertionError with what was printed."""
    paragraphs: list[str] = []
    try:
        async with stack.open_scene(stack.campuses[campus], paragraphs.append) as scene:
            yield scene
    except PlayError as failure:
        raise AssertionError("\n".join([*paragraphs[-MAX_SHOWN_PARAGRAPHS:], str(failure)])) from failure


async def play_scene(stack: PopulatedStack, scene: Scene, campus: str = "east") -> None:
    """Play a scene to its end and check the money."""
    async with running_scene(stack, campus) as context:
        for expected in await scene(context):
            await check_order_money(context.stripe, expected)


async def wait_until_handled(stack: PopulatedStack) -> None:
    """Wait until the bot has handled every update."""
    await stack.wait_for_row(ALL_HANDLED_SQL, timeout=HANDLE_TIMEOUT_SECONDS)
