"""Notifications: messages of their own, sent at most once by themselves."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from domain.messaging.tables import notification
from tests.workers.telegram.sender_stack import SenderStack
from workers.telegram.notification_sender import MAX_TRIES_WITHOUT_SENTENCE, dispatch_notification
from workers.telegram.sender import open_telegram_sender


async def test_a_notification_has_its_text_and_its_buttons(stack: SenderStack) -> None:
    number = await stack.add_notification("waits")
    await stack.send_all_due()
    (message,) = [one for one in await stack.messages() if one["text"] != "/start"]
    assert message["text"].startswith("💰 You have S$6.00 waiting from job #7.")
    assert message["buttons"] == [
        [{"text": "Set up pay-out", "data": "v1:set_up_payout:0:0"}],
        [{"text": "Cancel free", "data": "v1:cancel:7:1", "style": "danger"}],
    ]
    assert (await stack.notification_row(number)).status == "sent"


async def test_a_notification_whose_send_got_no_answer_has_unknown_outcome_and_is_not_repeated(
    stack: SenderStack,
) -> None:
    await stack.inject_fault("lost_answer")
    number = await stack.add_notification("perhaps")
    await stack.send_all_due()
    await stack.make_due()
    await stack.send_all_due()
    assert len(await stack.chat_texts()) == 1
    assert (await stack.notification_row(number)).status == "outcome_unknown"


async def test_two_workers_send_a_notification_once(stack: SenderStack) -> None:
    number = await stack.add_notification("once")
    await asyncio.gather(*(dispatch_notification(stack.context, number) for _ in range(5)))
    assert len(await stack.calls("sendMessage")) == 1


async def test_a_notification_whose_worker_died_while_sending_has_unknown_outcome(stack: SenderStack) -> None:
    number = await stack.add_notification("whose")
    async with stack.context.database() as work:
        await work.connection.exec_driver_sql(
            "UPDATE notification SET status = 'sending', due_at = now() - interval '1 second'"
        )
    other = await stack.add_notification("wakes the sweep")
    await stack.send_all_due()
    assert [(await stack.notification_row(one)).status for one in (number, other)] == ["outcome_unknown", "sent"]


async def test_a_notification_that_certainly_was_not_sent_is_sent_later(
    stack: SenderStack, unused_tcp_port: int
) -> None:
    number = await stack.add_notification("patient")
    nobody = open_telegram_sender(f"http://127.0.0.1:{unused_tcp_port}", {stack.campus_id: "1:x"})
    away = replace(stack.context, sender=nobody)
    await dispatch_notification(away, number)
    await nobody.close()
    row = await stack.notification_row(number)
    assert (row.status, row.error.startswith("httpx.ConnectError")) == ("due", True)
    await stack.make_due()
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "sent"


async def test_notifications_of_one_chat_come_in_the_order_they_were_written(stack: SenderStack) -> None:
    first, second = await stack.add_notification("waits"), await stack.add_notification("once")
    await dispatch_notification(stack.context, second)
    assert await stack.chat_texts() == [], "the first has not been sent"
    await dispatch_notification(stack.context, first)
    await dispatch_notification(stack.context, second)
    assert [(await stack.notification_row(one)).status for one in (first, second)] == ["sent", "sent"]


@pytest.mark.parametrize("sentence", ["Can't parse entities: oh", "Button_data_invalid"])
async def test_a_notification_that_telegram_can_never_take_is_dropped_with_its_reason(
    stack: SenderStack, sentence: str
) -> None:
    await stack.inject_fault("status", status=400, description=f"Bad Request: {sentence}")
    number = await stack.add_notification("mistake")
    await stack.send_all_due()
    row = await stack.notification_row(number)
    assert (row.status, row.due_at, row.error) == ("dropped", None, sentence)


async def test_a_notification_without_a_sentence_waits_for_a_worker_that_has_it(stack: SenderStack) -> None:
    number, other = await stack.add_notification("new words"), await stack.add_notification("old words")
    known = (await stack.notification_row(number)).key
    await set_key(stack, number, "push-of-a-newer-release")
    for tries in (1, 2):
        await stack.make_due()
        await stack.send_all_due()
        row = await stack.notification_row(number)
        assert (row.status, row.tries, row.error) == ("due", tries, "no sentence has the key push-of-a-newer-release")
    assert await stack.dead_letters() == []
    await set_key(stack, number, known)  # a worker of the newer release
    await stack.make_due()
    await stack.send_all_due()
    assert [(await stack.notification_row(one)).status for one in (number, other)] == ["sent", "sent"]


async def test_a_notification_whose_sentence_no_worker_has_is_dropped_in_the_end(stack: SenderStack) -> None:
    number, other = await stack.add_notification("lost words"), await stack.add_notification("old words")
    await set_key(stack, number, "push-of-an-old-release")
    async with stack.context.database() as work:
        last = update(notification).where(notification.c.id == number).values(tries=MAX_TRIES_WITHOUT_SENTENCE)
        await work.connection.execute(last)
    await stack.send_all_due()
    assert [(await stack.notification_row(one)).status for one in (number, other)] == ["dropped", "sent"]
    assert [letter.subject for letter in await stack.dead_letters()] == [str(number)]


async def wait_long(stack: SenderStack, name: str) -> int:
    """Return a notification that waited for its sentence, almost until it is given up, and whose sentence came."""
    number = await stack.add_notification(name)
    waited = {"tries": MAX_TRIES_WITHOUT_SENTENCE - 1, "error": "no sentence has the key of-a-newer-release"}
    async with stack.context.database() as work:
        await work.connection.execute(update(notification).where(notification.c.id == number).values(waited))
    return number


async def test_a_fault_after_a_long_wait_for_a_sentence_is_the_first_one(stack: SenderStack) -> None:
    number = await wait_long(stack, "new words")
    await stack.execute_sql("UPDATE notification SET buttons = '[1]' WHERE id = :id", id=number)
    await stack.sweep_once()
    row = await stack.notification_row(number)
    assert (row.status, row.tries) == ("due", 1)


async def test_a_send_after_a_long_wait_for_a_sentence_counts_anew(stack: SenderStack, unused_tcp_port: int) -> None:
    number = await wait_long(stack, "new words")
    nobody = open_telegram_sender(f"http://127.0.0.1:{unused_tcp_port}", {stack.campus_id: "1:x"})
    await dispatch_notification(replace(stack.context, sender=nobody), number)
    await nobody.close()
    row = await stack.notification_row(number)
    assert (row.status, row.tries, row.error.startswith("httpx.ConnectError")) == ("due", 0, True)
    await stack.make_due()
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "sent"


async def set_key(stack: SenderStack, number: int, key: str) -> None:
    """Let the notification be of this sentence."""
    async with stack.context.database() as work:
        await work.connection.execute(update(notification).where(notification.c.id == number).values(key=key))
