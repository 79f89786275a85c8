"""The sandbox's clock, which tests can advance, and the wakers of waiting requests."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from sandbox.telegram.journal import Journal

Fact = TypeVar("Fact")


class Waker:
    """Wakes waiting tasks; after `close` every wait ends at once, so that the server can stop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._is_closed = False

    def wake_all(self) -> None:
        """Wake all tasks that wait now."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def close(self) -> None:
        """Wake all tasks and end every later wait at once."""
        self._is_closed = True
        self.wake_all()

    @property
    def has_waiters(self) -> bool:
        """Whether a task waits now."""
        return bool(self._waiting)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called, because the server stops."""
        return self._is_closed

    async def wait(self, seconds: float) -> None:
        """Return at the next `wake_all`, or after `seconds`."""
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
        """Return the first true result of `find`, which is called again on every wake; None after `seconds`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not (found := find()):
            left = end - loop.time()
            if left <= 0 or self._is_closed:
                return None
            await self.wait(left)
        return found


class TelegramClock:
    """Real time plus the seconds that tests have advanced it by."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.waker = Waker()
        self._advanced = 0.0
        for row in journal.read("clock"):
            self._advanced = float(str(row["advanced"]))

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return time.time() + self._advanced

    def advance(self, seconds: float) -> float:
        """Advance by `seconds`, wake all sleeping tasks and return the new time."""
        self._advanced += seconds
        self._journal.write("clock", "clock", {"advanced": self._advanced})
        self.waker.wake_all()
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds` of this clock; return early when the server stops."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0 and not self.waker.is_closed:
            await self.waker.wait(left)
