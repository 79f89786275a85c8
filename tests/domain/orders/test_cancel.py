"""Cancelling: one way for each state before the purchase, none after it, and the hold is released."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.errors import CampusGError, NotAllowed, OrderClosed
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import admin_orders, ordering, running
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga


async def cancel_as_admin(stack: WorkerStack, admin: Member, order: Order, reason: str = "shop closed") -> Order:
    """Cancel as an admin, with a reason."""
    return await stack.act(admin_orders.cancel_order_as_admin, admin, order.id, reason)


async def intent_states(stack: WorkerStack, order: Order) -> list[str]:
    """The statuses that Stripe has for the order's intents."""
    return [one["status"] for one in await stack.intents(order.id)]


async def test_a_cancel_before_stripe_was_asked_asks_stripe_nothing(stack: WorkerStack, customer: Member) -> None:
    order = await stack.place_order(customer)
    await stack.cancel(customer, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await stack.intents(order.id) == []
    assert await stack.rows_of(order, "hold", "status") == [("released",)]


async def test_s8_a_cancel_while_the_bank_is_asked_releases_what_was_asked_for(stack: WorkerStack) -> None:
    """The original left an open order with a hold."""
    customer = await stack.add_member(card="pm_card_authenticationRequired")
    order = await stack.place_order(customer)
    await stack.run_due()
    await stack.cancel(customer, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await intent_states(stack, order) == ["canceled"]


async def test_s8_a_cancel_during_a_call_with_unknown_outcome_finds_the_hold_it_made(stack: WorkerStack) -> None:
    """Compensating never creates an object, and never leaves one that was made."""
    customer = await stack.add_member()
    order = await stack.place_order(customer)
    await stack.inject_fault("POST /v1/payment_intents", "lost_answer")
    await stack.run_due()
    await stack.cancel(customer, order)
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await intent_states(stack, order) == ["canceled"]


async def test_a_cancel_during_a_call_that_made_nothing_waits_until_that_is_sure(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    order = await stack.place_order(customer)
    await stack.inject_fault("POST /v1/payment_intents", "reset", before=True)
    await stack.run_due()
    await stack.cancel(customer, order)
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    earlier = "to_jsonb(extract(epoch FROM now()) - 61)"
    await stack.sql(
        f"UPDATE saga SET call = jsonb_set(call, '{{params,asked,at}}', {earlier}) WHERE order_id = :id", id=order.id
    )
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await stack.intents(order.id) == []


async def test_m15_a_cancel_of_an_open_order_frees_the_money_and_stops_the_timer(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    closed = await stack.cancel(customer, order)
    assert closed.status is OrderStatus.CANCELLED, "cancelled in the commit of the tap"
    assert await stack.rows_of(order, "timer", "status") == [("stopped",)] * 3
    await stack.run_due()
    assert await intent_states(stack, order) == ["canceled"]
    assert (await stack.saga(order, "cancel_order")).status == "done"


async def test_m15_with_stripe_away_the_order_is_closed_at_once_and_the_money_freed_later(stack: WorkerStack) -> None:
    """The order is not over before its money is (M17)."""
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await stack.inject_fault("POST /v1/payment_intents/*/cancel", "reset", before=True, times=5)
    await stack.cancel(customer, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert (await stack.saga(order, "cancel_order")).status == "running"
    with pytest.raises(OrderClosed):
        await stack.claim(await stack.add_member(runner=True, card=None), order)
    for _ in range(6):
        await stack.run_now()
    assert await intent_states(stack, order) == ["canceled"]
    assert (await stack.saga(order, "cancel_order")).status == "done"


async def test_a_second_cancel_is_told_that_it_is_over(stack: WorkerStack, customer: Member) -> None:
    order = await stack.open_order(customer)
    await stack.cancel(customer, order)
    with pytest.raises(OrderClosed):
        await stack.cancel(customer, order)


async def test_a_customer_can_not_cancel_what_a_runner_has(stack: WorkerStack, customer: Member) -> None:
    """Covers M9."""
    order = await stack.claimed_order(await stack.add_member(runner=True, card=None), customer)
    with pytest.raises(OrderClosed):
        await stack.cancel(customer, order)
    assert await intent_states(stack, order) == ["requires_capture"]


async def test_an_admin_cancels_a_claimed_order_and_both_are_told(stack: WorkerStack, runner: Member) -> None:
    order = await stack.claimed_order(runner)
    await cancel_as_admin(stack, await new_admin(stack), order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert await intent_states(stack, order) == ["canceled"]
    assert "notification-cancelled-by-admin" in await stack.notification_keys(order, order.customer_id)
    assert "notification-cancelled-by-admin-runner" in await stack.notification_keys(order, runner.person_id)
    await stack.claimed_order(runner)  # the runner is free for another one


async def test_an_admin_cancels_an_order_that_waits_for_the_bank(stack: WorkerStack, admin: Member) -> None:
    order = await stack.place_order(await stack.add_member(card="pm_card_authenticationRequired"))
    await stack.run_due()
    await cancel_as_admin(stack, admin, order, "test order")
    ((stored,),) = await stack.rows("SELECT data FROM saga_signal WHERE name = 'cancelled' ORDER BY at DESC LIMIT 1")
    assert stored == {"role": "admin", "person": admin.person_id, "reason": "test order"}, "as every release stores it"
    await stack.run_due()
    ended = await stack.order(order.id)
    assert (ended.status, ended.end_reason, ended.end_note) == (OrderStatus.CANCELLED, "admin", "test order")
    assert await intent_states(stack, order) == ["canceled"]


async def test_an_admins_cancel_before_the_hold_was_checked_leaves_no_claim(stack: WorkerStack) -> None:
    """The check finds the hold released, and neither saga undoes the other."""
    order = await stack.open_order()
    await stack.claim(await stack.add_member(runner=True, card=None), order)
    await cancel_as_admin(stack, await new_admin(stack), order)
    await advance_saga(stack.context, (await stack.saga(order, "cancel_order")).id)
    await stack.run_due()
    ended = await stack.order(order.id)
    assert (ended.status, ended.end_reason) == (OrderStatus.CANCELLED, "admin")
    assert not ended.hold_checked
    assert "notification-hold-gone-customer" not in await stack.notification_keys(order)


async def test_m9_from_the_purchase_on_nobody_cancels(
    stack: WorkerStack, customer: Member, runner: Member, admin: Member
) -> None:
    """And no money goes back automatically."""
    order = await stack.claimed_order(runner, customer)
    steps: tuple[Callable[..., Awaitable[object]], ...] = (
        partial(running.mark_bought, receipt=850),
        running.mark_picked_up,
        running.mark_arrived,
        partial(running.hand_over_with_pin, pin=order.pin or ""),
    )
    for step in steps:
        await stack.act(step, runner, order.id)
        await assert_cannot_end(stack, customer, runner, admin, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    await assert_cannot_end(stack, customer, runner, admin, order)
    assert await intent_states(stack, order) == ["succeeded"]
    assert await stack.refunds_made() == []


async def assert_cannot_end(stack: WorkerStack, customer: Member, runner: Member, admin: Member, order: Order) -> None:
    """Fail unless cancelling and releasing of all kinds are refused and change nothing."""
    before = await stack.order(order.id)
    with pytest.raises(OrderClosed):
        await stack.cancel(customer, order)
    with pytest.raises(OrderClosed):
        await cancel_as_admin(stack, admin, order)
    with pytest.raises(OrderClosed):
        await stack.act(running.start_release, runner, order.id)
    assert await stack.order(order.id) == before


async def test_a1_only_the_customer_or_an_admin_cancels(stack: WorkerStack) -> None:
    """Also covers A3."""
    order, stranger = await stack.open_order(), await stack.add_member(runner=True, card=None)
    with pytest.raises(NotAllowed):
        await stack.cancel(stranger, order)
    with pytest.raises(NotAllowed):
        await cancel_as_admin(stack, stranger, order)
    with pytest.raises(CampusGError):
        await stack.act(ordering.reorder, stranger, order.id)
    assert await stack.order(order.id) == order
