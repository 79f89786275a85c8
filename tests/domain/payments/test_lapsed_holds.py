"""A hold that lapses during the delivery: the card is charged again, or the customer owes it; the runner is paid."""

from collections.abc import Awaitable, Callable

import pytest

from domain.campuses.people import Member
from domain.orders.states import Bearer, OrderStatus
from domain.payments.use_cases import saved_cards
from tests.cases import case
from tests.scenarios.customer_debt_setup import (
    APPROVAL_CARD,
    charge_calls,
    debt_state,
    hold_states,
    intent_states,
    lapse_hold,
    lapsed_order_at_drop_point,
    owed_order,
)
from tests.scenarios.held_payout_setup import release_held_payout
from tests.scenarios.reconciliation_setup import discrepancies, forget_payment, reconcile_all
from tests.scenarios.refund_setup import booked_amounts, complete_refund, receive_event, refund_rows
from tests.scenarios.scenario_setup import refunds_of
from tests.stack.worker_stack import WorkerStack
from workers.stripe.steps.charge_steps import CAPTURE_TOO_LATE_CODES

pytestmark = pytest.mark.drill

Spoil = Callable[[WorkerStack, Member], Awaitable[None]]


@case(26)
async def test_26_a_hold_that_lapsed_is_replaced_by_one_charge_nobody_has_to_approve(own_stack: WorkerStack) -> None:
    """Afterwards there is no discrepancy with Stripe."""
    runner = await own_stack.add_member(runner=True, card=None)
    order = await own_stack.claimed_order(runner)
    await own_stack.bring_to_drop_point(runner, order)
    await own_stack.control_stripe("clock", advance=8 * 86_400)
    await own_stack.hand_over(runner, order)
    await own_stack.run_due()
    assert (await own_stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await intent_states(own_stack, order) == [("canceled", 0), ("succeeded", 1130)]
    assert await hold_states(own_stack, order) == [("released", 0), ("captured", 1130)]
    _, charge = await own_stack.intents(order.id)
    (transfer,) = await own_stack.transfers(order.id)
    assert (transfer["amount"], transfer["source_transaction"]) == (1030, charge["latest_charge"])
    held, asked = await charge_calls(own_stack, order)
    assert (asked["params"]["off_session"], asked["params"]["capture_method"]) == ("true", "automatic")
    assert asked["params"]["payment_method"] == held["params"]["payment_method"]
    assert await own_stack.rows("SELECT id FROM customer_debt") == []
    assert await own_stack.breaches() == []
    await reconcile_all(own_stack)
    assert await discrepancies(own_stack) == []


@pytest.mark.parametrize("code", sorted(CAPTURE_TOO_LATE_CODES))
async def test_a_hold_that_stripe_calls_expired_is_closed_before_the_card_is_charged(
    stack: WorkerStack, code: str
) -> None:
    """Its intent may still say that it holds, and two payments of one order are never open at a time."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code=code)
    await stack.run_due()
    assert await intent_states(stack, order) == [("canceled", 0), ("succeeded", 1130)]


@case(26)
async def test_a_declined_charge_is_owed_by_the_customer_and_the_runner_is_paid_by_us(stack: WorkerStack) -> None:
    """The customer has another card by now, and its bank declines (edge case 26)."""
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, card=None)
    await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()  # the platform's balance must have money to pay the runner from
    order = await owed_order(stack, customer, runner=runner)
    assert order.status is OrderStatus.COMPLETED
    assert await intent_states(stack, order) == [("canceled", 0), ("canceled", 0)]
    assert await hold_states(stack, order) == [("released", 0), ("refused", 0)]
    assert await debt_state(stack, order) == ("open", 1130)
    assert await stack.transfers(order.id) == []
    assert await stack.rows_of(order, "payable", "status, refusal, held_for") == [("open", None, "unpaid")]
    await release_held_payout(stack, order)
    await stack.run_due()
    assert await stack.transfers(order.id) == [], "there is no charge to take it from, and the balance is pending"
    assert await stack.rows_of(order, "payable", "status, refusal") == [("open", "balance_insufficient")]
    assert await booked_amounts(stack, order) == {
        "customer_debt": 1130,
        "runner_payable": -1030,
        "platform_revenue": -100,
    }
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-owes"
    assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-owes-admins") == 1


async def test_where_the_balance_suffices_the_runner_is_paid_after_the_wait(own_stack: WorkerStack) -> None:
    rich = await own_stack.add_member(card="pm_card_bypassPending")
    runner = await own_stack.add_member(runner=True, ready=False, card=None)
    for _ in range(2):
        await own_stack.delivered_order(runner, rich)
        await own_stack.run_due()
    paid = await own_stack.add_member(runner=True, card=None)
    order = await owed_order(own_stack, await own_stack.add_member(), runner=paid)
    assert await own_stack.transfers(order.id) == []
    await release_held_payout(own_stack, order)
    await own_stack.run_due()
    (transfer,) = await own_stack.transfers(order.id)
    assert (transfer["amount"], transfer["source_transaction"]) == (1030, None)
    assert await own_stack.breaches() == []
    await reconcile_all(own_stack)
    assert await discrepancies(own_stack) == []


async def need_approval(stack: WorkerStack, customer: Member) -> None:
    """Save a card whose bank asks for an approval, and nobody is there to give it."""
    await stack.save_test_card(customer.person_id, APPROVAL_CARD)


async def remove_card(stack: WorkerStack, customer: Member) -> None:
    await stack.act(saved_cards.remove_saved_card, customer, "4242")


async def delete_at_stripe(stack: WorkerStack, customer: Member) -> None:
    await stack.context.stripe.v1.customers.delete_async(str(customer.stripe_customer))


@pytest.mark.parametrize(
    ("spoil", "refusal", "intents"),
    [
        (need_approval, "authentication_required", 2),
        (remove_card, "no_card", 1),
        (delete_at_stripe, "card_gone", 1),
    ],
)
async def test_what_can_not_be_charged_again_is_owed(
    stack: WorkerStack, customer: Member, runner: Member, spoil: Spoil, refusal: str, intents: int
) -> None:
    order = await lapsed_order_at_drop_point(stack, runner, customer)
    await spoil(stack, customer)
    await stack.hand_over(runner, order)
    await stack.run_due()
    assert await debt_state(stack, order) == ("open", 1130)
    assert await stack.rows_of(order, "customer_debt", "refusal") == [(refusal,)]
    assert await intent_states(stack, order) == [("canceled", 0)] * intents
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED


@case(53)
@pytest.mark.parametrize("spoil", [remove_card, delete_at_stripe])
async def test_53_what_is_removed_while_it_holds_is_captured_all_the_same(
    stack: WorkerStack, customer: Member, runner: Member, spoil: Spoil
) -> None:
    """The customer removed the card, or was deleted at Stripe."""
    order = await stack.claimed_order(runner, customer)
    await spoil(stack, customer)
    await stack.run_due()
    await stack.deliver(runner, order)
    await stack.run_due()
    assert await intent_states(stack, order) == [("succeeded", 1130)]
    assert await hold_states(stack, order) == [("captured", 1130)]


@case(27)
async def test_27_a_lapse_in_flight_is_told_once_and_changes_nothing(stack: WorkerStack, runner: Member) -> None:
    """A webhook tells of it, and another one about the same hold follows."""
    order = await lapsed_order_at_drop_point(stack, runner)
    (gone,) = await stack.intents(order.id)
    await receive_event(stack, f"evt_gone_{order.id}", gone)
    await receive_event(stack, f"evt_gone_again_{order.id}", gone)
    assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-hold-lapsed") == 1
    assert (await stack.order(order.id)).status is OrderStatus.ARRIVED
    assert await hold_states(stack, order) == [("held", 0)]
    await stack.hand_over(runner, order)
    await stack.run_due()
    assert await intent_states(stack, order) == [("canceled", 0), ("succeeded", 1130)]


async def test_a_hold_that_lapses_before_anybody_claimed_the_order_is_not_told_of(stack: WorkerStack) -> None:
    """The claim finds out, and ends the order before anything is bought."""
    order = await stack.open_order()
    await lapse_hold(stack, order)
    (gone,) = await stack.intents(order.id)
    await receive_event(stack, f"evt_unclaimed_{order.id}", gone)
    assert "notification-hold-lapsed" not in await stack.notification_keys(order)


async def test_a_repeated_charge_can_be_refunded(stack: WorkerStack, runner: Member) -> None:
    order = await lapsed_order_at_drop_point(stack, runner)
    await stack.hand_over(runner, order)
    await stack.run_due()
    await complete_refund(stack, order, 300, Bearer.RUNNER)
    assert await refund_rows(stack, order) == [("succeeded", 300, 300)]
    _, charged = await stack.intents(order.id)
    assert [one["payment_intent"] for one in await refunds_of(stack, order.id)] == [charged["id"]]


async def test_a_payment_of_the_order_that_we_do_not_know_keeps_the_card_from_being_charged(stack: WorkerStack) -> None:
    """After a restored backup the charge may exist already, so a person must check (edge case 54)."""
    runner = await stack.add_member(runner=True, card=None)
    order = await lapsed_order_at_drop_point(stack, runner)
    await forget_payment(stack, order)
    await stack.hand_over(runner, order)
    await stack.run_due()
    assert (await stack.saga(order, "complete_order")).status == "stuck"
    assert await intent_states(stack, order) == [("canceled", 0)]
    await stack.sql("DELETE FROM discrepancy WHERE subject = 'pi_forgotten'")


async def test_an_order_in_flight_since_before_this_release_waits_for_a_person(stack: WorkerStack) -> None:
    """Saga runs of the first version know no charge: they end with the steps they were written with."""
    runner = await stack.add_member(runner=True, card=None)
    order = await lapsed_order_at_drop_point(stack, runner)
    await stack.hand_over(runner, order)
    await stack.sql("UPDATE saga SET version = 1 WHERE order_id = :id AND kind = 'complete_order'", id=order.id)
    await stack.run_due()
    assert (await stack.saga(order, "complete_order")).status == "stuck"
    assert await hold_states(stack, order) == [("held", 0)]
