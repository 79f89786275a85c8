"""Workers that are killed at a chosen transaction as a process would be, and workers that are watched there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory
from tests.fuzz.fuzz_depth import IS_DEEP
from tests.scenarios.scenario_setup import SagaScenario, act_as_person
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.engine.worker_context import WorkerContext

MAX_TRANSACTION = 9  # more transactions than any saga needs


class WorkerKilled(BaseException):
    """Raised in place of a kill: a BaseException, so that no handler of errors catches it."""


def killed_worker(
    stack: WorkerStack, *, at: int, committed: bool, numbers: Iterator[int] | None = None
) -> WorkerContext:
    """A worker that is killed at its transaction number `at`: after the commit when `committed`, else before it.

    `numbers` yields the number of each transaction.
    """
    worker = stack.new_worker(f"dying {at}")
    worker.database = _killed_database(stack.database, at, committed, numbers or count(1))
    return worker


def _killed_database(store: UnitOfWorkFactory, at: int, committed: bool, numbers: Iterator[int]) -> UnitOfWorkFactory:
    @asynccontextmanager
    async def unit_of_work(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        last = next(numbers) == at
        async with store(begin) as work:
            yield work
            if last and not committed:
                raise WorkerKilled
        if last:
            raise WorkerKilled

    return unit_of_work


async def run_until_final(stack: WorkerStack, scenario: SagaScenario, worker: WorkerContext) -> None:
    """Run the saga on one worker, with the person acting at Stripe's page in between."""
    async with asyncio.timeout(20):
        while not await scenario.is_final():
            await stack.sql(
                "UPDATE saga SET wake_at = now() WHERE id = :id AND wake_at IS NOT NULL", id=scenario.saga_id
            )
            await advance_saga(worker, scenario.saga_id)
            await act_as_person(stack, scenario.saga_id)


def kills_at(at: int) -> list[bool]:
    """Whether a worker is killed before (False) or after the commit of this transaction: both in `make fuzz`.

    Else both of the first, and one of the two of each call. The first of a call's two prepares it, and the second
    records its answer: before the first nothing is sent, and after the second all is done.
    """
    return [False, True] if IS_DEEP or at == 1 else [at % 2 == 1]


async def kill_at_each_transaction(stack: WorkerStack, begin: Callable[[WorkerStack], Awaitable[SagaScenario]]) -> int:
    """Kill a worker at its transactions, and let another finish each time.

    Return the number of transactions of a saga that is not killed.
    """
    for at in range(1, MAX_TRANSACTION):
        for committed in kills_at(at):
            scenario, numbers, killed = await begin(stack), count(1), False
            try:
                doomed = killed_worker(stack, at=at, committed=committed, numbers=numbers)
                await run_until_final(stack, scenario, doomed)
            except WorkerKilled:
                killed = True
            heir = stack.new_worker("heir")
            await run_until_final(stack, scenario, heir)
            await stack.run_due(heir)
            await scenario.check()
            if not killed:  # the saga ended before that transaction
                return next(numbers) - 1
    return MAX_TRANSACTION


def watched_worker(stack: WorkerStack, *, at: int) -> tuple[WorkerContext, asyncio.Event]:
    """A worker, and an event that is set when it opens its transaction number `at`."""
    numbers, opened, worker = count(1), asyncio.Event(), stack.new_worker("watched")

    @asynccontextmanager
    async def unit_of_work(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        if next(numbers) == at:
            opened.set()
        async with stack.database(begin) as work:
            yield work

    worker.database = unit_of_work
    return worker, opened


def blocked_worker(stack: WorkerStack, *, at: int) -> tuple[WorkerContext, asyncio.Event, asyncio.Event]:
    """A worker, an event that is set when it is about to commit transaction `at`, and an event that releases it."""
    numbers, arrived, go, worker = count(1), asyncio.Event(), asyncio.Event(), stack.new_worker("held up")

    @asynccontextmanager
    async def unit_of_work(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        last = next(numbers) == at
        async with stack.database(begin) as work:
            yield work
            if last:
                arrived.set()
                await go.wait()

    worker.database = unit_of_work
    return worker, arrived, go
