"""What is read of a runner's deliveries: whether the PIN proved them, what each brought, to whom, and when."""

from datetime import datetime, timedelta

import pytest

from domain.campuses.people import Member
from domain.campuses.repository import find_campus
from domain.orders.repository import find_order
from domain.orders.states import Order
from domain.risk.facts import DeliveryFacts
from domain.screening.runner_facts_repository import read_delivery_facts
from tests.scenarios.held_payout_setup import left_order
from tests.scenarios.limit_setup import state_roomy_limits
from tests.scenarios.refund_setup import completed_order
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

BROUGHT = 850  # the receipt of each order of these tests; they have no tip
_MOMENTS = ("placed_at", "accepted_at", "bought_at", "delivered_at", "completed_at")
MOVED_BACK = f"UPDATE orders SET {', '.join(f'{each} = {each} - CAST(:by AS interval)' for each in _MOMENTS)}"


async def facts_of(stack: WorkerStack, order: Order) -> DeliveryFacts:
    """What the rules read of this delivery."""
    async with stack.database() as work:
        limits = (await find_campus(work, stack.campus.id)).risk
        return await read_delivery_facts(work, await find_order(work, stack.campus.id, order.id), limits)


async def move_back(stack: WorkerStack, order: Order, by: timedelta) -> None:
    """Let all moments of an order be earlier."""
    await stack.sql(f"{MOVED_BACK} WHERE id = :id", id=order.id, by=by)


async def bring(stack: WorkerStack, runner: Member, customer: Member) -> Order:
    """Let the runner bring this customer one order, with the PIN."""
    order = await stack.claimed_order(runner, customer)
    await stack.deliver(runner, order)
    await stack.run_due()
    return await stack.order(order.id)


async def reasons(stack: WorkerStack, *orders: Order) -> list[str | None]:
    """Why the pay for each order waits for a person."""
    found = [await stack.rows_of(order, "review", "reason") for order in orders]
    return [str(rows[0][0]) if rows else None for rows in found]


async def test_each_delivery_of_the_week_says_whether_the_pin_proved_it(stack: WorkerStack, runner: Member) -> None:
    left, proven = await left_order(stack, runner), await completed_order(stack, runner)
    old = await left_order(stack, runner)
    await move_back(stack, old, timedelta(days=8))
    this = await left_order(stack, runner)
    facts = await facts_of(stack, this)
    assert (facts.by_pin, facts.amount, facts.handed_over_before) == (False, BROUGHT, 3)
    assert sorted((each.by_pin, each.amount) for each in facts.deliveries) == [(False, BROUGHT), (True, BROUGHT)]
    assert {each.at for each in facts.deliveries} == {left.delivered_at, proven.delivered_at}


async def test_each_delivery_says_whether_its_customer_is_the_same_and_was_new_then(
    stack: WorkerStack, runner: Member
) -> None:
    await state_roomy_limits(stack, new_days=0, new_orders=2)
    mei, kai = await stack.add_member(), await stack.add_member()
    first, second, third = [await bring(stack, runner, mei) for _ in range(3)]
    other = await bring(stack, runner, kai)
    facts = await facts_of(stack, other)
    assert (facts.to_new_customer, [each.to_same_customer for each in facts.deliveries]) == (True, [False] * 3)
    was_new: dict[datetime | None, bool] = {each.at: each.to_new_customer for each in facts.deliveries}
    assert [was_new[each.delivered_at] for each in (first, second, third)] == [True, True, False]
    facts = await facts_of(stack, third)
    assert not facts.to_new_customer
    assert [each.to_same_customer for each in facts.deliveries] == [True, True], "those before it"


async def test_hand_overs_without_the_pin_of_one_day_are_looked_at_from_the_limit_on(
    stack: WorkerStack, runner: Member
) -> None:
    await state_roomy_limits(stack, unproven=2)
    yesterday = await left_order(stack, runner)
    await move_back(stack, yesterday, timedelta(hours=25))
    first, second = await left_order(stack, runner), await left_order(stack, runner)
    assert await reasons(stack, yesterday, first, second) == [None, None, "unproven"]


@pytest.mark.parametrize(
    ("limit", "reason", "is_same", "back"),
    [
        ("new_customers_day", "new_customers", False, timedelta(hours=25)),
        ("runner_day", "runner_day", False, timedelta(hours=25)),
        ("pair_week", "pair_week", True, timedelta(days=8)),
    ],
)
async def test_sums_are_looked_at_above_the_limit_and_forget_what_is_older(
    stack: WorkerStack, runner: Member, limit: str, reason: str, is_same: bool, back: timedelta
) -> None:
    await state_roomy_limits(stack, **{limit: 2 * BROUGHT})
    mei = await stack.add_member()
    orders = []
    for at in range(4):
        orders.append(await bring(stack, runner, mei if is_same else await stack.add_member()))
        if at == 0:
            await move_back(stack, orders[0], back)
    assert await reasons(stack, *orders) == [None, None, None, reason]
