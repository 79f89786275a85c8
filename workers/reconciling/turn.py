"""One worker's turn at reconciling: so many calls and so much time, that what people wait for is never behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from domain.store.readings import Reading, still_taken
from domain.store.unit_of_work import Database, UnitOfWork
from workers.stripe_gateway import Stripe
from workers.workshop import Workshop

MOST_CALLS = 20  # a turn, one after the other; Stripe takes 25 a second in its test world
ENDS_WITHIN = 30.0  # seconds; a call that began just before may take its own time

T = TypeVar("T")


class SpentError(Exception):
    """This turn has made all the calls it may; the next one goes on."""


@dataclass(slots=True, kw_only=True)
class Turn:
    """What a look needs; `calls` and `ends_at` (the loop's clock) bound it."""

    database: Database
    stripe: Stripe
    worker: str
    calls: int
    ends_at: float
    stopping: asyncio.Event  # the worker is about to end

    async def ask(self, call: Callable[[Stripe], Awaitable[T]]) -> T:
        """Make a call to Stripe; SpentError when this turn may make no more, CallFailed as calls fail."""
        over = asyncio.get_running_loop().time() >= self.ends_at
        if self.calls <= 0 or over or self.stopping.is_set():
            raise SpentError
        self.calls -= 1
        return await call(self.stripe)


def new_turn(
    workshop: Workshop, stopping: asyncio.Event, *, calls: int = MOST_CALLS, within: float = ENDS_WITHIN
) -> Turn:
    """A turn that begins now."""
    return Turn(
        database=workshop.database,
        stripe=workshop.stripe.reading_last(),
        worker=workshop.name,
        calls=calls,
        ends_at=asyncio.get_running_loop().time() + within,
        stopping=stopping,
    )


def fenced(database: Database, taken: Reading) -> Database:
    """Units of work that commit only while no other worker has taken this list; else SpentError."""

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        async with database() as work:
            yield work
            if not await still_taken(work, taken):  # last, for whoever brings a list forward holds other rows before
                raise SpentError

    return unit_of_work
