"""The reply queue: order, deadlines, bounds and at most one effect, whatever Telegram answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import SendMessage
from aiohttp import ClientConnectionResetError, ConnectionTimeoutError

from bot.conversation.replies import Answer, CreateInviteLink, EditMenu, NewMessage, Reply, Screen
from bot.transport.metrics import DropReason, new_metrics
from bot.transport.replies.queued_reply import QueuedReply, QueueKey, QueuePart, lifetime_of, queue_key
from bot.transport.replies.reply_queue import MAX_REPLIES_PER_QUEUE, MAX_SENDS_IN_FLIGHT, ReplyQueue
from bot.transport.update_payload import ReplyTarget
from tests.stack.bot_stack import wait_until

METHOD = SendMessage(chat_id=1, text="x")
CAMPUS = 1


@dataclass(slots=True, kw_only=True)
class RecordingTelegram:
    """Records what is sent to each chat, and answers as it is told to."""

    answers: dict[int, list[Exception]] = field(default_factory=dict)  # by chat, one for each call
    closed_chats: set[int] = field(default_factory=set)  # whose calls do not return
    calls: list[tuple[int, Reply]] = field(default_factory=list)
    refused: list[Exception] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, queued: QueuedReply) -> Reply | None:
        """Record the call, then fail, hang or return."""
        chat = queued.target.chat_id
        self.calls.append((chat, queued.reply))
        self.called.set()
        if self.answers.get(chat):
            raise self.answers[chat].pop(0)
        if chat in self.closed_chats:
            await asyncio.Event().wait()
        return None

    async def record_refusal(self, _: QueuedReply, error: Exception) -> None:
        """Record a refusal."""
        self.refused.append(error)

    def texts(self, chat: int) -> list[str]:
        """The texts sent to this chat, each call once."""
        return [text_of(reply) for where, reply in self.calls if where == chat]


def text_of(reply: Reply) -> str:
    match reply:
        case Answer(text=text):
            return text
        case NewMessage(screen=screen) | EditMenu(screen=screen):
            return screen.text
        case _:
            return type(reply).__name__


def message(text: str) -> NewMessage:
    return NewMessage(Screen(text))


def retry_after(seconds: int) -> TelegramRetryAfter:
    return TelegramRetryAfter(METHOD, "Too Many Requests", seconds)


def network_error(cause: Exception) -> TelegramNetworkError:
    """The error of aiogram for a connection that failed so."""
    error = TelegramNetworkError(METHOD, "broken")
    error.__cause__ = cause
    return error


@asynccontextmanager
async def running_queue(telegram: RecordingTelegram) -> AsyncIterator[ReplyQueue]:
    """A queue that is stopped at the end, whatever waits in it."""
    queue = ReplyQueue(send=telegram.send, record_refusal=telegram.record_refusal, metrics=new_metrics())
    yield queue
    queue.stop_within(0)
    await queue.drain()
    assert queue.is_idle


def put(
    queue: ReplyQueue, chat: int, reply: Reply, *, person: int | None = None, lifetime: float | None = None
) -> None:
    """Queue a reply to a person (by default the one of the private chat)."""
    target = ReplyTarget(chat_id=chat, is_private=True, language="en", tap_id="1")
    expires_at = asyncio.get_running_loop().time() + (lifetime_of(reply) if lifetime is None else lifetime)
    queued = QueuedReply(reply=reply, campus_id=CAMPUS, update_id=1, target=target, expires_at=expires_at)
    queue.put(queue_key(CAMPUS, person or chat, target, reply), queued)


async def until(fact: Callable[[], bool]) -> None:
    """Wait until this is so."""

    async def is_so() -> bool:
        return fact()

    await wait_until(is_so)


def dropped(queue: ReplyQueue) -> dict[DropReason, int]:
    """How many replies were dropped, by reason."""
    read, name = queue.metrics.registry.get_sample_value, "campusg_bot_replies_dropped_total"
    return {reason: int(count) for reason in DropReason if (count := read(name, {"reason": reason}))}


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


async def test_a_full_queue_drops_its_oldest_and_nothing_of_other_chats() -> None:
    telegram = RecordingTelegram(closed_chats={1})
    async with running_queue(telegram) as queue:
        put(queue, 1, message("in flight"))
        await telegram.called.wait()
        for number in range(MAX_REPLIES_PER_QUEUE + 5):
            put(queue, 1, message(str(number)))
        put(queue, 2, message("other"))
        assert dropped(queue) == {DropReason.QUEUE_FULL: 5}
        await until(lambda: telegram.texts(2) == ["other"])


async def test_when_the_process_holds_too_many_the_fullest_queue_loses_its_oldest() -> None:
    telegram = RecordingTelegram(closed_chats={1, 2, 3})
    async with running_queue(telegram) as queue:
        queue.max_replies = 10
        for text in ("in flight", *"abcdefgh"):
            put(queue, 1, message(text))
        for chat in (2, 3, 4):
            put(queue, chat, message("honest"))
        assert dropped(queue) == {DropReason.PROCESS_FULL: 2}
        await until(lambda: all(telegram.texts(chat) == ["honest"] for chat in (2, 3, 4)))
        assert queue.metrics.registry.get_sample_value("campusg_bot_replies_waiting") == 9


async def test_every_chat_with_one_reply_in_flight_leaves_no_room_and_no_harm() -> None:
    telegram = RecordingTelegram(closed_chats={1, 2, 3})
    async with running_queue(telegram) as queue:
        queue.max_replies = 2
        for chat in (1, 2):
            put(queue, chat, message("x"))
        await until(lambda: len(telegram.calls) == 2)
        put(queue, 3, message("too many"))
        assert dropped(queue) == {DropReason.PROCESS_FULL: 1}
        assert telegram.texts(3) == []


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
