"""Webhooks: what is pushed, in which order, and how often it is tried again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.sandbox.telegram.desk import ANA, BEN, USERNAME, Desk, Json, buttons
from tests.sandbox.telegram.receiver import Receiver, running_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A webhook of the test's own."""
    async with running_receiver() as running:
        yield running


async def trouble(desk: Desk) -> Json:
    """The webhook's state once a failure is noted."""
    return await desk.until(lambda: desk.done("getWebhookInfo"), lambda info: "last_error_message" in info)


async def settled(desk: Desk) -> None:
    """Return when nothing is pending."""
    await desk.until(lambda: desk.done("getWebhookInfo"), lambda info: info["pending_update_count"] == 0)


async def test_an_update_is_pushed_with_the_secret(desk: Desk, receiver: Receiver) -> None:
    await desk.done("setWebhook", url=receiver.url, secret_token="s3cret", allowed_updates=["message"])
    await desk.write(ANA, "pushed")
    update, secret = await asyncio.wait_for(receiver.came.get(), 10)
    assert (update["message"]["text"], secret) == ("pushed", "s3cret")
    await settled(desk)
    info = await desk.done("getWebhookInfo")
    assert (info["url"], info["allowed_updates"]) == (receiver.url, ["message"])


async def test_what_was_pending_is_pushed_once_a_webhook_is_set(desk: Desk, receiver: Receiver) -> None:
    await desk.write(ANA, "early")
    await desk.done("setWebhook", url=receiver.url)
    assert (await receiver.next())["message"]["text"] == "early"


async def test_pending_updates_can_be_dropped(desk: Desk, receiver: Receiver) -> None:
    await desk.write(ANA, "dropped")
    await desk.done("setWebhook", url=receiver.url, drop_pending_updates=True)
    await desk.write(ANA, "kept")
    assert (await receiver.next())["message"]["text"] == "kept"


async def test_a_refused_update_comes_again_at_once_and_then_later(desk: Desk, receiver: Receiver) -> None:
    receiver.answers.extend([500, 500])
    await desk.done("setWebhook", url=receiver.url)
    await desk.write(ANA, "stubborn")
    first, second = await receiver.next(), await receiver.next()
    assert first == second
    assert "500" in (await trouble(desk))["last_error_message"]
    await desk.sim("clock", advance=1)
    assert await receiver.next() == first
    await settled(desk)


async def test_retry_after_is_obeyed(desk: Desk, receiver: Receiver) -> None:
    receiver.answers.append(503)
    await desk.done("setWebhook", url=receiver.url)
    await desk.write(ANA, "later")
    await receiver.next()
    await trouble(desk)
    await desk.sim("clock", advance=900)
    assert receiver.came.empty()
    await desk.sim("clock", advance=101)
    assert (await receiver.next())["message"]["text"] == "later"


async def test_one_chat_is_in_order_while_another_is_not_held_up(desk: Desk, receiver: Receiver) -> None:
    receiver.answers.append(0)
    await desk.done("setWebhook", url=receiver.url)
    await desk.write(ANA, "first")
    assert (await receiver.next())["message"]["text"] == "first"
    await desk.write(ANA, "second")
    await desk.write(BEN, "from Ben")
    assert (await receiver.next())["message"]["text"] == "from Ben"
    receiver.hold.set()
    assert (await receiver.next())["message"]["text"] == "second"


async def test_a_persons_tap_does_not_wait_for_the_same_persons_message(desk: Desk, receiver: Receiver) -> None:
    sent = await desk.done("sendMessage", chat_id=ANA, text="job", reply_markup=buttons("Claim"))
    receiver.answers.append(0)
    await desk.done("setWebhook", url=receiver.url)
    await desk.write(ANA, "held")
    await receiver.next()
    await desk.tap(ANA, sent["message_id"], "Claim")
    assert (await receiver.next())["callback_query"]["data"] == "claim"


async def test_a_tap_that_nobody_took_in_time_is_dropped(desk: Desk, receiver: Receiver) -> None:
    sent = await desk.done("sendMessage", chat_id=ANA, text="job", reply_markup=buttons("Claim"))
    receiver.answers.append(503)
    await desk.done("setWebhook", url=receiver.url)
    await desk.tap(ANA, sent["message_id"], "Claim")
    await receiver.next()
    await trouble(desk)
    await desk.sim("clock", advance=1001)
    await settled(desk)
    assert receiver.came.empty()


async def test_a_pushed_update_can_be_pushed_again(desk: Desk, receiver: Receiver) -> None:
    await desk.done("setWebhook", url=receiver.url)
    await desk.write(ANA, "twice")
    update = await receiver.next()
    await settled(desk)
    await desk.sim("redeliver", bot=USERNAME, update_id=update["update_id"])
    assert await receiver.next() == update


async def test_a_bad_webhook_is_refused(desk: Desk) -> None:
    assert "bad webhook" in await desk.refusal("setWebhook", url="ftp://x")
    refused = await desk.refusal("setWebhook", url="https://x.org/", secret_token="no spaces!")
    assert refused == "Bad Request: secret token contains unallowed characters"
