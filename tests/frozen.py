"""Workers that freeze between two of their transactions, and go on when the test says so."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from domain.store.unit_of_work import UnitOfWork, UnitOfWorkFactory


@dataclass(slots=True, kw_only=True)
class Freezing:
    """A database whose units of work, from the one after `through` on, do not begin before `thaw`.

    `reached` says that a worker waits for one. A `fault` is what that one meets then.
    """

    database: UnitOfWorkFactory
    through: int = 0
    fault: Exception | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    thaw: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    @asynccontextmanager
    async def work(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work."""
        self.begun += 1
        first = self.begun == self.through + 1
        if self.begun > self.through:
            self.reached.set()
            await self.thaw.wait()
        if first and self.fault is not None:
            raise self.fault
        async with self.database() as work:
            yield work


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenWorker:
    """A worker that froze in the middle of its task."""

    ice: Freezing
    task: asyncio.Task[Any]

    async def wake(self) -> None:
        """Let it go on, to its end."""
        self.ice.thaw.set()
        await self.task


async def freeze(ice: Freezing, work: Coroutine[Any, Any, Any]) -> FrozenWorker:
    """Begin this work and wait until it is frozen."""
    task = asyncio.create_task(work)
    async with asyncio.timeout(10):
        await ice.reached.wait()
    return FrozenWorker(ice=ice, task=task)
