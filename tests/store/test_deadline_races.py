"""Claim, cancel and deadline at the same instant: exactly one happens, and no deadlock occurs."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.orders.repository import find_order
from domain.orders.states import OrderStatus
from domain.orders.tables import timer
from tests.store.concurrent_taps import cancel, claim, count_outcomes, expire
from tests.store.store_setup import CUSTOMER, FIRST_RUNNER, database_without_queue, found_campus, open_order

REPETITIONS = 12


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[UnitOfWorkFactory]:
    async with database_without_queue(database_url) as database:
        yield database


async def test_claim_cancel_and_expiry_at_the_same_instant_have_one_winner(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work, runners=REPETITIONS)
    ends = Counter[str]()
    for number in range(REPETITIONS):
        async with database() as work:
            order = await open_order(work, campus, CUSTOMER + number)
            soon = update(timer).where(timer.c.order_id == order.id).values(due_at=work.now + timedelta(milliseconds=2))
            await work.connection.execute(soon)
        taps: list[Awaitable[object]] = [
            claim(database, campus, order, FIRST_RUNNER + number),
            cancel(database, campus, order),
            expire(database, campus, order),
        ]
        await count_outcomes(taps[number % 3 :] + taps[: number % 3])
        async with database() as work:
            after = await find_order(work, campus.id, order.id)
            moves = [
                line.event for line in await read_order_history(work, campus.id, order.id) if line.before == "CREATED"
            ]
        assert len(moves) <= 1, moves
        assert (after.runner_id is not None) is (after.status is OrderStatus.ACCEPTED)
        ends[after.status] += 1
    assert sum(ends.values()) == REPETITIONS
    assert not set(ends) - {"CREATED", "ACCEPTED", "CANCELLED", "EXPIRED"}
