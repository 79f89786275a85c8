"""Price increases: the replacement hold is made first, then the old hold is released, and at most one counts."""

import asyncio
from collections import Counter
from contextlib import suppress
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.errors import (
    CampusGError,
    NotAllowed,
    OrderClosed,
    PriceChanged,
    PriceIncreaseInFlight,
    TooManyPriceIncreases,
)
from domain.orders.price_increase import MAX_PRICE_INCREASES
from domain.orders.states import Order, OrderStatus
from tests.fuzz.fuzz_depth import sample
from tests.scenarios.customer_debt_setup import APPROVAL_CARD, DECLINED_CARD
from tests.scenarios.price_increase_setup import (
    confirm_increase,
    held_at_stripe,
    hold_parts,
    increase_fee,
    increased_order,
    intents_at_stripe,
)
from tests.scenarios.scenario_setup import answer_bank, assert_paid_once, end_wait
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

BEFORE, AFTER = 1240, 1270  # the ceiling of an order here, and after one price increase
INCREASED_HOLDS = [("former", "released", BEFORE), ("current", "held", AFTER)]
UNCHANGED_HOLDS = [("current", "held", BEFORE), ("former", "released", AFTER)]


async def test_an_increased_fee_counts_once_it_is_held_and_the_old_hold_is_released(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await increase_fee(stack, customer, order)
    assert await hold_parts(stack, order) == [("current", "held", BEFORE), ("replacement", "requested", AFTER)]
    assert (await stack.order(order.id)).price == order.price, "no new price counts before its hold is made"
    await stack.run_due()
    increased = await stack.order(order.id)
    assert (increased.price.ceiling, increased.price.delivery_fee) == (AFTER, 230)
    assert increased.status is OrderStatus.CREATED
    assert await hold_parts(stack, order) == INCREASED_HOLDS
    assert await intents_at_stripe(stack, order) == [("canceled", BEFORE), ("requires_capture", AFTER)]


async def test_what_is_captured_in_the_end_comes_from_the_new_hold(stack: WorkerStack) -> None:
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, card=None)
    order = await increased_order(stack, customer)
    await stack.claim(runner, order)
    await stack.run_due()
    await stack.deliver(runner, order)
    await stack.run_due()
    done = await stack.order(order.id)
    assert (done.status, done.total) == (OrderStatus.COMPLETED, 850 + 230 + 80)
    assert await hold_parts(stack, order) == [("former", "released", BEFORE), ("current", "captured", AFTER)]
    assert await intents_at_stripe(stack, order) == [("canceled", BEFORE), ("succeeded", AFTER)]
    await assert_paid_once(stack, order.id)


async def test_a_fee_may_be_increased_twice(stack: WorkerStack, customer: Member) -> None:
    order = await stack.open_order(customer)
    for _ in range(2):
        await increase_fee(stack, customer, order)
        await stack.run_due()
    assert (await stack.order(order.id)).price.delivery_fee == 260
    assert [part for part, _, _ in await hold_parts(stack, order)] == ["former", "former", "current"]
    assert await held_at_stripe(stack, order) == [AFTER + 30]


async def test_a_price_is_increased_ten_times_at_most(stack: WorkerStack, customer: Member) -> None:
    order = await stack.open_order(customer)
    for _ in range(MAX_PRICE_INCREASES):
        await increase_fee(stack, customer, order)
        await stack.run_due()
    with pytest.raises(TooManyPriceIncreases):
        await increase_fee(stack, customer, order)
    assert len(await intents_at_stripe(stack, order)) == 1 + MAX_PRICE_INCREASES


async def test_the_bank_may_ask_for_approval_first(stack: WorkerStack, customer: Member) -> None:
    order = await increased_order(stack, customer, APPROVAL_CARD)
    assert (await stack.order(order.id)).price.ceiling == BEFORE
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-price-increase-approval"
    assert await stack.breaches() == [], "two live intents are allowed while one replaces the other"
    await answer_bank(stack, order)
    await stack.run_now()
    assert await hold_parts(stack, order) == INCREASED_HOLDS
    assert await held_at_stripe(stack, order) == [AFTER]


@pytest.mark.parametrize("answered", [True, False], ids=["a no", "no answer in time"])
async def test_without_a_yes_at_the_bank_the_old_hold_and_the_old_price_stay(
    stack: WorkerStack, customer: Member, answered: bool
) -> None:
    order = await increased_order(stack, customer, APPROVAL_CARD)
    if answered:
        await answer_bank(stack, order, ok=False)
    else:
        await end_wait(stack, order, "replace_hold")
    await stack.run_now()
    await assert_unchanged(stack, order)
    told = "notification-price-increase-declined" if answered else "notification-price-increase-unapproved"
    assert (await stack.notification_keys(order, customer.person_id))[-1] == told


async def test_a_declined_card_leaves_all_as_it_was_and_another_try_is_possible(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    order = await increased_order(stack, customer, DECLINED_CARD)
    await assert_unchanged(stack, order)
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-price-increase-declined"
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    await increase_fee(stack, customer, order)
    await stack.run_due()
    assert await held_at_stripe(stack, order) == [AFTER]


async def assert_unchanged(stack: WorkerStack, order: Order) -> None:
    """Fail unless the price increase was undone: one hold, the old price, and nothing left at Stripe."""
    assert (await stack.saga(order, "replace_hold")).status == "compensated"
    assert (await stack.order(order.id)).price == order.price
    assert await hold_parts(stack, order) == UNCHANGED_HOLDS
    assert await held_at_stripe(stack, order) == [BEFORE]
    assert await stack.breaches() == []


async def cancel_order(stack: WorkerStack, order: Order) -> None:
    await stack.cancel(await stack.committed_member(order.customer_id), order)


async def expire_order(stack: WorkerStack, order: Order) -> None:
    await stack.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)


async def claim_order(stack: WorkerStack, order: Order) -> None:
    await stack.claim(await stack.add_member(runner=True, card=None), order)


MEANWHILE = {"cancelled": cancel_order, "expired": expire_order, "claimed": claim_order}


@pytest.mark.parametrize("approved", [False, True], ids=["the bank still waits", "just approved at the bank"])
@pytest.mark.parametrize("happens", MEANWHILE)
async def test_an_order_that_goes_on_first_keeps_its_old_hold_or_none(
    stack: WorkerStack, customer: Member, happens: str, approved: bool
) -> None:
    """The signal makes replace_hold compensate before its deadline, and before a worker sees an approval."""
    order = await increased_order(stack, customer, APPROVAL_CARD)
    if approved:
        await answer_bank(stack, order)
    await MEANWHILE[happens](stack, order)
    await (stack.run_now() if approved else stack.run_due())
    assert (await stack.saga(order, "replace_hold")).status == "compensated"
    await assert_settled(stack, order, happens, BEFORE)


@pytest.mark.parametrize("happens", ["cancelled", "claimed"])
async def test_without_the_signal_the_state_of_the_order_stops_the_increase(stack: WorkerStack, happens: str) -> None:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await increase_fee(stack, customer, order)
    await MEANWHILE[happens](stack, order)
    await stack.sql("DELETE FROM saga_signal WHERE name = 'order_changed'")
    await stack.run_due()
    row = await stack.saga(order, "replace_hold")
    assert (row.status, row.reason) == ("compensated", OrderClosed.key)
    await assert_settled(stack, order, happens, BEFORE)


@pytest.mark.parametrize("happens", MEANWHILE)
async def test_an_order_that_goes_on_afterwards_goes_on_with_the_new_hold(stack: WorkerStack, happens: str) -> None:
    """The new hold counts, and the old one is still to be released when the order goes on."""
    customer = await stack.add_member()
    await stack.inject_fault("POST /v1/payment_intents/*/cancel", "status", status=429, times=1)
    order = await increased_order(stack, customer)
    assert (await stack.order(order.id)).price.ceiling == AFTER
    assert len(await held_at_stripe(stack, order)) == 2
    await MEANWHILE[happens](stack, order)
    await stack.clear_faults()
    await stack.run_now()
    assert (await stack.saga(order, "replace_hold")).status == "done"
    await assert_settled(stack, order, happens, AFTER)


async def assert_settled(stack: WorkerStack, order: Order, happens: str, ceiling: int) -> None:
    """Fail unless a claimed order has one hold of this amount, any other has none, and no saga or invariant fails."""
    await stack.run_now()
    assert await held_at_stripe(stack, order) == ([ceiling] if happens == "claimed" else [])
    assert (await stack.order(order.id)).price.ceiling == ceiling
    assert "stuck" not in (await stack.saga_states(order.id)).values()
    assert await stack.breaches() == []


async def test_of_a_price_increase_and_what_comes_at_the_same_instant_both_come_to_an_end(stack: WorkerStack) -> None:
    """The side that locks the order first wins."""
    for number, happens in sample(list(enumerate(["cancelled", "claimed", "expired"] * 4)), 2):
        customer = await stack.add_member()
        order = await stack.open_order(customer)

        async def tap(customer: Member = customer, order: Order = order) -> None:
            with suppress(CampusGError):
                await increase_fee(stack, customer, order)

        async def other(happens: str = happens, order: Order = order, repetitions: int = number) -> None:
            for _ in range(repetitions * 3):
                await asyncio.sleep(0)
            await MEANWHILE[happens](stack, order)

        await asyncio.gather(tap(), other(), stack.run_due())
        await stack.run_due()
        ceiling = (await stack.order(order.id)).price.ceiling
        await assert_settled(stack, order, happens, ceiling)


async def test_eight_taps_ask_for_one_hold(stack: WorkerStack, customer: Member) -> None:
    order = await stack.open_order(customer)

    taps = (refusal_of(partial(confirm_increase, stack, customer, order, AFTER)) for _ in range(8))
    assert Counter(map(type, await asyncio.gather(*taps))) == {type(None): 1, PriceIncreaseInFlight: 7}
    await stack.run_due()
    with pytest.raises(PriceChanged):
        await confirm_increase(stack, customer, order, AFTER)
    assert await held_at_stripe(stack, order) == [AFTER]


async def test_a_stranger_increases_no_price(stack: WorkerStack) -> None:
    order = await stack.open_order(await stack.add_member())
    with pytest.raises(NotAllowed):
        await confirm_increase(stack, await stack.add_member(), order, AFTER)
