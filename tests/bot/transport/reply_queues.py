"""What the tests of the reply queue share: a Telegram that answers as it is told to, and a running queue."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import SendMessage

from bot.conversation.replies import Answer, EditMenu, NewMessage, Reply, Screen
from bot.transport.metrics import DropReason, new_metrics
from bot.transport.replies.queued_reply import QueuedReply, lifetime_of, queue_key
from bot.transport.replies.reply_queue import ReplyQueue
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
    hanging: list[asyncio.Event] = field(default_factory=list)  # each lets one of them return
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, queued: QueuedReply) -> Reply | None:
        """Record the call, then fail, hang or return."""
        chat = queued.target.chat_id
        self.calls.append((chat, queued.reply))
        self.called.set()
        if self.answers.get(chat):
            raise self.answers[chat].pop(0)
        if chat in self.closed_chats:
            self.hanging.append(asyncio.Event())
            await self.hanging[-1].wait()
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
