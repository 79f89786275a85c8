"""Updates of unsupported kinds: each is answered or ignored once, and holds up no later update."""

import pytest

from domain.campuses.people import RunnerStatus
from domain.inbox.tables import telegram_update
from domain.messaging.buttons import Tap
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.order_setup import (
    arrived_order,
    notifications_of,
    order_message_of,
    post_update,
    raw_message_update,
)
from tests.stack.raw_updates import UPDATE_IDS, tap_content

pytestmark = pytest.mark.drill

MAX_CONCURRENT_UPDATES = 35  # taps of one person before the rate limit refuses
UNSUPPORTED_CONTENT: Json = {"poll": {"id": "1", "question": "pizza?", "options": [], "type": "of next year"}}


async def test_content_newer_than_our_library_is_unsupported(stack: BotStack) -> None:
    mei = await stack.add_person()
    update = raw_message_update(mei, **UNSUPPORTED_CONTENT)
    await post_update(stack, update)
    assert "I can't do anything with that here" in await mei.text()
    assert "not ordered anything" in await mei.answer_to("/orders")
    assert await _has_failed(stack, update) == []


async def test_a_reply_to_an_order_message_with_unsupported_content_is_still_a_reply(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    update = raw_message_update(mei, reply_to=await order_message_of(stack, mei, order_id), text="coming down")
    update["message"]["reply_to_message"] |= UNSUPPORTED_CONTENT
    await post_update(stack, update)
    (heard,) = await notifications_of(stack, order_id, "notification-relayed", ana)
    assert heard["args"]["text"] == "coming down"
    assert await _has_failed(stack, update) == []


async def test_a_button_of_any_kind_with_the_largest_numbers_there_are_is_answered(stack: BotStack) -> None:
    largest, everything = 10**18 - 1, {"runner_status": RunnerStatus.APPROVED, "is_admin": True}
    taps = [f"v1:{tap}:{number}:999999999" for tap in Tap for number in (largest, -largest)]
    for start in range(0, len(taps), MAX_CONCURRENT_UPDATES):
        sam = await stack.add_person("Sam", **everything)
        tapped = [_tap_update(sam, data) for data in taps[start : start + MAX_CONCURRENT_UPDATES]]
        for update in tapped:
            await post_update(stack, update)
        assert await _handled_updates(stack, sam) == len(tapped), "an update was refused by the rate limit, or failed"


def _tap_update(one: BotUser, data: str) -> Json:
    """An update of a tap on a message so old that only its number is known."""
    content = tap_content(one.id, data)
    content["callback_query"]["message"]["date"] = 0
    return {"update_id": next(UPDATE_IDS), **content}


async def _handled_updates(stack: BotStack, one: BotUser) -> int:
    taps = await stack.rows(telegram_update, telegram_update.c.person_id == one.id, telegram_update.c.tries == 0)
    return sum("callback_query" in row["payload"] and row["error"] != "too often" for row in taps)


async def _has_failed(stack: BotStack, update: Json) -> list[Json]:
    here = telegram_update.c.update_id == update["update_id"]
    return await stack.rows(telegram_update, here, telegram_update.c.tries > 0)
