"""The doors: Telegram pushes instead of being polled, and Stripe's webhooks never arrive."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sandbox.play.scenes.parts import comes_in
from sandbox.play.scenes.paying import bank_approval
from sandbox.play.scenes.running import happy, runner_not_onboarded
from tests.journeys.town import Town

HANDLED_WITHIN = 10.0  # seconds
FIRST = 900_000_000  # updates made by hand have higher numbers than all others


@pytest.fixture(scope="module")
def pushed(town: Town) -> Iterator[Town]:
    """The bot started again with a public address, so that Telegram calls it."""
    plan = town.stack.plan
    restart_bot(town, webhooks=True)
    yield town
    restart_bot(town, webhooks=plan.webhooks)


def restart_bot(town: Town, *, webhooks: bool) -> None:
    """Stop the bot and start it in the other way of hearing."""
    town.stack.processes["bot"].stop()
    town.stack.plan = replace(town.stack.plan, webhooks=webhooks)
    town.stack.start_room("bot", "bot")
    town.stack.wait_ready("bot")


async def test_with_every_stripe_webhook_lost_orders_still_end_as_they_must(town: Town) -> None:
    async with town.stage("west") as stage:
        await stage.stripe.post("/sim/webhooks", {"drop": True})
        try:
            await asyncio.gather(town.plays(bank_approval, "west"), town.plays(runner_not_onboarded, "east"))
        finally:
            await stage.stripe.post("/sim/webhooks", {"drop": False})


async def test_an_order_goes_its_way_when_telegram_pushes(pushed: Town) -> None:
    await pushed.plays(happy, "south")
    info = await pushed.ask("SELECT count(*) AS heard FROM telegram_update WHERE handled_at IS NULL AND NOT parked")
    assert info[0]["heard"] == 0


async def test_updates_that_overtake_each_other_are_taken_once_each(pushed: Town) -> None:
    async with pushed.stage("east") as stage:
        await comes_in(stage.mei)
        chat = {"id": stage.mei.number, "type": "private", "first_name": "Mei"}
        person = {"id": stage.mei.number, "is_bot": False, "first_name": "Mei"}
        for number in (FIRST + 3, FIRST + 1, FIRST + 2, FIRST + 1):
            message = {"message_id": number, "from": person, "chat": chat, "date": number, "text": "/orders"}
            body = {"bot": stage.mei.bot, "update": {"update_id": number, "message": message}}
            await stage.telegram.post("/sim/updates", body)
        taken = (
            "SELECT 1 FROM telegram_update WHERE person_id = $1 AND update_id >= 900000 HAVING count(handled_at) = 3"
        )
        await pushed.until(taken, stage.mei.number, within=HANDLED_WITHIN)
