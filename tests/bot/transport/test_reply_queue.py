"""The reply queue: order, deadlines, bounds and at most one effect, whatever Telegram answers."""

import asyncio

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramServerError
from aiohttp import ClientConnectionResetError, ConnectionTimeoutError

from bot.conversation.replies import Answer, CreateInviteLink, EditMenu, Reply, Screen
from bot.transport.metrics import DropReason, new_metrics
from bot.transport.replies.queued_reply import QueuedReply, QueueKey, QueuePart, queue_key
from bot.transport.replies.reply_queue import MAX_SENDS_IN_FLIGHT, ReplyQueue
from bot.transport.update_payload import ReplyTarget
from tests.bot.transport.reply_queues import (
    CAMPUS,
    METHOD,
    RecordingTelegram,
    dropped,
    message,
    network_error,
    put,
    retry_after,
    running_queue,
    text_of,
    until,
)


async def test_replies_to_one_chat_leave_in_order_and_another_chat_does_not_wait_for_them() -> None:
    telegram = RecordingTelegram(closed_chats={1})
    async with running_queue(telegram) as queue:
        for text in ("a", "b"):
            put(queue, 1, message(text))
        for text in ("c", "d", "e"):
            put(queue, 2, message(text))
        await until(lambda: len(telegram.texts(2)) == 3)
        assert telegram.texts(2) == ["c", "d", "e"]
        assert telegram.texts(1) == ["a"]


async def test_the_answer_to_a_tap_waits_neither_for_messages_nor_for_the_answers_of_others_in_the_group() -> None:
    telegram = RecordingTelegram(closed_chats={-5})
    async with running_queue(telegram) as queue:
        put(queue, -5, message("long"), person=1)
        put(queue, -5, Answer("taken"), person=2)
        put(queue, -5, Answer("yours"), person=3)
        await until(lambda: len(telegram.calls) == 3)


async def test_a_chat_that_must_wait_holds_no_slot() -> None:
    chats = range(100, 100 + 2 * MAX_SENDS_IN_FLIGHT)
    telegram = RecordingTelegram(answers={chat: [retry_after(300)] for chat in chats})
    async with running_queue(telegram) as queue:
        for chat in chats:
            put(queue, chat, message("x"), lifetime=600)
        await until(lambda: len(telegram.calls) == len(chats))
        put(queue, 1, message("honest"))
        await until(lambda: telegram.texts(1) == ["honest"])
        assert dropped(queue) == {}


async def test_no_more_calls_are_in_flight_than_allowed() -> None:
    chats = range(100, 110 + MAX_SENDS_IN_FLIGHT)
    telegram = RecordingTelegram(closed_chats=set(chats))
    async with running_queue(telegram) as queue:
        for chat in chats:
            put(queue, chat, message("x"))
        await until(lambda: len(telegram.calls) >= MAX_SENDS_IN_FLIGHT)
        await asyncio.sleep(0)
        assert len(telegram.calls) == MAX_SENDS_IN_FLIGHT


async def test_a_reply_that_telegram_postpones_is_sent_later_and_before_the_next() -> None:
    telegram = RecordingTelegram(answers={1: [retry_after(0)]})
    async with running_queue(telegram) as queue:
        put(queue, 1, message("a"))
        put(queue, 1, message("b"))
        await until(lambda: queue.is_idle)
        assert telegram.texts(1) == ["a", "a", "b"]
        assert dropped(queue) == {}


async def test_a_pause_beyond_the_deadline_drops_the_reply_at_once_and_the_next_without_a_call() -> None:
    telegram = RecordingTelegram(answers={1: [retry_after(600)]})
    async with running_queue(telegram) as queue:
        put(queue, 1, message("a"))
        await until(lambda: queue.is_idle)
        for text in ("b", "c"):
            put(queue, 1, message(text))
        await until(lambda: queue.is_idle)
        assert telegram.texts(1) == ["a"]
        assert dropped(queue) == {DropReason.TOO_LATE: 3}


async def test_a_reply_whose_time_is_over_is_not_sent() -> None:
    telegram = RecordingTelegram()
    async with running_queue(telegram) as queue:
        put(queue, 1, Answer("late"), lifetime=-0.1)
        await until(lambda: queue.is_idle)
        assert telegram.calls == []
        assert dropped(queue) == {DropReason.TOO_LATE: 1}


@pytest.mark.parametrize(
    "error",
    [network_error(ClientConnectionResetError()), network_error(TimeoutError()), TelegramServerError(METHOD, "")],
)
async def test_with_an_unknown_outcome_a_message_is_not_sent_again_and_an_answer_is(error: Exception) -> None:
    telegram = RecordingTelegram(answers={1: [error], 2: [error], 3: [error]})
    async with running_queue(telegram) as queue:
        put(queue, 1, message("once"))
        put(queue, 2, Answer("toast"))
        put(queue, 3, EditMenu(Screen("menu")))
        await until(lambda: queue.is_idle)
        assert [len(telegram.texts(chat)) for chat in (1, 2, 3)] == [1, 2, 2]
        assert dropped(queue) == {DropReason.OUTCOME_UNKNOWN: 1}


async def test_a_message_is_sent_again_when_no_connection_was_made() -> None:
    telegram = RecordingTelegram(answers={1: [network_error(ConnectionTimeoutError())]})
    async with running_queue(telegram) as queue:
        put(queue, 1, message("a"))
        await until(lambda: queue.is_idle)
        assert telegram.texts(1) == ["a", "a"]
        assert dropped(queue) == {}


async def test_what_telegram_refuses_for_good_is_recorded_and_the_next_reply_is_sent() -> None:
    refusal = TelegramBadRequest(METHOD, "Bad Request: no")
    telegram = RecordingTelegram(answers={1: [refusal, RuntimeError("a bug")]})
    async with running_queue(telegram) as queue:
        for text in ("a", "b", "c"):
            put(queue, 1, message(text))
        await until(lambda: queue.is_idle)
        assert telegram.texts(1) == ["a", "b", "c"]
        assert [type(error) for error in telegram.refused] == [TelegramBadRequest, RuntimeError]


async def test_a_stop_waits_for_what_is_sent_in_time_and_counts_the_rest() -> None:
    telegram = RecordingTelegram(closed_chats={1}, answers={2: [retry_after(0)]})
    queue = ReplyQueue(send=telegram.send, record_refusal=telegram.record_refusal, metrics=new_metrics())
    for text in ("a", "b"):
        put(queue, 1, message(text))
    put(queue, 2, message("in time"))
    queue.stop_within(0.3)
    await queue.drain()
    assert telegram.texts(2) == ["in time", "in time"]
    assert telegram.texts(1) == ["a"]
    assert dropped(queue) == {DropReason.STOPPED: 2}
    assert queue.is_idle


async def test_what_replaces_a_refused_reply_takes_its_place() -> None:
    sent: list[Reply] = []

    async def send(queued: QueuedReply) -> Reply | None:
        sent.append(queued.reply)
        return message("instead") if isinstance(queued.reply, EditMenu) else None

    queue = ReplyQueue(send=send, record_refusal=RecordingTelegram().record_refusal, metrics=new_metrics())
    put(queue, 1, EditMenu(Screen("menu")))
    put(queue, 1, message("next"))
    await until(lambda: queue.is_idle)
    assert [text_of(reply) for reply in sent] == ["menu", "instead", "next"]


def test_each_part_of_a_chat_has_its_queue() -> None:
    target = ReplyTarget(chat_id=-5, is_private=False, language="en")
    invite = CreateInviteLink(success_screen=Screen("y"), failure_screen=Screen("n"))
    keys = {queue_key(CAMPUS, person, target, reply) for person in (1, 2) for reply in (message("x"), invite)}
    assert keys == {QueueKey(campus_id=CAMPUS, chat_id=-5, part=QueuePart.MESSAGES)}
    assert queue_key(CAMPUS, 1, target, Answer("")) != queue_key(CAMPUS, 2, target, Answer(""))
