"""Claim, cancel and deadline at the same instant: exactly one happens, and no deadlock occurs."""

from functools import partial

from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.orders.repository import find_order
from domain.orders.states import OrderStatus
from tests.stack.concurrent_taps import cancel, claim, let_deadline_pass
from tests.stack.races import race, race_starts, refusal_of
from tests.stack.store_setup import CUSTOMER, FIRST_RUNNER, found_campus, open_order

REPETITIONS = 12


async def test_claim_cancel_and_expiry_at_the_same_instant_have_one_winner(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work, runners=REPETITIONS)
    ends = (OrderStatus.ACCEPTED, OrderStatus.CANCELLED, OrderStatus.EXPIRED)
    for number, start in enumerate(race_starts(3, REPETITIONS, seed=3, spread=0.004)):
        async with database() as work:
            order = await open_order(work, campus, CUSTOMER + number)
        acts = (
            partial(claim, database, campus, order, FIRST_RUNNER + number),
            partial(cancel, database, campus, order),
            partial(let_deadline_pass, database, campus, order),
        )
        await race(start, *(partial(refusal_of, act) for act in acts))
        async with database() as work:
            after = await find_order(work, campus.id, order.id)
            lines = await read_order_history(work, campus.id, order.id)
        assert after.status in (ends if start.first is None else (ends[start.first],))
        assert [line.after for line in lines if line.before == "CREATED"] == [after.status]
        assert (after.runner_id is not None) is (after.status is OrderStatus.ACCEPTED)
