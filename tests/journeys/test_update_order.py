"""Tests of Telegram updates that come twice, late, or in the wrong order: each has its effect once."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from sandbox.play.chat_observer import observe_chats
from sandbox.play.money_check import check_order_money
from sandbox.play.observed_messages import ObservedMessage
from sandbox.play.sandbox_client import SandboxClient, json_integer, json_object
from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.delivery_scenes import play_happy
from sandbox.play.scenes.scene_steps import (
    CHARGED_AMOUNT,
    RUNNER_AMOUNT,
    bring_order_to_customer,
    order_laksa,
    set_up_payout_account,
    start_bot,
    wait_until_runner_paid,
)
from tests.journeys.journey_stack import JourneyStack

ALL_HANDLED_SQL = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM telegram_update WHERE handled_at IS NULL AND NOT dead_lettered)"
)
SceneTasks = dict[str, "asyncio.Task[None]"]
HANDLE_TIMEOUT_SECONDS = 10.0


class UpdateEcho:
    """Repeats every update of some people as soon as the sandbox reports it."""

    def __init__(self, wire: SandboxClient, bot: str, people: frozenset[int]) -> None:
        self._wire, self._bot, self._people = wire, bot, people
        self.recorded: list[int] = []
        self.repeating: list[asyncio.Task[object]] = []

    def record(self, event: Mapping[str, object], message: ObservedMessage | None) -> None:
        """Repeat the update of an event, if it is new and from one of the people."""
        if event["kind"] != "update" or event["chat"] != self._bot:
            return
        update = json_object(event["update"])
        inner = next(json_object(value) for key, value in update.items() if key != "update_id")
        number = json_integer(update["update_id"])
        if number in self.recorded or "from" not in inner or json_object(inner["from"])["id"] not in self._people:
            return
        self.recorded.append(number)
        self.repeating.append(asyncio.create_task(self.repeat(number)))

    async def repeat(self, number: int) -> object:
        """Have the sandbox deliver an update once more."""
        return await self._wire.post("/sim/redeliver", {"bot": self._bot, "update_id": number})


@pytest.fixture(scope="module")
async def scene_tasks(stack: JourneyStack) -> AsyncIterator[SceneTasks]:
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


async def play_with_doubled_updates(stack: JourneyStack) -> None:
    """Play an order, each of whose updates is delivered again at once."""
    async with stack.running_scene("south") as context:
        echo = echo_of(context)
        async with observe_chats(context.telegram, (echo.record,)):
            endings = await play_happy(context)
            await asyncio.gather(*echo.repeating)
        assert len(echo.recorded) > 15
        for ending in endings:
            await check_order_money(context.stripe, ending)
        assert len(await stack.fetch_rows("SELECT id FROM orders WHERE customer_id = $1", context.mei.user_id)) == 1


async def play_then_repeat_in_reverse(stack: JourneyStack) -> None:
    """Play an order, whose updates are delivered again after its end, the last one first."""
    async with stack.running_scene("west") as context:
        echo = echo_of(context)
        async with observe_chats(context.telegram, (echo.record,)):
            await set_up_payout_account(context.ana)
            order = await order_laksa(context.mei)
            await context.ana.tap("claim", subject_id=order)
            await bring_order_to_customer(context.ana, context.mei, order)
            await wait_until_runner_paid(context.ana, order)
        before = await event_history(stack, order)
        for number in reversed(echo.recorded):
            await echo.repeat(number)
        await start_bot(context.ben)  # after this every earlier update has reached the bot
        await stack.wait_for_row(ALL_HANDLED_SQL, within=HANDLE_TIMEOUT_SECONDS)
        assert await event_history(stack, order) == before
        assert len(await stack.fetch_rows("SELECT id FROM orders WHERE customer_id = $1", context.mei.user_id)) == 1
        await check_order_money(
            context.stripe, ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT)
        )


def echo_of(context: SceneContext) -> UpdateEcho:
    """Create an echo of the customer's and the runner's updates."""
    return UpdateEcho(context.telegram, context.mei.bot, frozenset({context.mei.user_id, context.ana.user_id}))


async def event_history(stack: JourneyStack, order: int) -> list[tuple[str, str]]:
    """Return the whole event log of an order."""
    rows = await stack.fetch_rows("SELECT subject, event FROM event_log WHERE order_id = $1 ORDER BY id", order)
    return [(row["subject"], row["event"]) for row in rows]
