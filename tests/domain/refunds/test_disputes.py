"""Disputes: the payable is frozen and the money is booked to suspense, until the bank or an admin decides."""

from dataclasses import replace

import pytest

from domain.campuses.people import Member
from domain.errors import NotAllowed, OrderDisputed, Stale
from domain.orders.states import Bearer, Order
from domain.refunds import use_cases as refunds_use_cases
from domain.support.use_cases import stuck_sagas
from tests.cases import case
from tests.scenarios.refund_setup import (
    booked_amounts,
    complete_refund,
    completed_order,
    deliver_dispute,
    receive_event,
    refund_order,
    refund_rows,
)
from tests.scenarios.scenario_setup import assert_paid_once, new_admin, set_up_payouts
from tests.stack.worker_stack import WorkerStack
from workers.reconciliation.balance_transactions import compare_with_ledger
from workers.stripe.gateway_intents import capture_intent
from workers.stripe.objects.balance import parse_balance_transaction

pytestmark = pytest.mark.drill

FEE, DISPUTE_FEE = 88, 1500  # Stripe's, for a charge of 11.30 and for a dispute


async def payable_state(stack: WorkerStack, order: Order) -> tuple[str, bool]:
    """(status, frozen) of the order's payable."""
    ((status, is_frozen),) = await stack.rows_of(order, "payable", "status, frozen")
    return status, is_frozen


@case(44)
async def test_44_a_dispute_suspends_what_is_owed_and_puts_the_money_in_suspense(stack: WorkerStack) -> None:
    """The admins get the order's times, once."""
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await completed_order(stack, runner)
    await deliver_dispute(stack, order, reason="fraudulent")
    assert await payable_state(stack, order) == ("open", True)
    lines = await booked_amounts(stack, order)
    assert (lines["dispute_suspense"], lines["stripe_fees"]) == (1130, FEE + DISPUTE_FEE)
    (told,) = await stack.rows(
        "SELECT args FROM notification WHERE key = 'notification-dispute' AND order_id = :id", id=order.id
    )
    assert told.args["reason"] == "fraudulent"
    assert "-" not in [told.args[name] for name in ("placed", "bought", "delivered", "by")]
    assert told.args["proof"] == "pin"
    await set_up_payouts(stack, runner)
    assert await payable_state(stack, order) == ("open", True)
    assert await stack.transfers(order.id) == []
    with pytest.raises(OrderDisputed):
        await refund_order(stack, order, 100)
    assert await refund_rows(stack, order) == []


@case(44)
async def test_44_a_dispute_that_is_won_gives_all_back_and_pays_the_runner_once(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await completed_order(stack, runner)
    before = await booked_amounts(stack, order)
    await deliver_dispute(stack, order)
    await set_up_payouts(stack, runner)
    await deliver_dispute(stack, order, outcome="won")
    assert await payable_state(stack, order) == ("paid", False)
    assert [one["amount"] for one in await stack.transfers(order.id)] == [1030]
    after = await booked_amounts(stack, order)
    assert "dispute_suspense" not in after
    assert after["stripe_balance"] == before["stripe_balance"] - DISPUTE_FEE - 1030
    assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-dispute-won") == 1
    await complete_refund(stack, order, 100, Bearer.RUNNER)
    assert await refund_rows(stack, order) == [("succeeded", 100, 100)]


@case(44)
async def test_44_a_dispute_that_is_lost_is_our_loss_until_an_admin_decides_about_the_runner(
    stack: WorkerStack, admin: Member, new_runner: Member
) -> None:
    order = await completed_order(stack, new_runner)
    await deliver_dispute(stack, order)
    await deliver_dispute(stack, order, outcome="lost")
    await set_up_payouts(stack, new_runner)
    assert await payable_state(stack, order) == ("open", True)
    lines = await booked_amounts(stack, order)
    assert lines["dispute_losses"] == 1130
    assert "dispute_suspense" not in lines
    with pytest.raises(OrderDisputed):
        await refund_order(stack, order, 100)
    with pytest.raises(NotAllowed):
        await stack.act(
            refunds_use_cases.pay_despite_dispute, await stack.committed_member(new_runner.person_id), order.id
        )
    await stack.act(refunds_use_cases.pay_despite_dispute, admin, order.id)
    await stack.run_due()
    assert await payable_state(stack, order) == ("paid", False)
    assert len(await stack.transfers(order.id)) == 1
    with pytest.raises(Stale):
        await stack.act(refunds_use_cases.pay_despite_dispute, admin, order.id)


async def test_a_dispute_after_the_runner_was_paid_takes_nothing_from_the_runner(stack: WorkerStack) -> None:
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await deliver_dispute(stack, order)
    await deliver_dispute(stack, order, outcome="lost")
    assert (await payable_state(stack, order))[0] == "paid"
    assert [one["amount_reversed"] for one in await stack.transfers(order.id)] == [0]


async def test_the_daily_comparison_finds_each_movement_of_a_dispute_booked(stack: WorkerStack) -> None:
    """A dispute moves money twice under one id: away with the fee, and back."""
    order = await completed_order(stack, await stack.add_member(runner=True, ready=False, card=None))
    await deliver_dispute(stack, order)
    found = await deliver_dispute(stack, order, outcome="won")
    moved = [
        parse_balance_transaction(one)
        for one in await stack.inspect_stripe("objects", kind="balance_transaction")
        if one["source"] == found["id"]
    ]
    assert [one.net for one in moved] == [-1130 - DISPUTE_FEE, 1130]
    async with stack.database() as work:
        assert [await compare_with_ledger(work, one) for one in moved] == [None, None]
        wrong = await compare_with_ledger(work, replace(moved[0], net=-1))
    assert wrong is not None


async def test_a_dispute_of_nothing_we_know_changes_nothing(stack: WorkerStack) -> None:
    """A forged or foreign event starts no saga, and a false outcome only starts a check with Stripe."""
    order = await completed_order(stack, await stack.add_member(runner=True, card=None))
    await receive_event(
        stack, "evt_foreign", {"object": "dispute", "id": "du_0", "payment_intent": "pi_0", "charge": "ch_0"}
    )
    opened = await deliver_dispute(stack, order)
    await receive_event(stack, "evt_lie", {**opened, "status": "won"})
    assert (await payable_state(stack, order))[1]
    assert await stack.rows_of(order, "dispute", "status") == [("open",)]


async def test_a_dispute_that_is_won_frees_nothing_while_a_bank_kept_another_part(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await completed_order(stack, runner)
    await deliver_other_dispute(stack, order, "lost")
    await deliver_dispute(stack, order)
    await set_up_payouts(stack, runner)
    await deliver_dispute(stack, order, outcome="won")
    await stack.run_due()
    assert await payable_state(stack, order) == ("open", True)
    assert await stack.transfers(order.id) == []
    assert "notification-dispute-won-kept" in await stack.notification_keys(order, stack.campus.admin_chat)
    await deliver_other_dispute(stack, order, "open")
    with pytest.raises(OrderDisputed):
        await pay_runner_anyway(stack, order)
    await stack.sql("DELETE FROM dispute WHERE order_id = :id AND status = 'open'", id=order.id)
    await pay_runner_anyway(stack, order)
    await stack.run_due()
    assert len(await stack.transfers(order.id)) == 1


async def deliver_other_dispute(stack: WorkerStack, order: Order, status: str) -> None:
    """Open a dispute of another part of the same payment; the stand-in knows one at a time."""
    await stack.sql(
        "INSERT INTO dispute (campus_id, order_id, dispute, reason, status, amount, currency)"
        " VALUES (:campus, :order, :name, 'fraudulent', :status, 100, 'sgd')",
        campus=stack.campus.id,
        order=order.id,
        name=f"dp_{status}_{order.id}",
        status=status,
    )


async def pay_runner_anyway(stack: WorkerStack, order: Order) -> None:
    """Tap [Pay the runner] as an admin."""
    await stack.act(refunds_use_cases.pay_despite_dispute, await new_admin(stack), order.id)


async def test_a_dispute_before_the_order_is_completed_suspends_what_is_booked_later(
    stack: WorkerStack, runner: Member
) -> None:
    """The capture is stuck, somebody makes it by hand at Stripe, and the bank is faster than the admin who resolves."""
    order = await stack.delivered_order(runner)
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    ((intent,),) = await stack.rows_of(order, "hold", "payment_intent")
    await capture_intent(stack.context.stripe, intent, {"amount_to_capture": order.total}, f"by hand {intent}")
    found = await deliver_dispute(stack, order)
    number = (await stack.saga(order, "complete_order")).number
    await stack.act(stuck_sagas.resolve_saga, await new_admin(stack), number, "captured by hand")
    await stack.run_now()
    assert (await payable_state(stack, order), await stack.transfers(order.id)) == (("open", True), [])
    assert found["status"] == "needs_response"
    await deliver_dispute(stack, order, outcome="won")
    await assert_paid_once(stack, order.id)
