"""Reading along: follows the sandbox's events, knows every message as it stands now, and waits for facts."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from sandbox.play.sights import Message, Place, place_of, read_message
from sandbox.play.wire import PlayError, Wire, fields, rows, whole

LONG_POLL = 20  # seconds one look at the events may last
BEYOND = 10**15  # after all events there can be
REMEMBERED = 12  # of the last things seen, for the sentence when something does not come

Fact = TypeVar("Fact")


class Reader(Protocol):
    """Somebody who wants to hear of each event, in order."""

    def __call__(self, event: Mapping[str, object], message: Message | None) -> None: ...


class Eyes:
    """What is on the screens since this pair of eyes opened."""

    def __init__(self, wire: Wire, readers: tuple[Reader, ...] = ()) -> None:
        """Nothing is seen before `follow`."""
        self.wire = wire
        self.messages: dict[Place, dict[int, Message]] = defaultdict(dict)
        self.last_event = 0  # the number of the newest one seen
        self.last_seen: deque[str] = deque(maxlen=REMEMBERED)
        self._readers = readers
        self._bells: dict[Place, set[asyncio.Event]] = defaultdict(set)  # of those who wait for something there
        self._trouble: BaseException | None = None

    async def follow(self, after: int) -> None:
        """Read events for ever; what breaks is told to everybody who waits."""
        try:
            while True:
                answer = fields(await self.wire.get("/sim/events", after=after, wait=LONG_POLL))
                for event in rows(answer["events"]):
                    self._take(event)
                after = whole(answer["last"])
        except Exception as trouble:
            self._trouble = trouble
            for place in self._bells:
                self._ring(place)
            raise

    def _ring(self, place: Place) -> None:
        for bell in self._bells[place]:
            bell.set()

    def _take(self, event: Mapping[str, object]) -> None:
        self.last_event = whole(event["seq"])
        message = self._keep(event) if event["kind"] in ("message", "edit", "delete") else None
        if message is not None:
            self.last_seen.append(f"{message.place.chat}: {message.text!r} {[one.label for one in message.buttons]}")
        elif event["kind"] == "tap_answer":
            self.last_seen.append(f"{place_of(event).chat}: the answer to a tap: {event['text']!r}")
        for reader in self._readers:
            reader(event, message)

    def _keep(self, event: Mapping[str, object]) -> Message:
        place, number = place_of(event), whole(fields(event["message"])["message_id"])
        known = self.messages[place].get(number)
        message = read_message(event, known)
        if event["kind"] == "delete":
            self.messages[place].pop(number, None)
        else:
            self.messages[place][number] = message
        self._ring(place)
        return message

    def in_places(self, places: frozenset[Place]) -> list[Message]:
        """The messages of these chats, newest first."""
        found = [message for place in places for message in self.messages[place].values()]
        return sorted(found, key=lambda message: message.came, reverse=True)

    async def until(
        self, look: Callable[[], Fact | None], expected: str, places: frozenset[Place], *, within: float
    ) -> Fact:
        """Wait for a fact in these chats; PlayError with what was expected when it has not come in so many seconds."""
        bell = asyncio.Event()
        for place in places:
            self._bells[place].add(bell)
        try:
            async with asyncio.timeout(within):
                while (fact := look()) is None and self._trouble is None:
                    await bell.wait()
                    bell.clear()
            if fact is not None:
                return fact
        except TimeoutError:
            pass  # told below
        finally:
            for place in places:
                self._bells[place].discard(bell)
        seen = "\n  ".join(self.last_seen) or "nothing at all"
        why = f"The events can't be read: {self._trouble}" if self._trouble else f"Not within {within:.0f} s"
        raise PlayError(f"Expected: {expected}. {why}. Last seen:\n  {seen}")


@asynccontextmanager
async def open_eyes(wire: Wire, readers: tuple[Reader, ...] = ()) -> AsyncIterator[Eyes]:
    """Follow everything that happens from now on."""
    now = whole(fields(await wire.get("/sim/events", after=BEYOND))["last"])
    eyes = Eyes(wire, readers)
    following = asyncio.create_task(eyes.follow(now))
    try:
        yield eyes
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await following
