"""Workers that die at a chosen transaction as a killed process would, and workers one can watch or hold there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from domain.store.unit_of_work import Database, UnitOfWork
from tests.town import Town
from workers.workshop import Workshop


class Killed(BaseException):
    """Nothing of the program runs after this, so no handler for errors may catch it."""


def dying(town: Town, *, at: int, committed: bool) -> Workshop:
    """A worker that is killed at its transaction number `at`: after the commit when `committed`, else before it."""
    worker = town.worker(f"dying {at}")
    worker.database = _dying(town.database, at, committed)
    return worker


def _dying(store: Database, at: int, committed: bool) -> Database:
    numbers = count(1)

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
