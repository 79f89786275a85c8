"""The reply queue: replies leave in order for each chat, at most once, within a deadline and within bounds.

Nobody waits for it: an update is finished when its effect is committed and its replies are queued. A chat that
Telegram limits, or a person who floods the bot, delays and loses only what is said there.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiohttp import ClientConnectorError, ConnectionTimeoutError
from structlog.contextvars import bind_contextvars, clear_contextvars

from bot.conversation.replies import Picture, Reply
from bot.transport.metrics import BotMetrics, DropReason
from bot.transport.replies.queued_reply import ChatKey, QueuedReply, QueueKey, may_be_repeated
from domain.settings.logs import get_refusal_logger
from domain.settings.timeouts import Timeout

MAX_REPLIES_PER_QUEUE = 20
MAX_REPLIES_PER_CHAT = 200  # in all its queues: in a group each person whose taps are answered has one
MAX_REPLIES = 2_000  # that wait in this process; with the largest texts about 40 MB
MAX_SENDS_IN_FLIGHT = 30  # for each bot
MAX_PICTURES_IN_FLIGHT = 2  # in this process: rendering one takes a quarter of a second of the processor
MAX_REMEMBERED_PAUSES = 2_000
RETRY_DELAY_SECONDS = Timeout.REPLY_RETRY.seconds
MAX_RETRY_DELAY_SECONDS = Timeout.REPLY_RETRY_MAX.seconds

log = get_refusal_logger(__name__)

# Makes one call. It returns the reply to send in its place, if Telegram refuses this one for good but takes another.
SendReply = Callable[[QueuedReply], Awaitable[Reply | None]]
RecordRefusal = Callable[[QueuedReply, Exception], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class _Queue:
    """What one queue holds; its task sends one reply after the other, and ends when none is left.

    The first one stays in it until it is sent, so that it can be dropped while no call is in flight for it.
    """

    held: deque[QueuedReply] = field(default_factory=deque)
    is_sending: bool = False  # a call is in flight for the first one
    task: asyncio.Task[None] | None = None

    @property
    def droppable(self) -> int:
        return len(self.held) - self.is_sending


@dataclass(slots=True, kw_only=True)
class ReplyQueue:
    """All queues of this process."""

    send: SendReply
    record_refusal: RecordRefusal
    metrics: BotMetrics
    max_replies: int = MAX_REPLIES
    max_replies_per_chat: int = MAX_REPLIES_PER_CHAT
    _queues: dict[QueueKey, _Queue] = field(default_factory=dict)
    _slots: dict[int, asyncio.Semaphore] = field(default_factory=dict)  # by campus: each has a bot
    _picture_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_PICTURES_IN_FLIGHT))
    _paused_until: dict[QueueKey, float] = field(default_factory=dict)
    _held: Counter[ChatKey] = field(default_factory=Counter)  # replies that are neither sent nor dropped
    _stops_at: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether every reply is sent or dropped."""
        return not self._queues

    def put(self, key: QueueKey, reply: QueuedReply) -> None:
        """Queue a reply. Where a bound is reached, one that waits is dropped for it, and first of the fullest chat.

        So nobody can take the room of others by one chat, however many queues it has.
        """
        queue = self._queues.setdefault(key, _Queue())
        queue.held.append(reply)
        self._count_held(key.chat, 1)
        if queue.droppable > MAX_REPLIES_PER_QUEUE:
            self._drop_oldest(key, queue, DropReason.QUEUE_FULL)
        elif self._held[key.chat] > self.max_replies_per_chat:
            self._drop_for_room(key.chat, DropReason.CHAT_FULL)
        elif self._held.total() > self.max_replies:
            self._drop_for_room(None, DropReason.PROCESS_FULL)
        if queue.task is None and queue.held:
            queue.task = asyncio.create_task(self._send_all(key, queue))
        elif queue.task is None:
            del self._queues[key]

    def stop_within(self, seconds: float) -> None:
        """Let `drain` give up this many seconds from now."""
        self._stops_at = _now() + seconds

    async def drain(self) -> None:
        """Wait until all is sent or dropped, or until the time that `stop_within` has set; then drop the rest."""
        tasks = [queue.task for queue in self._queues.values() if queue.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=max(self._stops_at - _now(), 0.0))
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for key, queue in tuple(self._queues.items()):
            for _ in range(len(queue.held)):
                self._drop(key.chat, DropReason.STOPPED)
            del self._queues[key]

    async def _send_all(self, key: QueueKey, queue: _Queue) -> None:
        while queue.held:
            reply = queue.held[0]
            clear_contextvars()  # of the update that came first
            bind_contextvars(campus=reply.campus_id, update=reply.update_id)
            reason = await self._deliver(key, queue, reply)
            if queue.held and queue.held[0] is reply:  # else it was dropped meanwhile, to make room
                queue.held.popleft()
                if reason is None:
                    self._count_held(key.chat, -1)
                else:
                    self._drop(key.chat, reason)
        del self._queues[key]

    async def _deliver(self, key: QueueKey, queue: _Queue, reply: QueuedReply) -> DropReason | None:
        """Send one reply; return why it is dropped, if it is. A slot is held only while a call is in flight."""
        first, resumes_at, tries = reply, self._paused_until.get(key, 0.0), 0
        while max(resumes_at, _now()) <= reply.expires_at:
            await asyncio.sleep(max(resumes_at - _now(), 0.0))
            try:
                async with self._slot(key, reply.reply):
                    if _now() > reply.expires_at or not (queue.held and queue.held[0] is first):
                        break
                    instead = await self._send(queue, reply)
            except TelegramRetryAfter as refusal:
                resumes_at = self._pause(key, refusal.retry_after)
            except (TelegramNetworkError, TelegramServerError) as error:
                if not (_is_unknown_to_telegram(error) or may_be_repeated(reply.reply)):
                    return DropReason.OUTCOME_UNKNOWN
                tries += 1
                resumes_at = _now() + min(RETRY_DELAY_SECONDS * tries, MAX_RETRY_DELAY_SECONDS)
            except Exception as error:  # the effect is committed: no failure here may undo or repeat it
                await self._record_refusal(reply, error)
                return None
            else:
                if instead is None:
                    return None
                reply = replace(reply, reply=instead)
        return DropReason.TOO_LATE

    async def _send(self, queue: _Queue, reply: QueuedReply) -> Reply | None:
        queue.is_sending = True
        try:
            return await self.send(reply)
        finally:
            queue.is_sending = False

    def _slot(self, key: QueueKey, reply: Reply) -> asyncio.Semaphore:
        """Return what bounds the calls of this kind; pictures have slots of their own, so that words pass them."""
        if isinstance(reply, Picture):
            return self._picture_slots
        return self._slots.setdefault(key.campus_id, asyncio.Semaphore(MAX_SENDS_IN_FLIGHT))

    def _pause(self, key: QueueKey, seconds: float) -> float:
        """Remember that Telegram takes nothing for this queue for `seconds`, and return when it does again."""
        until = _now() + seconds
        if len(self._paused_until) >= MAX_REMEMBERED_PAUSES:
            self._paused_until = {each: moment for each, moment in self._paused_until.items() if moment > _now()}
        if len(self._paused_until) < MAX_REMEMBERED_PAUSES:
            self._paused_until[key] = until
        return until

    async def _record_refusal(self, reply: QueuedReply, error: Exception) -> None:
        try:
            await self.record_refusal(reply, error)
        except Exception as failure:  # the database is away: what comes next in this chat is sent all the same
            log.warning("refusal_not_recorded", error=failure)

    def _drop_for_room(self, chat: ChatKey | None, reason: DropReason) -> None:
        """Drop the oldest reply of the fullest queue of this chat, or of the fullest chat that has one to drop."""
        droppable = [(key, queue) for key, queue in self._queues.items() if queue.droppable]
        if chat is None:
            chat = max((key.chat for key, _ in droppable), key=self._held.__getitem__)
        of_chat = [each for each in droppable if each[0].chat == chat]
        self._drop_oldest(*max(of_chat, key=lambda each: each[1].droppable), reason)

    def _drop_oldest(self, key: QueueKey, queue: _Queue, reason: DropReason) -> None:
        del queue.held[int(queue.is_sending)]
        self._drop(key.chat, reason)

    def _drop(self, chat: ChatKey, reason: DropReason) -> None:
        self.metrics.replies_dropped.labels(reason).inc()
        self._count_held(chat, -1)

    def _count_held(self, chat: ChatKey, change: int) -> None:
        self._held[chat] += change
        if not self._held[chat]:
            del self._held[chat]
        self.metrics.replies_waiting.set(self._held.total())


def _now() -> float:
    return asyncio.get_running_loop().time()


def _is_unknown_to_telegram(error: Exception) -> bool:
    """Return whether no connection was made, so that Telegram cannot have done anything."""
    return isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError)
