"""One line a person: her updates are handled one after the other, in the order they came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class UserLocks:
    """The lines of this process; a line that nobody stands in is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, person_id: int | None) -> AsyncIterator[None]:
        """Wait for one's turn (asyncio's locks are fair) and hold it; nobody's updates wait for nobody."""
        if person_id is None:
            yield
            return
        lock = self._locks.get(person_id)
        if lock is None:
            lock = self._locks[person_id] = asyncio.Lock()
        async with lock:
            yield
