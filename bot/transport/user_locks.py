"""Per-user locks: the updates of a person are handled one after the other, in the order of arrival."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

MAX_UPDATES_PER_PERSON = 5  # that wait or are handled; a person with more would hold connections that others need


class UserLocks:
    """The locks of this process; a lock that nobody holds or waits for is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._waiting: Counter[int] = Counter()

    def is_crowded(self, person_id: int | None) -> bool:
        """Return whether no further update of this person may wait here."""
        return person_id is not None and self._waiting[person_id] >= MAX_UPDATES_PER_PERSON

    @asynccontextmanager
    async def hold(self, person_id: int | None) -> AsyncIterator[None]:
        """Hold the lock of a person; asyncio's locks are fair. Updates without a person do not wait."""
        if person_id is None:
            yield
            return
        lock = self._locks.get(person_id)
        if lock is None:
            lock = self._locks[person_id] = asyncio.Lock()
        self._waiting[person_id] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[person_id] -= 1
            if not self._waiting[person_id]:
                del self._waiting[person_id]
