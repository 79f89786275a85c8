"""One worker's turn at reconciling: so many calls and so much time, that what people wait for is never behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from domain.store.list_cursor_repository import ListCursor, still_taken
from domain.store.unit_of_work import UnitOfWork, UnitOfWorkFactory
from workers.stripe_gateway import StripeGateway
from workers.worker_context import WorkerContext

MAX_CALLS = 20  # a turn, one after the other; Stripe takes 25 a second in its test world
MAX_DURATION_SECONDS = 30.0  # seconds; a call that began just before may take its own time

T = TypeVar("T")


class CallBudgetSpentError(Exception):
    """This turn has made all the calls it may; the next one goes on."""


@dataclass(slots=True, kw_only=True)
class ReconciliationContext:
    """What a look needs; `calls` and `deadline` (the loop's clock) bound it."""

    database: UnitOfWorkFactory
    stripe: StripeGateway
    worker: str
    calls_left: int
    deadline: float
    stopping: asyncio.Event  # the worker is about to end

    async def call_stripe(self, call: Callable[[StripeGateway], Awaitable[T]]) -> T:
        """Make a call to Stripe; CallBudgetSpentError when this turn may make no more, CallFailed as calls fail."""
        is_over = asyncio.get_running_loop().time() >= self.deadline
        if self.calls_left <= 0 or is_over or self.stopping.is_set():
            raise CallBudgetSpentError
        self.calls_left -= 1
        return await call(self.stripe)


def new_reconciliation_context(
    worker_context: WorkerContext,
    stopping: asyncio.Event,
    *,
    max_calls: int = MAX_CALLS,
    max_duration_seconds: float = MAX_DURATION_SECONDS,
) -> ReconciliationContext:
    """A turn that begins now."""
    return ReconciliationContext(
        database=worker_context.database,
        stripe=worker_context.stripe.with_reads_ranked_last(),
        worker=worker_context.name,
        calls_left=max_calls,
        deadline=asyncio.get_running_loop().time() + max_duration_seconds,
        stopping=stopping,
    )


def fenced(database: UnitOfWorkFactory, list_cursor: ListCursor) -> UnitOfWorkFactory:
    """Units of work that commit only while no other worker has taken this list; else CallBudgetSpentError."""

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        async with database() as work:
            yield work
            if not await still_taken(
                work, list_cursor
            ):  # last, for whoever brings a list forward holds other rows before
                raise CallBudgetSpentError

    return unit_of_work
