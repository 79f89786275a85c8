"""The limits against fraud in the acts of people: what is refused, what they read, and that nothing else happened."""

import json
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.orders.states import OrderStatus
from domain.risk.refusals import (
    DaySumReached,
    PairLimitReached,
    RiskRefused,
    TooManyDeclines,
    TooManyOpenOrders,
    TooManyRefunds,
)
from domain.words import say_plain
from tests.scenarios.customer_debt_setup import DECLINED_CARD, owed_order, pay_debt, pay_debt_with
from tests.scenarios.price_increase_setup import increase_fee
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack

MAX_ANSWER_LENGTH = 200  # of a tap, at Telegram


async def state_limits(stack: WorkerStack, **limits: int) -> None:
    """Let these limits count; the shipped ones where a name is missing."""
    await stack.sql("UPDATE campus SET risk = CAST(:risk AS jsonb)", risk=json.dumps(limits))


def read(refusal: object) -> str:
    """What the person reads of a refusal."""
    assert isinstance(refusal, RiskRefused)
    said = say_plain("en", refusal.key, **refusal.arguments)
    assert len(said) <= MAX_ANSWER_LENGTH
    return said


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
