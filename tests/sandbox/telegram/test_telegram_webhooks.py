"""Tests of webhooks: what is posted, in which order, and how often it is tried again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.people.control_clients import Json
from tests.sandbox.telegram.telegram_client import ANA, BEN, USERNAME, TelegramClient, button_row
from tests.sandbox.telegram.webhook_receiver import WebhookReceiver, running_webhook_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    """A webhook of the test's own."""
    async with running_webhook_receiver() as running:
        yield running


async def webhook_error(client: TelegramClient) -> Json:
    """Wait until a failure of the webhook is recorded, and return its state."""
    return await client.wait_until(
        lambda: client.bot_result("getWebhookInfo"), lambda info: "last_error_message" in info
    )


async def wait_until_delivered(client: TelegramClient) -> None:
    """Wait until no update is pending."""
    await client.wait_until(lambda: client.bot_result("getWebhookInfo"), lambda info: info["pending_update_count"] == 0)


async def test_an_update_is_posted_with_the_secret(client: TelegramClient, receiver: WebhookReceiver) -> None:
    await client.bot_result("setWebhook", url=receiver.url, secret_token="s3cret", allowed_updates=["message"])
    await client.send_text(ANA, "pushed")
    update, secret = await asyncio.wait_for(receiver.received.get(), 10)
    assert (update["message"]["text"], secret) == ("pushed", "s3cret")
    await wait_until_delivered(client)
    info = await client.bot_result("getWebhookInfo")
    assert (info["url"], info["allowed_updates"]) == (receiver.url, ["message"])


async def test_what_was_pending_is_posted_once_a_webhook_is_set(
    client: TelegramClient, receiver: WebhookReceiver
) -> None:
    await client.send_text(ANA, "early")
    await client.bot_result("setWebhook", url=receiver.url)
    assert (await receiver.next_update())["message"]["text"] == "early"


async def test_pending_updates_can_be_dropped(client: TelegramClient, receiver: WebhookReceiver) -> None:
    await client.send_text(ANA, "dropped")
    await client.bot_result("setWebhook", url=receiver.url, drop_pending_updates=True)
    await client.send_text(ANA, "kept")
    assert (await receiver.next_update())["message"]["text"] == "kept"


async def test_a_refused_update_comes_again_at_once_and_then_later(
    client: TelegramClient, receiver: WebhookReceiver
) -> None:
    receiver.answers.extend([500, 500])
    await client.bot_result("setWebhook", url=receiver.url)
    await client.send_text(ANA, "stubborn")
    first, second = await receiver.next_update(), await receiver.next_update()
    assert first == second
    assert "500" in (await webhook_error(client))["last_error_message"]
    await client.post("clock", advance=1)
    assert await receiver.next_update() == first
    await wait_until_delivered(client)


async def test_retry_after_is_obeyed(client: TelegramClient, receiver: WebhookReceiver) -> None:
    receiver.answers.append(503)
    await client.bot_result("setWebhook", url=receiver.url)
    await client.send_text(ANA, "later")
    await receiver.next_update()
    await webhook_error(client)
    await client.post("clock", advance=900)
    assert receiver.received.empty()
    await client.post("clock", advance=101)
    assert (await receiver.next_update())["message"]["text"] == "later"


async def test_one_chat_is_in_order_while_another_is_not_held_up(
    client: TelegramClient, receiver: WebhookReceiver
) -> None:
    receiver.answers.append(0)
    await client.bot_result("setWebhook", url=receiver.url)
    await client.send_text(ANA, "first")
    assert (await receiver.next_update())["message"]["text"] == "first"
    await client.send_text(ANA, "second")
    await client.send_text(BEN, "from Ben")
    assert (await receiver.next_update())["message"]["text"] == "from Ben"
    receiver.hold.set()
    assert (await receiver.next_update())["message"]["text"] == "second"


async def test_a_persons_tap_does_not_wait_for_the_same_persons_message(
    client: TelegramClient, receiver: WebhookReceiver
) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="job", reply_markup=button_row("Claim"))
    receiver.answers.append(0)
    await client.bot_result("setWebhook", url=receiver.url)
    await client.send_text(ANA, "held")
    await receiver.next_update()
    await client.tap_label(ANA, sent["message_id"], "Claim")
    assert (await receiver.next_update())["callback_query"]["data"] == "claim"


async def test_a_tap_not_delivered_in_time_is_dropped(client: TelegramClient, receiver: WebhookReceiver) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="job", reply_markup=button_row("Claim"))
    receiver.answers.append(503)
    await client.bot_result("setWebhook", url=receiver.url)
    await client.tap_label(ANA, sent["message_id"], "Claim")
    await receiver.next_update()
    await webhook_error(client)
    await client.post("clock", advance=1001)
    await wait_until_delivered(client)
    assert receiver.received.empty()


async def test_a_posted_update_can_be_posted_again(client: TelegramClient, receiver: WebhookReceiver) -> None:
    await client.bot_result("setWebhook", url=receiver.url)
    await client.send_text(ANA, "twice")
    update = await receiver.next_update()
    await wait_until_delivered(client)
    await client.post("redeliver", bot=USERNAME, update_id=update["update_id"])
    assert await receiver.next_update() == update


async def test_a_bad_webhook_is_refused(client: TelegramClient) -> None:
    assert "bad webhook" in await client.bot_refusal("setWebhook", url="ftp://x")
    refused = await client.bot_refusal("setWebhook", url="https://x.org/", secret_token="no spaces!")
    assert refused == "Bad Request: secret token contains unallowed characters"
