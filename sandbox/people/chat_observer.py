"""Follows the stand-in's events, keeps the newest state of every message, and waits for facts."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import TypeVar

from sandbox.people.control_clients import Json, PlayError, TelegramControl
from sandbox.people.observed_messages import ChatRef, ObservedMessage, chat_ref_of, parse_message

LONG_POLL_SECONDS = 20  # how long one request for events may last
MAX_REMEMBERED_EVENTS = 12  # recent events, quoted when an expected fact does not come
MAX_MESSAGES_READ = 40  # further back nobody scrolls in a chat

Fact = TypeVar("Fact")
EventListener = Callable[[Json, ObservedMessage | None], None]  # called with each event, in order


class ChatObserver:
    """The messages of all chats since the observer began to follow them."""

    def __init__(self, telegram: TelegramControl, listener: EventListener | None = None) -> None:
        self.telegram = telegram
        self.messages: dict[ChatRef, dict[int, ObservedMessage]] = defaultdict(dict)
        self.last_event = 0  # the number of the newest event so far
        self.recent_descriptions: deque[str] = deque(maxlen=MAX_REMEMBERED_EVENTS)
        self._listener = listener
        self._wake_events: dict[ChatRef, set[asyncio.Event]] = defaultdict(set)  # waiters of each chat
        self._failure: BaseException | None = None

    async def follow(self, after: int) -> None:
        """Read events for ever, those after number `after`. A failure ends every wait."""
        self.last_event = after
        try:
            while True:
                answer = await self.telegram.get("events", after=self.last_event, wait=LONG_POLL_SECONDS)
                for event in answer["events"]:
                    self._handle_event(event)
        except Exception as failure:
            self._failure = failure
            for chat_ref in self._wake_events:
                self._wake_waiters(chat_ref)
            raise

    def _wake_waiters(self, chat_ref: ChatRef) -> None:
        for wake_event in self._wake_events[chat_ref]:
            wake_event.set()

    def _handle_event(self, event: Json) -> None:
        self.last_event = event["seq"]
        message = self._store_message(event) if event["kind"] in ("message", "edit", "delete") else None
        if message is not None:
            labels = [one.label for one in message.buttons]
            self.recent_descriptions.append(f"{message.chat_ref.chat}: {message.text!r} {labels}")
        elif event["kind"] == "tap_answer":
            self.recent_descriptions.append(f"{event['chat']}: the answer to a tap: {event['text']!r}")
        if self._listener is not None:
            self._listener(event, message)

    def _store_message(self, event: Json) -> ObservedMessage:
        messages, number = self.messages[chat_ref_of(event)], event["message"]["message_id"]
        message = parse_message(event, messages.get(number))
        if event["kind"] == "delete":
            messages.pop(number, None)
        else:
            messages[number] = message
        self._wake_waiters(message.chat_ref)
        return message

    def newest_messages(self, chat_refs: Iterable[ChatRef]) -> list[ObservedMessage]:
        """Return the newest messages of these chats, newest first."""
        newest = (islice(reversed(self.messages[one].values()), MAX_MESSAGES_READ) for one in chat_refs)
        return sorted(
            (message for messages in newest for message in messages), key=lambda one: one.created_event, reverse=True
        )

    async def wait_until(
        self, find: Callable[[], Fact | None], expected: str, chat_refs: frozenset[ChatRef], *, timeout: float
    ) -> Fact:
        """Wait for a fact in these chats. Raise PlayError when it has not come in `timeout` seconds."""
        wake_event = asyncio.Event()
        for chat_ref in chat_refs:
            self._wake_events[chat_ref].add(wake_event)
        try:
            async with asyncio.timeout(timeout):
                while (fact := find()) is None and self._failure is None:
                    await wake_event.wait()
                    wake_event.clear()
            if fact is not None:
                return fact
        except TimeoutError:
            pass  # raised as PlayError below
        finally:
            for chat_ref in chat_refs:
                self._wake_events[chat_ref].discard(wake_event)
        seen = "\n  ".join(self.recent_descriptions) or "nothing at all"
        why = f"The events can't be read: {self._failure}" if self._failure else f"Not within {timeout:.0f} s"
        raise PlayError(f"Expected: {expected}. {why}. Last seen:\n  {seen}")

    async def catch_up(self) -> None:
        """Wait until all events so far have been seen."""
        last = await self.telegram.last_event()
        while self.last_event < last:
            await self.telegram.last_event()  # also lets the observer's task run


@asynccontextmanager
async def observe_chats(
    telegram: TelegramControl, listener: EventListener | None = None
) -> AsyncIterator[ChatObserver]:
    """Follow everything that happens from now on."""
    observer = ChatObserver(telegram, listener)
    following = asyncio.create_task(observer.follow(await telegram.last_event()))
    try:
        yield observer
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await following
