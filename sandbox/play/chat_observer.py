"""Follows the sandbox's events, keeps the newest state of every message, and waits for facts."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from sandbox.play.observed_messages import ChatRef, ObservedMessage, chat_ref_of, parse_message
from sandbox.play.sandbox_client import PlayError, SandboxClient, json_integer, json_object, json_objects

LONG_POLL_SECONDS = 20  # how long one request for events may last
AFTER_ALL_EVENTS = 10**15  # larger than any event number
MAX_REMEMBERED_EVENTS = 12  # recent events, quoted when an expected fact does not come

Fact = TypeVar("Fact")


class EventListener(Protocol):
    """A function that is called with each event, in order."""

    def __call__(self, event: Mapping[str, object], message: ObservedMessage | None) -> None: ...


class ChatObserver:
    """The messages of all chats since the observer began to follow them."""

    def __init__(self, client: SandboxClient, listeners: tuple[EventListener, ...] = ()) -> None:
        self.client = client
        self.messages: dict[ChatRef, dict[int, ObservedMessage]] = defaultdict(dict)
        self.last_event = 0  # the number of the newest event seen
        self.recent_descriptions: deque[str] = deque(maxlen=MAX_REMEMBERED_EVENTS)
        self._listeners = listeners
        self._wake_events: dict[ChatRef, set[asyncio.Event]] = defaultdict(set)  # waiters of each chat
        self._failure: BaseException | None = None

    async def follow(self, after: int) -> None:
        """Read events for ever. A failure ends every wait."""
        try:
            while True:
                answer = json_object(await self.client.get("/sim/events", after=after, wait=LONG_POLL_SECONDS))
                for event in json_objects(answer["events"]):
                    self._handle_event(event)
                after = json_integer(answer["last"])
        except Exception as failure:
            self._failure = failure
            for chat_ref in self._wake_events:
                self._wake_waiters(chat_ref)
            raise

    def _wake_waiters(self, chat_ref: ChatRef) -> None:
        for wake_event in self._wake_events[chat_ref]:
            wake_event.set()

    def _handle_event(self, event: Mapping[str, object]) -> None:
        self.last_event = json_integer(event["seq"])
        message = self._store_message(event) if event["kind"] in ("message", "edit", "delete") else None
        if message is not None:
            self.recent_descriptions.append(
                f"{message.chat_ref.chat}: {message.text!r} {[one.label for one in message.buttons]}"
            )
        elif event["kind"] == "tap_answer":
            self.recent_descriptions.append(f"{chat_ref_of(event).chat}: the answer to a tap: {event['text']!r}")
        for listener in self._listeners:
            listener(event, message)

    def _store_message(self, event: Mapping[str, object]) -> ObservedMessage:
        chat_ref, number = chat_ref_of(event), json_integer(json_object(event["message"])["message_id"])
        previous = self.messages[chat_ref].get(number)
        message = parse_message(event, previous)
        if event["kind"] == "delete":
            self.messages[chat_ref].pop(number, None)
        else:
            self.messages[chat_ref][number] = message
        self._wake_waiters(chat_ref)
        return message

    def messages_in(self, chat_refs: frozenset[ChatRef]) -> list[ObservedMessage]:
        """Return the messages of these chats, newest first."""
        found = [message for chat_ref in chat_refs for message in self.messages[chat_ref].values()]
        return sorted(found, key=lambda message: message.created_event, reverse=True)

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


@asynccontextmanager
async def observe_chats(
    client: SandboxClient, listeners: tuple[EventListener, ...] = ()
) -> AsyncIterator[ChatObserver]:
    """Follow everything that happens from now on."""
    now = json_integer(json_object(await client.get("/sim/events", after=AFTER_ALL_EVENTS))["last"])
    observer = ChatObserver(client, listeners)
    following = asyncio.create_task(observer.follow(now))
    try:
        yield observer
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await following
