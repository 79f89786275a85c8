"""The context of one turn of reconciliation: it limits calls and time, so that people do not wait behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory
from domain.reconciliation.list_cursor_repository import ListCursor, still_taken
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext
from workers.stripe.gateway import StripeGateway

MAX_CALLS = 20  # a turn, one after the other; Stripe allows 25 a second in test mode
MAX_DURATION_SECONDS = Timeout.LIST_TURN.seconds

T = TypeVar("T")


class CallBudgetSpentError(Exception):
    """This turn may make no more calls; the next turn continues."""


@dataclass(slots=True, kw_only=True)
class ReconciliationContext:
    """What a turn needs; `calls_left` and `deadline` (by the clock of the event loop) limit it."""

    database: UnitOfWorkFactory
    stripe: StripeGateway
    worker: str
    calls_left: int
    deadline: float
    stopping: asyncio.Event  # set: the worker is about to end

    async def call_stripe(self, call: Callable[[StripeGateway], Awaitable[T]]) -> T:
        """Make a call to Stripe; raise CallBudgetSpentError when this turn may make no more, or CallFailed."""
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
    """Return the context of a turn that begins now."""
    return ReconciliationContext(
        database=worker_context.database,
        stripe=worker_context.stripe.with_reads_ranked_last(),
        worker=worker_context.name,
        calls_left=max_calls,
        deadline=asyncio.get_running_loop().time() + max_duration_seconds,
        stopping=stopping,
    )


def fenced(database: UnitOfWorkFactory, list_cursor: ListCursor) -> UnitOfWorkFactory:
    """Return units of work that raise CallBudgetSpentError instead of committing once another worker has the list."""

    @asynccontextmanager
    async def unit_of_work(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        if begin is Begin.AS_ONE_STATEMENT:
            raise ValueError("the check of the lease is a second statement")
        async with database(begin) as work:
            yield work
            # Last, because a transaction that makes a list due locks other rows before the list cursor.
            if not await still_taken(work, list_cursor):
                raise CallBudgetSpentError

    return unit_of_work
