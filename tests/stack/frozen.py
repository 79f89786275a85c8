"""Workers that freeze before one of their transactions, until the test wakes them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory


@dataclass(slots=True, kw_only=True)
class Freezing:
    """A database whose units of work, after the first `through`, do not begin before `thaw` is set.

    `reached` is set when a worker waits for one. That one then raises `fault`, when there is one.
    """

    database: UnitOfWorkFactory
    through: int = 0
    fault: Exception | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    thaw: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    @asynccontextmanager
    async def work(self, begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        """Begin a unit of work, frozen or not."""
        self.begun += 1
        first = self.begun == self.through + 1
        if self.begun > self.through:
            self.reached.set()
            await self.thaw.wait()
        if first and self.fault is not None:
            raise self.fault
        async with self.database(begin) as work:
            yield work


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenWorker:
    """A worker that froze in the middle of its task."""

    ice: Freezing
    task: asyncio.Task[Any]

    async def wake(self) -> None:
        """Let the worker go on, and wait for its end."""
        self.ice.thaw.set()
        await self.task


async def freeze(ice: Freezing, work: Coroutine[Any, Any, Any]) -> FrozenWorker:
    """Begin this work, and wait until it is frozen."""
    task = asyncio.create_task(work)
    async with asyncio.timeout(10):
        await ice.reached.wait()
    return FrozenWorker(ice=ice, task=task)
