"""Tests of webhooks: Telegram posts updates instead of being polled, and Stripe's webhooks never arrive."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.play.scenes.delivery_scenes import play_happy, play_runner_not_onboarded
from sandbox.play.scenes.payment_scenes import play_bank_approval
from sandbox.play.scenes.scene_steps import start_bot
from tests.cases import case
from tests.journeys.journey_stack import JourneyStack

ALL_HANDLED_SQL = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM telegram_update WHERE handled_at IS NULL AND NOT dead_lettered)"
)
HANDLE_TIMEOUT_SECONDS = 10.0
FIRST_UPDATE_ID = 900_000_000  # higher than every number of the sandbox


@pytest.fixture(scope="session")
def webhook_bot(stack: JourneyStack) -> JourneyStack:
    """Restart the bot with a public address. From then on Telegram posts its updates, for later tests too."""
    stack.processes.processes["bot"].stop()
    stack.processes.config = replace(stack.processes.config, webhooks=True)
    stack.processes.start_application_process("bot", "bot")
    stack.processes.wait_ready("bot")
    return stack


@case(36)
async def test_with_every_stripe_webhook_lost_orders_still_end_as_expected(stack: JourneyStack) -> None:
    async with stack.running_scene("west") as context:
        await context.stripe.post("/sim/webhooks", {"drop": True})
        try:
            await asyncio.gather(
                stack.play_scene(play_bank_approval, "west"), stack.play_scene(play_runner_not_onboarded, "east")
            )
        finally:
            await context.stripe.post("/sim/webhooks", {"drop": False})


async def test_an_order_completes_when_telegram_posts_to_the_webhook(webhook_bot: JourneyStack) -> None:
    await webhook_bot.play_scene(play_happy, "south")
    await webhook_bot.wait_for_row(ALL_HANDLED_SQL, within=HANDLE_TIMEOUT_SECONDS)


async def test_updates_in_the_wrong_order_are_handled_once_each(webhook_bot: JourneyStack) -> None:
    async with webhook_bot.running_scene("east") as context:
        await start_bot(context.mei)
        chat = {"id": context.mei.user_id, "type": "private", "first_name": "Mei"}
        person = {"id": context.mei.user_id, "is_bot": False, "first_name": "Mei"}
        for number in (FIRST_UPDATE_ID + 3, FIRST_UPDATE_ID + 1, FIRST_UPDATE_ID + 2, FIRST_UPDATE_ID + 1):
            message = {"message_id": number, "from": person, "chat": chat, "date": number, "text": "/orders"}
            body = {"bot": context.mei.bot, "update": {"update_id": number, "message": message}}
            await context.telegram.post("/sim/updates", body)
        taken = "SELECT 1 FROM telegram_update WHERE person_id = $1 AND update_id > $2 HAVING count(handled_at) = 3"
        await webhook_bot.wait_for_row(taken, context.mei.user_id, FIRST_UPDATE_ID, within=HANDLE_TIMEOUT_SECONDS)
