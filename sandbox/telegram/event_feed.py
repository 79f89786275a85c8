"""The feed of all events in order, which the chat page and scenarios follow."""

from collections import deque
from typing import Final

from sandbox.telegram.journal import Journal
from sandbox.telegram.records import JsonObject
from sandbox.telegram.telegram_clock import TelegramClock, Waker

MAX_KEPT_EVENTS: Final = 20_000


class EventFeed:
    """A bounded list of events; their numbering continues after a restart."""

    def __init__(self, journal: Journal, clock: TelegramClock) -> None:
        self._journal, self._clock = journal, clock
        self.waker = Waker()
        rows = sorted(journal.read("event"), key=_sequence)
        self._events = deque(rows)
        self.last = _sequence(rows[-1]) if rows else 0

    def publish(self, kind: str, place: JsonObject, **details: object) -> None:
        """Append an event and wake all waiting requests."""
        self.last += 1
        event: JsonObject = {"seq": self.last, "at": self._clock.now(), "kind": kind, **place, **details}
        self._events.append(event)
        self._journal.write("event", str(self.last), event)
        if len(self._events) > MAX_KEPT_EVENTS:
            self._journal.erase("event", str(self._events.popleft()["seq"]))
        self.waker.wake_all()

    def after(self, sequence: int) -> list[JsonObject]:
        """Return the kept events with a higher number, oldest first."""
        if sequence >= self.last:
            return []
        wanted = min(self.last - sequence, len(self._events))
        return [self._events[-index] for index in range(wanted, 0, -1)]


def _sequence(event: JsonObject) -> int:
    return int(str(event["seq"]))
