"""Workers that freeze between two of their transactions, and go on when the test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from domain.store.unit_of_work import Database, UnitOfWork
from workers.messages import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezing:
    """A database whose units of work do not begin before `thaw`; `reached` says that a worker waits for one."""

    database: Database
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    thaw: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work, once it is thawed."""
        self.reached.set()
        await self.thaw.wait()
        async with self.database() as work:
            yield work


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenWorker:
    """A worker that froze before it wrote down what became of its task."""

    freezing: Freezing
    task: asyncio.Task[None]

    async def wake(self) -> None:
        """Let it go on, to its end."""
        self.freezing.thaw.set()
        await self.task


def freezing(office: Office) -> tuple[Freezing, Office]:
    """The office of a worker that freezes before it writes."""
    ice = Freezing(database=office.database)
    return ice, replace(office, database=ice.work)
