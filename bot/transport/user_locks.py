"""Per-user locks: the updates of a person are handled one after the other, in the order of arrival."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class UserLocks:
    """The locks of this process; a lock that nobody holds or waits for is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, person_id: int | None) -> AsyncIterator[None]:
        """Hold the lock of a person; asyncio's locks are fair. Updates without a person do not wait."""
        if person_id is None:
            yield
            return
        lock = self._locks.get(person_id)
        if lock is None:
            lock = self._locks[person_id] = asyncio.Lock()
        async with lock:
            yield
