"""The limits against fraud in the acts of people: what is refused, what they read, and that nothing else happened."""

from functools import partial

import pytest

from domain.campuses.people import Member
from domain.orders.states import OrderStatus
from domain.risk.refusals import (
    DaySumReached,
    PairLimitReached,
    TooManyDeclines,
    TooManyOpenOrders,
    TooManyRefunds,
)
from tests.scenarios.customer_debt_setup import DECLINED_CARD, owed_order, pay_debt, pay_debt_with
from tests.scenarios.limit_setup import join_elsewhere, place_order_of, read, state_limits
from tests.scenarios.price_increase_setup import increase_fee
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


@pytest.fixture(autouse=True)
async def shipped_limits(stack: WorkerStack) -> None:
    """Let the shipped limits count at the begin of a test."""
    await state_limits(stack)


async def test_a_fourth_open_order_of_a_new_account_is_refused(stack: WorkerStack, customer: Member) -> None:
    for _ in range(3):
        await stack.open_order(customer)
    refused = await refusal_of(partial(stack.place_order, customer))
    assert isinstance(refused, TooManyOpenOrders)
    assert read(refused) == "You have 3 orders under way. You can place the next one when one of them is over."
    assert await stack.rows("SELECT count(*) FROM orders WHERE customer_id = :id", id=customer.person_id) == [(3,)]


async def test_a_cancelled_order_counts_no_more(stack: WorkerStack, customer: Member) -> None:
    await state_limits(stack, new_open_orders=1, new_customer_day=2_000)
    order = await stack.open_order(customer)
    assert isinstance(await refusal_of(partial(stack.place_order, customer)), TooManyOpenOrders)
    await stack.cancel(customer, order)
    await stack.run_due()
    assert (await stack.open_order(customer)).status is OrderStatus.CREATED


async def test_the_sum_of_a_day_limits_orders_and_price_increases(stack: WorkerStack, customer: Member) -> None:
    order = await stack.open_order(customer)
    await state_limits(stack, new_customer_day=order.price.ceiling + 10)
    refused = await refusal_of(partial(stack.place_order, customer))
    assert isinstance(refused, DaySumReached)
    assert read(refused).startswith("Your orders of 24 hours may come to S$")
    assert isinstance(await refusal_of(partial(increase_fee, stack, customer, order)), DaySumReached)
    assert (await stack.order(order.id)).price == order.price


async def test_after_many_refusals_the_bank_is_asked_for_nothing(stack: WorkerStack) -> None:
    customer = await stack.add_member(card=DECLINED_CARD)
    for _ in range(5):
        await stack.place_order(customer)
        await stack.run_due()
    refused = await refusal_of(partial(stack.place_order, customer))
    assert isinstance(refused, TooManyDeclines)
    assert read(refused).startswith("Your bank said no 5 times in a day, so we ask it no more before ")
    asked = "SELECT count(*) FROM hold JOIN orders ON orders.id = hold.order_id WHERE customer_id = :id"
    assert await stack.rows(asked, id=customer.person_id) == [(5,)]
    await state_limits(stack, decline_pause=0)  # as if it were over
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    assert (await stack.open_order(customer)).status is OrderStatus.CREATED


async def test_tries_to_pay_a_debt_count_among_the_refusals(stack: WorkerStack, customer: Member) -> None:
    await state_limits(stack, declines=2)
    order = await owed_order(stack, customer)  # the first refusal
    await pay_debt_with(stack, customer, order, DECLINED_CARD)
    assert isinstance(await refusal_of(partial(pay_debt, stack, customer, order)), TooManyDeclines)


async def test_a_runner_who_brought_a_customer_much_leaves_the_next_job_to_others(
    stack: WorkerStack, customer: Member, runner: Member
) -> None:
    await state_limits(stack, pair_orders=1)
    await stack.delivered_order(runner, customer)
    order = await stack.open_order(customer)
    refused = await refusal_of(partial(stack.claim, runner, order))
    assert isinstance(refused, PairLimitReached)
    assert "This job is for another runner" in read(refused)
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    other = await stack.add_member(runner=True, card=None)
    assert (await stack.claim(other, order)).runner_id == other.person_id


async def test_many_refunds_wait_for_a_word_with_the_team(stack: WorkerStack, customer: Member, runner: Member) -> None:
    await state_limits(stack, refunds=1, open_orders=9, new_open_orders=9, new_customer_day=100_000)
    order = await stack.delivered_order(runner, customer)
    await stack.sql(
        "INSERT INTO refund (campus_id, order_id, runner_id, asked_by, amount, runner_amount, currency, payment_intent,"
        " reason, status) SELECT campus_id, id, runner_id, customer_id, 1, 0, currency, '-', 'cold', 'failed'"
        " FROM orders WHERE id = :id",
        id=order.id,
    )
    await stack.open_order(customer)
    for amounts in ("amount = 1", "amount = 1000, runner_amount = 1000"):  # a cent, and the runner's fault
        await stack.sql(f"UPDATE refund SET status = 'requested', {amounts} WHERE order_id = :id", id=order.id)
        await stack.open_order(customer)
    await stack.sql("UPDATE refund SET amount = 300, runner_amount = 0 WHERE order_id = :id", id=order.id)
    refused = await refusal_of(partial(stack.place_order, customer))
    await stack.sql("DELETE FROM refund WHERE order_id = :id", id=order.id)
    assert isinstance(refused, TooManyRefunds)
    assert "the campus team wants a word with you" in read(refused)


async def test_an_account_that_joined_long_ago_and_never_ate_is_as_new_as_any(
    stack: WorkerStack, customer: Member, runner: Member
) -> None:
    """A first message costs nothing; the age begins with the first completed order."""
    joined = "UPDATE membership SET joined_at = now() - interval '90 days' WHERE person_id = :id"
    await stack.sql(joined, id=customer.person_id)
    refused = await refusal_of(partial(place_order_of, stack, customer, 12_000))
    assert read(refused) == (
        "Your orders of 24 hours may come to S$120.00 at most, and this one goes above it. Please order less."
        " Your basket is kept."
    )
    for _ in range(3):
        await stack.delivered_order(runner, customer)
        await stack.run_due()
    assert isinstance(await refusal_of(partial(place_order_of, stack, customer, 9_000)), DaySumReached)
    eaten = "UPDATE orders SET completed_at = completed_at - interval '3 days' WHERE customer_id = :id"
    await stack.sql(eaten, id=customer.person_id)
    assert (await place_order_of(stack, customer, 9_000)).status is OrderStatus.CREATED


async def test_orders_of_all_campuses_in_one_currency_count_together(stack: WorkerStack, customer: Member) -> None:
    south = await join_elsewhere(stack, customer)
    for place in (stack, south, south):
        await place.open_order(customer)
    for place in (stack, south):
        assert isinstance(await refusal_of(partial(place.place_order, customer)), TooManyOpenOrders)
    await state_limits(stack, new_open_orders=4)
    refused = await refusal_of(partial(place_order_of, south, customer, 8_000))
    assert read(refused).startswith("Your orders of 24 hours may come to S$120.00 at most")
    abroad = await join_elsewhere(stack, customer, currency="usd")
    assert (await place_order_of(abroad, customer, 8_000)).price.currency == "usd"


async def test_refusals_of_a_bank_count_on_all_campuses(stack: WorkerStack) -> None:
    customer = await stack.add_member(card=DECLINED_CARD)
    south = await join_elsewhere(stack, customer)
    for place in (stack, south, south, stack, south):
        await place.place_order(customer)
        await place.run_due()
    for place in (stack, south):
        assert isinstance(await refusal_of(partial(place.place_order, customer)), TooManyDeclines)


async def test_what_a_runner_brings_a_customer_counts_on_all_campuses(
    stack: WorkerStack, customer: Member, runner: Member
) -> None:
    south = await join_elsewhere(stack, customer, runner)
    await stack.sql("UPDATE membership SET runner_status = 'approved' WHERE person_id = :id", id=runner.person_id)
    for place in (stack, south, stack, south, stack):
        await place.delivered_order(runner, customer)
        await place.run_due()
    order = await south.open_order(customer)
    assert isinstance(await refusal_of(partial(south.claim, runner, order)), PairLimitReached)
