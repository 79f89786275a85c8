"""The simulation of frauds and the product read the same facts: of one traffic, at the same moment."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from domain.orders.repository import find_order
from domain.risk.customer_rules import is_new_customer
from domain.screening.customer_facts_repository import read_customer_facts
from domain.screening.runner_facts_repository import read_delivery_facts, read_pair_deliveries
from tests.domain.risk.honest_traffic import START, honest_month
from tests.domain.risk.simulated_facts import customer_facts, delivery_facts, pair_facts
from tests.domain.risk.simulation import SHIPPED, PlayedOrder, Simulation, advance, begin
from tests.scenarios.simulated_rows import insert_kept
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

SEED = 7
CUSTOMERS = 60  # those who order most; some share a card
DAYS = 8
Facts = TypeVar("Facts")


class RolledBack(Exception):
    """Raised to keep nothing of a transaction."""


def run_until(now: datetime) -> Simulation:
    """A simulation as it stands then; nothing is refused."""
    orders = [PlayedOrder(order=each) for each in honest_month(SEED) if each.customer < CUSTOMERS and each.at < now]
    run = begin(orders, SEED, has_rules=False)
    advance(run, before=now)
    return run


def sorted_facts(facts: Facts, shift: timedelta) -> Facts:
    """The facts with all rows in one order, and all times moved."""

    def moved(value: Any) -> Any:
        if isinstance(value, datetime):
            return value + shift
        if isinstance(value, tuple):
            return tuple(sorted((moved(each) for each in value), key=repr))
        if hasattr(value, "__dataclass_fields__"):
            return replace(value, **{field.name: moved(getattr(value, field.name)) for field in fields(value)})
        return value

    found: Facts = moved(facts)
    return found


async def test_of_customers_both_know_the_same(stack: WorkerStack) -> None:
    now = START + timedelta(days=DAYS, hours=12)  # at lunch: six orders are under way
    run = run_until(now)
    compared = 0
    with pytest.raises(RolledBack):
        async with stack.database() as work:
            await insert_kept(work, stack.campus.id, run.kept, now)
            for number, customer in run.kept.customers.items():
                if customer.orders:
                    expected = customer_facts(run.kept, customer.orders[-1].order, now)
                    found = await read_customer_facts(work, stack.campus, number)
                    assert sorted_facts(found, now - work.now) == sorted_facts(expected, timedelta())
                    compared += 1
            raise RolledBack
    assert compared > CUSTOMERS / 2
    customers = run.kept.customers.values()
    assert sum(now < each.over for customer in customers for each in customer.orders) == 6
    assert sum(len(customer.refunded) for customer in customers) == 5
    assert any(attempt.declined for customer in customers for attempt in customer.attempts)


@pytest.mark.parametrize("which", range(5))
async def test_of_a_delivery_both_know_the_same(stack: WorkerStack, which: int) -> None:
    runners = list(run_until(START + timedelta(days=DAYS)).kept.runners.values())
    delivery = [each.deliveries[-1] for each in runners if each.deliveries][which]
    now, order = delivery.at, delivery.order
    run = run_until(now)
    customer = run.kept.customers[order.customer]
    is_new = is_new_customer(customer.known_since, len(customer.completed), SHIPPED, now)
    claimed_at = order.at + order.declines * timedelta(seconds=40) + order.stages.claimed
    expected = delivery_facts(run.kept, order, claimed_at, now, is_new=is_new)
    pair = [each for each in pair_facts(run.kept, order, now) if each.at != claimed_at]
    with pytest.raises(RolledBack):
        async with stack.database() as work:
            await insert_kept(work, stack.campus.id, run.kept, now)
            ((number,),) = (
                await work.connection.exec_driver_sql(
                    f"SELECT id FROM orders WHERE delivered_at = now() AND runner_id = {order.runner}"
                )
            ).all()
            this = await find_order(work, stack.campus.id, number)
            found = await read_delivery_facts(work, this, SHIPPED)
            assert sorted_facts(found, now - work.now) == sorted_facts(expected, timedelta())
            both = sorted_facts(await read_pair_deliveries(work, this), now - work.now)
            assert both == sorted_facts(tuple(pair), timedelta())
            raise RolledBack
