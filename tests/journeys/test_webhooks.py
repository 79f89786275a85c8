"""The doors: Telegram pushes instead of being polled, and Stripe's webhooks never arrive."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.play.scenes.parts import comes_in
from sandbox.play.scenes.paying import bank_approval
from sandbox.play.scenes.running import happy, runner_not_onboarded
from tests.journeys.town import Town

ALL_HANDLED = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM telegram_update WHERE handled_at IS NULL AND NOT parked)"
HANDLED_WITHIN = 10.0  # seconds
FIRST = 900_000_000  # updates made by hand have higher numbers than all others


@pytest.fixture(scope="session")
def pushed(town: Town) -> Town:
    """The bot started anew with a public address: from now on Telegram calls it, for whoever comes later too."""
    town.stack.processes["bot"].stop()
    town.stack.plan = replace(town.stack.plan, webhooks=True)
    town.stack.start_room("bot", "bot")
    town.stack.wait_ready("bot")
    return town


async def test_with_every_stripe_webhook_lost_orders_still_end_as_they_must(town: Town) -> None:
    async with town.stage("west") as stage:
        await stage.stripe.post("/sim/webhooks", {"drop": True})
        try:
            await asyncio.gather(town.plays(bank_approval, "west"), town.plays(runner_not_onboarded, "east"))
        finally:
            await stage.stripe.post("/sim/webhooks", {"drop": False})


async def test_an_order_goes_its_way_when_telegram_pushes(pushed: Town) -> None:
    await pushed.plays(happy, "south")
    await pushed.until(ALL_HANDLED, within=HANDLED_WITHIN)


async def test_updates_that_overtake_each_other_are_taken_once_each(pushed: Town) -> None:
    async with pushed.stage("east") as stage:
        await comes_in(stage.mei)
        chat = {"id": stage.mei.number, "type": "private", "first_name": "Mei"}
        person = {"id": stage.mei.number, "is_bot": False, "first_name": "Mei"}
        for number in (FIRST + 3, FIRST + 1, FIRST + 2, FIRST + 1):
            message = {"message_id": number, "from": person, "chat": chat, "date": number, "text": "/orders"}
            body = {"bot": stage.mei.bot, "update": {"update_id": number, "message": message}}
            await stage.telegram.post("/sim/updates", body)
        taken = "SELECT 1 FROM telegram_update WHERE person_id = $1 AND update_id > $2 HAVING count(handled_at) = 3"
        await pushed.until(taken, stage.mei.number, FIRST, within=HANDLED_WITHIN)
