"""Tests of webhooks: Telegram posts updates instead of being polled, and Stripe's webhooks never arrive."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.people.populated_stack import PopulatedStack
from sandbox.play.scenes.delivery_scenes import play_happy, play_runner_not_onboarded
from sandbox.play.scenes.order_scenes import play_bank_approval
from tests.cases import case
from tests.journeys.running_scenes import HANDLE_TIMEOUT_SECONDS, play_scene, running_scene, wait_until_handled

pytestmark = pytest.mark.long

FIRST_UPDATE_ID = 900_000_000  # higher than every number of the sandbox


@pytest.fixture(scope="session")
def webhook_bot(stack: PopulatedStack) -> PopulatedStack:
    """Restart the bot with a public address. From then on Telegram posts its updates, for later tests too."""
    launched = stack.launched
    launched.processes["bot"].stop()
    launched.config = replace(launched.config, webhooks=True)
    launched.start_application_process("bot", "bot")
    launched.wait_ready("bot")
    return stack


@case(36)
async def test_with_every_stripe_webhook_lost_orders_still_end_as_expected(stack: PopulatedStack) -> None:
    await stack.stripe.post("webhooks", drop=True)
    try:
        await asyncio.gather(
            play_scene(stack, play_bank_approval, "west"), play_scene(stack, play_runner_not_onboarded, "east")
        )
    finally:
        await stack.stripe.post("webhooks", drop=False)


async def test_an_order_completes_when_telegram_posts_to_the_webhook(webhook_bot: PopulatedStack) -> None:
    await play_scene(webhook_bot, play_happy, "south")
    await wait_until_handled(webhook_bot)


async def test_updates_in_the_wrong_order_are_handled_once_each(webhook_bot: PopulatedStack) -> None:
    async with running_scene(webhook_bot, "east") as context:
        await context.mei.start_bot()
        chat = {"id": context.mei.user_id, "type": "private", "first_name": "Mei"}
        person = {"id": context.mei.user_id, "is_bot": False, "first_name": "Mei"}
        for number in (FIRST_UPDATE_ID + 3, FIRST_UPDATE_ID + 1, FIRST_UPDATE_ID + 2, FIRST_UPDATE_ID + 1):
            message = {"message_id": number, "from": person, "chat": chat, "date": number, "text": "/orders"}
            update = {"update_id": number, "message": message}
            await webhook_bot.telegram.post("updates", bot=context.mei.campus.bot, update=update)
        taken = "SELECT 1 FROM telegram_update WHERE person_id = $1 AND update_id > $2 HAVING count(handled_at) = 3"
        await webhook_bot.wait_for_row(taken, context.mei.user_id, FIRST_UPDATE_ID, timeout=HANDLE_TIMEOUT_SECONDS)
