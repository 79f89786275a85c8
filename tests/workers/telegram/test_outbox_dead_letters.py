"""Order messages and notifications that cannot be rendered or sent: dead letters that block nothing behind them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.inbox.dead_letter import MAX_TRIES, DeadLetter
from domain.orders.states import Order
from tests.workers.telegram.sender_stack import ANA, BOT, GROUP, MEI, TOKEN, SenderStack
from workers.telegram.notification_sender import MAX_TRIES_WITHOUT_SENTENCE
from workers.telegram.outbox_sweeper import OutboxSweeper
from workers.telegram.sender import open_telegram_sender


async def try_all_sends(stack: SenderStack, times: int) -> None:
    for _ in range(times):
        await stack.make_due()
        await stack.sweep_once()


async def dead_letters_of(stack: SenderStack, order: Order) -> Sequence[DeadLetter]:
    """The dead letters of an order after enough tries to send its order messages."""
    await try_all_sends(stack, MAX_TRIES + 2)
    assert (await stack.order_message_row("group")).due_at is None
    found = await stack.dead_letters()
    assert {(each.kind, each.order_id, each.tries) for each in found} == {("order_message", order.id, MAX_TRIES)}
    return found


async def test_an_order_message_that_cannot_be_rendered_is_a_dead_letter_and_sent_when_it_can_be(
    stack: SenderStack,
) -> None:
    await stack.execute_sql("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    order = await stack.add_order()
    await stack.execute_sql("UPDATE orders SET items = '[{}]'")
    found = await dead_letters_of(stack, order)
    assert {each.shown.split()[0] for each in found} == {"customer", "group"}
    await stack.send_all_due()
    assert [each for each in await stack.chat_texts(ANA, GROUP) if "Parked" in each] != []
    told = len(await stack.chat_texts(ANA, GROUP))
    await stack.execute_sql('UPDATE orders SET items = \'[{"name": "rice", "quantity": 1, "price": 420}]\'')
    await stack.requeue(next(each for each in found if each.shown.startswith("group")))
    await stack.send_all_due()
    assert len(await stack.chat_texts(ANA, GROUP)) == told + 1


async def test_an_order_message_that_the_database_cannot_read_is_a_dead_letter_too(stack: SenderStack) -> None:
    order = await stack.add_order()
    await stack.execute_sql("ALTER TABLE problem_case RENAME COLUMN status TO state")
    found = await dead_letters_of(stack, order)
    await stack.execute_sql("ALTER TABLE problem_case RENAME COLUMN state TO status")
    for each in found:
        await stack.requeue(each)
    await stack.send_all_due()
    assert len(await stack.chat_texts(ANA, GROUP)) == 1


async def test_a_dead_letter_of_an_order_message_sent_after_all_is_closed(stack: SenderStack) -> None:
    order = await stack.add_order()
    await stack.execute_sql("UPDATE orders SET items = '[{}]'")
    await try_all_sends(stack, MAX_TRIES)
    assert len(await stack.dead_letters()) == 2
    await stack.execute_sql('UPDATE orders SET items = \'[{"name": "rice", "quantity": 1, "price": 420}]\'')
    await stack.show_change(order, note="no chili")
    assert await stack.dead_letters() == []


async def test_a_message_that_always_fails_holds_up_its_chat_only_until_it_is_a_dead_letter(stack: SenderStack) -> None:
    broken, other = await stack.add_notification("broken"), await stack.add_notification("other")
    await stack.execute_sql("UPDATE notification SET buttons = '[1]' WHERE id = :id", id=broken)
    await try_all_sends(stack, MAX_TRIES - 1)
    assert [(await stack.notification_row(one)).status for one in (broken, other)] == ["due", "due"]
    await try_all_sends(stack, 2)
    assert [(await stack.notification_row(one)).status for one in (broken, other)] == ["dropped", "sent"]
    (found,) = await stack.dead_letters()
    assert (found.kind, found.subject, found.tries) == ("notification", str(broken), MAX_TRIES)
    assert "S$6.00" not in found.shown, "a dead letter does not show what its reader would read"
    await stack.execute_sql("UPDATE notification SET buttons = '[]'")
    await stack.requeue(found)
    await stack.send_all_due()
    assert (await stack.notification_row(broken)).status == "sent"


async def test_an_alert_that_cannot_be_sent_brings_no_alert_about_itself(stack: SenderStack) -> None:
    await stack.execute_sql("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    number = await stack.add_notification("old words")
    lost = "UPDATE notification SET key = 'push-of-an-old-release', tries = :tries WHERE id = :id"
    await stack.execute_sql(lost, id=number, tries=MAX_TRIES_WITHOUT_SENTENCE)
    refused: dict[str, Any] = {"kind": "status", "method": "sendMessage", "chat": GROUP, "status": 400, "times": 9}
    await stack.control_telegram("faults", **refused, description="Bad Request: can't parse entities")
    await stack.send_all_due()
    assert [each.shown.split()[0] for each in await stack.dead_letters()] == [
        "push-of-an-old-release",
        "notification-dead-letter",
    ]


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("http://localhost/pay/1", "needs a host with a dot"),
        ("https://food.example.org/pay/1", "url 'https://food.example.org' is invalid"),
    ],
)
async def test_a_link_that_no_button_may_have_is_one_dead_letter_and_tried_no_more(
    stack: SenderStack, link: str, words: str
) -> None:
    await stack.execute_sql("UPDATE campus SET admin_chat = :chat", chat=GROUP)
    number = await stack.add_notification("linked")
    buttons = json.dumps([{"key": "button-open-checkout", "url": link}])
    await stack.execute_sql(
        "UPDATE notification SET buttons = CAST(:new AS jsonb) WHERE id = :id", new=buttons, id=number
    )
    await stack.inject_fault(
        "status", MEI, status=400, description=f"Bad Request: inline keyboard button URL '{link}' is invalid"
    )
    await try_all_sends(stack, 3)
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "dropped"
    (found,) = await stack.dead_letters()
    assert words in found.error.lower()
    assert "/pay/1" not in found.error, "whoever opens the link may act"
    told = [each for each in await stack.chat_texts(ANA, GROUP) if "Parked" in each]
    assert len(told) == 1


@pytest.mark.parametrize("is_refused", [False, True], ids=["unreachable", "token refused"])
async def test_an_outage_of_telegram_brings_no_message_nearer_to_its_end(
    stack: SenderStack, unused_tcp_port: int, *, is_refused: bool
) -> None:
    await stack.add_order()
    number = await stack.add_notification("patient")
    await stack.control_telegram("tokens", bot=BOT, revoked=is_refused)
    for _ in range(MAX_TRIES + 2):
        await stack.make_due()
        await stack.redis.flushdb()  # the rate limit of the chat makes nobody wait
        await sweep_without_telegram(stack, stack.telegram_url if is_refused else f"http://127.0.0.1:{unused_tcp_port}")
    await stack.control_telegram("tokens", bot=BOT, revoked=False)
    row, order_row = await stack.notification_row(number), await stack.order_message_row("customer")
    assert (row.status, row.tries, order_row.tries) == ("due", 0, 0)
    assert min(row.postponed, order_row.postponed) >= MAX_TRIES
    broken = "UPDATE notification SET buttons = '[1]'", "UPDATE orders SET items = '[{}]'"
    for statement in broken:
        await stack.execute_sql(statement)
    await try_all_sends(stack, 1)
    assert await stack.dead_letters() == [], "one fault of ours after an outage is the first one"
    await stack.execute_sql("UPDATE notification SET buttons = '[]'")
    await stack.execute_sql('UPDATE orders SET items = \'[{"name": "rice", "quantity": 1, "price": 420}]\'')
    await try_all_sends(stack, 1)
    row, order_row = await stack.notification_row(number), await stack.order_message_row("customer")
    assert (row.status, order_row.due_at, order_row.tries, order_row.postponed) == ("sent", None, 0, 0)


async def sweep_without_telegram(stack: SenderStack, api: str) -> None:
    """Run one sweep of a new worker while nobody answers at this address, or Telegram refuses the bot there."""
    away = open_telegram_sender(api, {stack.campus_id: TOKEN})
    sends = OutboxSweeper(sender_context=replace(stack.context, sender=away))
    await sends.start_due()
    await sends.finish()
    await away.close()
