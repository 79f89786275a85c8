"""Tests of Telegram updates that come twice, late, or in the wrong order: each has its effect once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.people.chat_observer import observe_chats
from sandbox.people.control_clients import Json, TelegramControl
from sandbox.people.observed_messages import ObservedMessage
from sandbox.people.populated_stack import PopulatedStack, SceneContext
from sandbox.play.money_check import check_order_money
from sandbox.play.scenes.delivery_scenes import play_happy
from tests.journeys.running_scenes import running_scene, wait_until_handled

pytestmark = pytest.mark.long

SceneTasks = dict[str, "asyncio.Task[None]"]
ORDERS_SQL = "SELECT id FROM orders WHERE customer_id = $1"


class UpdateEcho:
    """Repeats every update of some people as soon as the sandbox reports it."""

    def __init__(self, telegram: TelegramControl, bot: str, people: frozenset[int]) -> None:
        self._telegram, self._bot, self._people = telegram, bot, people
        self.recorded: list[int] = []
        self.repeating: list[asyncio.Task[object]] = []

    def record(self, event: Json, message: ObservedMessage | None) -> None:
        """Repeat the update of an event, if it is new and from one of the people."""
        if event["kind"] != "update" or event["chat"] != self._bot:
            return
        update = event["update"]
        inner = next(value for key, value in update.items() if key != "update_id")
        number = update["update_id"]
        if number in self.recorded or "from" not in inner or inner["from"]["id"] not in self._people:
            return
        self.recorded.append(number)
        self.repeating.append(asyncio.create_task(self.repeat(number)))

    async def repeat(self, number: int) -> object:
        """Have the sandbox deliver an update once more."""
        return await self._telegram.post("redeliver", bot=self._bot, update_id=number)


@pytest.fixture(scope="module")
async def scene_tasks(stack: PopulatedStack) -> AsyncIterator[SceneTasks]:
    """Both orders, started together."""
    started = {
        "twice": asyncio.create_task(play_with_doubled_updates(stack)),
        "reversed": asyncio.create_task(play_then_repeat_in_reverse(stack)),
    }
    yield started
    for task in started.values():
        task.cancel()
    await asyncio.gather(*started.values(), return_exceptions=True)


async def test_an_order_whose_every_update_comes_twice_is_still_one_order(scene_tasks: SceneTasks) -> None:
    await scene_tasks["twice"]


async def test_updates_that_come_again_in_reverse_order_change_nothing(scene_tasks: SceneTasks) -> None:
    await scene_tasks["reversed"]


async def play_with_doubled_updates(stack: PopulatedStack) -> None:
    """Play an order, each of whose updates is delivered again at once."""
    async with running_scene(stack, "south") as context:
        echo = echo_of(context)
        async with observe_chats(stack.telegram, echo.record):
            expected = await play_happy(context)
            await asyncio.gather(*echo.repeating)
        assert len(echo.recorded) > 15
        await check_order_money(context.stripe, *expected)
        assert len(await stack.query(ORDERS_SQL, context.mei.user_id)) == 1


async def play_then_repeat_in_reverse(stack: PopulatedStack) -> None:
    """Play an order, whose updates are delivered again after its end, the last one first."""
    async with running_scene(stack, "west") as context:
        echo = echo_of(context)
        async with observe_chats(stack.telegram, echo.record):
            (expected,) = await play_happy(context)
        before = await event_history(stack, expected.order_id)
        for number in reversed(echo.recorded):
            await echo.repeat(number)
        await context.ben.start_bot()  # after this every earlier update has reached the bot
        await wait_until_handled(stack)
        assert await event_history(stack, expected.order_id) == before
        assert len(await stack.query(ORDERS_SQL, context.mei.user_id)) == 1
        await check_order_money(context.stripe, expected)


def echo_of(context: SceneContext) -> UpdateEcho:
    """Create an echo of the customer's and the runner's updates."""
    people = frozenset({context.mei.user_id, context.ana.user_id})
    return UpdateEcho(context.populated_stack.telegram, context.mei.campus.bot, people)


async def event_history(stack: PopulatedStack, order: int) -> list[tuple[str, str]]:
    """Return the whole event log of an order."""
    rows = await stack.query("SELECT subject, event FROM event_log WHERE order_id = $1 ORDER BY id", order)
    return [(row["subject"], row["event"]) for row in rows]
