"""The sandbox's movable clock and the bells its waiters listen to."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from .journal import Journal

Fact = TypeVar("Fact")


class Waker:
    """Wakes everyone who waits; after `silence` nobody waits any more, so that the server can stop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._is_closed = False

    def wake_all(self) -> None:
        """Wake all who wait now."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def close(self) -> None:
        """Wake all, and let every later wait end at once."""
        self._is_closed = True
        self.wake_all()

    @property
    def has_waiters(self) -> bool:
        """Whether somebody waits for it now."""
        return bool(self._waiting)

    @property
    def is_closed(self) -> bool:
        """Whether the server is stopping."""
        return self._is_closed

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        if self._is_closed or seconds <= 0:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait([future], timeout=seconds)
        finally:
            self._waiting.discard(future)
            future.cancel()

    async def wait_for(self, find: Callable[[], Fact | None], seconds: float) -> Fact | None:
        """Wait up to `seconds` until `fact` gives something true; None when it did not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not (found := find()):
            left = end - loop.time()
            if left <= 0 or self._is_closed:
                return None
            await self.wait(left)
        return found


class TelegramClock:
    """Real time plus what tests have advanced it by."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.waker = Waker()
        self._advanced = 0.0
        for row in journal.read("clock"):
            self._advanced = float(str(row["advanced"]))

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self._advanced

    def advance(self, seconds: float) -> float:
        """Move on by `seconds`, wake the sleepers, give the new time."""
        self._advanced += seconds
        self._journal.write("clock", "clock", {"advanced": self._advanced})
        self.waker.wake_all()
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Sleep `seconds` of this clock."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0 and not self.waker.is_closed:
            await self.waker.wait(left)
