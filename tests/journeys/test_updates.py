"""Telegram's updates twice, late, and in the wrong order: each has its effect once."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from sandbox.play.eyes import open_eyes
from sandbox.play.scenes.parts import CHARGED, RUNNER_GETS, brings, comes_in, is_paid, orders_laksa, sets_up_payout
from sandbox.play.scenes.running import happy
from sandbox.play.sights import Message
from sandbox.play.stage import Ending, Stage
from sandbox.play.verdict import judge
from sandbox.play.wire import Wire, fields, whole
from tests.journeys.town import Town

ALL_HANDLED = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM telegram_update WHERE handled_at IS NULL AND NOT parked)"
Plays = dict[str, "asyncio.Task[None]"]
HANDLED_WITHIN = 10.0  # seconds


class Echo:
    """Repeats every update of some people as soon as it is heard of."""

    def __init__(self, wire: Wire, bot: str, people: frozenset[int]) -> None:
        self._wire, self._bot, self._people = wire, bot, people
        self.heard: list[int] = []
        self.repeating: list[asyncio.Task[object]] = []

    def hear(self, event: Mapping[str, object], message: Message | None) -> None:
        """A reader of events."""
        if event["kind"] != "update" or event["chat"] != self._bot:
            return
        update = fields(event["update"])
        inner = next(fields(value) for key, value in update.items() if key != "update_id")
        number = whole(update["update_id"])
        if number in self.heard or "from" not in inner or fields(inner["from"])["id"] not in self._people:
            return
        self.heard.append(number)
        self.repeating.append(asyncio.create_task(self.repeat(number)))

    async def repeat(self, number: int) -> object:
        """Have the bot get an update once more."""
        return await self._wire.post("/sim/redeliver", {"bot": self._bot, "update_id": number})


@pytest.fixture(scope="module")
async def plays(town: Town) -> AsyncIterator[Plays]:
    """Both orders, begun together."""
    started = {
        "twice": asyncio.create_task(every_update_twice(town)),
        "reversed": asyncio.create_task(all_again_in_reverse(town)),
    }
    yield started
    for task in started.values():
        task.cancel()
    await asyncio.gather(*started.values(), return_exceptions=True)


async def test_an_order_whose_every_update_comes_twice_is_still_one_order(plays: Plays) -> None:
    await plays["twice"]


async def test_updates_that_come_again_in_reverse_order_change_nothing(plays: Plays) -> None:
    await plays["reversed"]


async def every_update_twice(town: Town) -> None:
    """A happy order, each of whose updates is sent again at once."""
    async with town.stage("south") as stage:
        echo = echo_of(stage)
        async with open_eyes(stage.telegram, (echo.hear,)):
            endings = await happy(stage)
            await asyncio.gather(*echo.repeating)
        assert len(echo.heard) > 15
        for ending in endings:
            await judge(stage.stripe, ending)
        assert len(await town.ask("SELECT id FROM orders WHERE customer_id = $1", stage.mei.number)) == 1


async def all_again_in_reverse(town: Town) -> None:
    """A happy order, whose updates all come again when it is over, the last one first."""
    async with town.stage("west") as stage:
        echo = echo_of(stage)
        async with open_eyes(stage.telegram, (echo.hear,)):
            await sets_up_payout(stage.ana)
            order = await orders_laksa(stage.mei)
            await stage.ana.taps("claim", about=order)
            await brings(stage.ana, stage.mei, order)
            await is_paid(stage.ana, order)
        before = await history(town, order)
        for number in reversed(echo.heard):
            await echo.repeat(number)
        await comes_in(stage.ben)  # the bot has heard of everything before
        await town.until(ALL_HANDLED, within=HANDLED_WITHIN)
        assert await history(town, order) == before
        assert len(await town.ask("SELECT id FROM orders WHERE customer_id = $1", stage.mei.number)) == 1
        await judge(stage.stripe, Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS))


def echo_of(stage: Stage) -> Echo:
    """An echo of the customer's and the runner's updates."""
    return Echo(stage.telegram, stage.mei.bot, frozenset({stage.mei.number, stage.ana.number}))


async def history(town: Town, order: int) -> list[tuple[str, str]]:
    """All that ever happened to an order."""
    rows = await town.ask("SELECT subject, event FROM event WHERE order_id = $1 ORDER BY id", order)
    return [(row["subject"], row["event"]) for row in rows]
