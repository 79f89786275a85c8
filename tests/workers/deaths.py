"""Workers that die at a chosen transaction as a killed process would, and workers one can watch or hold there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

from domain.store.unit_of_work import Database, UnitOfWork
from tests.fuzz.depth import DEEP
from tests.town import Town
from tests.workers.scenes import Scene, people_act
from workers.engine import run_saga
from workers.workshop import Workshop

FURTHEST = 9  # more transactions than any saga needs


class Killed(BaseException):
    """Nothing of the program runs after this, so no handler for errors may catch it."""


def dying(town: Town, *, at: int, committed: bool, numbers: Iterator[int] | None = None) -> Workshop:
    """A worker that is killed at its transaction number `at`: after the commit when `committed`, else before it.

    It takes the number of each from `numbers`.
    """
    worker = town.worker(f"dying {at}")
    worker.database = _dying(town.database, at, committed, numbers or count(1))
    return worker


def _dying(store: Database, at: int, committed: bool, numbers: Iterator[int]) -> Database:
    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        last = next(numbers) == at
        async with store() as work:
            yield work
            if last and not committed:
                raise Killed
        if last:
            raise Killed

    return unit_of_work


async def run_until_it_ends(town: Town, scene: Scene, worker: Workshop) -> None:
    """One worker runs the saga, with the person at Stripe's page doing what is asked in between."""
    async with asyncio.timeout(10):
        while not await scene.ended():
            await town.sql("UPDATE saga SET wake_at = now() WHERE id = :id AND wake_at IS NOT NULL", id=scene.saga_id)
            await run_saga(worker, scene.saga_id)
            await people_act(town, scene.saga_id)


def moments(*, committed: bool) -> list[int]:
    """The transactions to be killed at: all in `make fuzz`, else the first, and of a call's two each once.

    One freezes the call, the next records its answer: after the one nothing is sent yet, before the other all is done.
    """
    every = range(1, FURTHEST)
    return list(every) if DEEP else [at for at in every if at == 1 or (at % 2 == 1) is committed]


async def killed_everywhere(town: Town, begin: Callable[[Town], Awaitable[Scene]], *, committed: bool) -> int:
    """Kill a worker at its transactions, and let another finish each time; how many there are when nobody dies."""
    for at in moments(committed=committed):
        scene, numbers, killed = await begin(town), count(1), False
        try:
            await run_until_it_ends(town, scene, dying(town, at=at, committed=committed, numbers=numbers))
        except Killed:
            killed = True
        heir = town.worker("heir")
        await run_until_it_ends(town, scene, heir)
        await town.drive(heir)
        await scene.check()
        if not killed:  # it ended before it could be
            return next(numbers) - 1
    return FURTHEST


def watched(town: Town, *, at: int) -> tuple[Workshop, asyncio.Event]:
    """A worker, and an event that is set when it opens its transaction number `at`."""
    numbers, opened, worker = count(1), asyncio.Event(), town.worker("watched")

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        if next(numbers) == at:
            opened.set()
        async with town.database() as work:
            yield work

    worker.database = unit_of_work
    return worker, opened


def held_up(town: Town, *, at: int) -> tuple[Workshop, asyncio.Event, asyncio.Event]:
    """A worker, an event that is set when it is about to commit its transaction `at`, and one that lets it."""
    numbers, arrived, go, worker = count(1), asyncio.Event(), asyncio.Event(), town.worker("held up")

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        last = next(numbers) == at
        async with town.database() as work:
            yield work
            if last:
                arrived.set()
                await go.wait()

    worker.database = unit_of_work
    return worker, arrived, go
