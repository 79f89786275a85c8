"""How a debt ends: refunded, waived, disputed, compared with Stripe, or paid late."""

import pytest

from domain.campuses.people import Member
from domain.errors import DebtBeingPaid, NotAllowed, NothingToRefund, Stale
from domain.orders.states import Order, OrderStatus
from domain.payments.use_cases import customer_debts
from tests.scenarios.customer_debt_setup import DECLINED_CARD, debt_state, owed_order, pay_debt, pay_debt_with
from tests.scenarios.reconciliation_setup import admin_notifications, discrepancies, forget_payment, reconcile_all
from tests.scenarios.refund_setup import booked_amounts, complete_refund, deliver_dispute, refund_order, refund_rows
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack
from workers.stripe.gateway_intents import create_intent

pytestmark = pytest.mark.drill


async def waive_debt(stack: WorkerStack, admin: Member, order: Order, reason: str = "paid in cash") -> None:
    """Waive a debt as an admin with /forgive."""
    await stack.act(customer_debts.waive_customer_debt, admin, order.id, reason)


async def test_a_debt_is_not_refunded_and_what_was_paid_of_one_is(stack: WorkerStack, customer: Member) -> None:
    """Nothing was paid, so nothing can be refunded; an admin can waive the debt instead."""
    order = await owed_order(stack, customer)
    with pytest.raises(NothingToRefund):
        await refund_order(stack, order, 300)
    await pay_debt_with(stack, customer, order)
    await complete_refund(stack, order, 300)
    assert await refund_rows(stack, order) == [("succeeded", 300, 0)]


async def test_an_admin_waives_a_debt_with_a_reason_the_customer_reads(stack: WorkerStack, customer: Member) -> None:
    admin = await new_admin(stack)
    order = await owed_order(stack, customer)
    await waive_debt(stack, admin, order)
    assert await debt_state(stack, order) == ("waived", 1130)
    assert await booked_amounts(stack, order) == {"bad_debts": 1130, "runner_payable": -1030, "platform_revenue": -100}
    assert (await stack.notification_keys(order, customer.person_id))[-1] == "notification-debt-waived"
    with pytest.raises(Stale):
        await waive_debt(stack, admin, order)
    with pytest.raises(Stale):
        await pay_debt(stack, customer, order)
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    assert (await stack.open_order(await stack.committed_member(customer.person_id))).status is OrderStatus.CREATED


async def test_an_admin_waives_no_debt_while_it_is_paid_nor_their_own(stack: WorkerStack, customer: Member) -> None:
    admin = await new_admin(stack)
    order = await owed_order(stack, customer)
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=customer.person_id)
    with pytest.raises(NotAllowed):
        await waive_debt(stack, await stack.committed_member(customer.person_id), order)
    await pay_debt(stack, customer, order)
    with pytest.raises(DebtBeingPaid):
        await waive_debt(stack, admin, order)
    await stack.run_due()
    await waive_debt(stack, admin, order)


async def test_a_settled_payment_may_be_disputed_like_any_other(stack: WorkerStack, customer: Member) -> None:
    order = await owed_order(stack, customer)
    await pay_debt_with(stack, customer, order)
    await deliver_dispute(stack, order)
    assert await stack.rows_of(order, "dispute", "status") == [("open",)]


async def test_there_is_no_discrepancy_after_a_debt_was_paid(own_stack: WorkerStack) -> None:
    customer = await own_stack.add_member()
    order = await owed_order(own_stack, customer)
    await reconcile_all(own_stack)
    assert await discrepancies(own_stack) == []
    await pay_debt_with(own_stack, customer, order, DECLINED_CARD)
    await pay_debt_with(own_stack, customer, order)
    await own_stack.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    await reconcile_all(own_stack)
    assert await discrepancies(own_stack) == []
    assert await own_stack.breaches() == []


async def test_a_payment_that_stripe_makes_after_we_gave_it_up_is_told_and_never_lost(own_stack: WorkerStack) -> None:
    """Its window was over and no payment was found, so an admin must decide about the late one."""
    customer = await own_stack.add_member()
    order = await owed_order(own_stack, customer)
    await own_stack.save_test_card(customer.person_id, "pm_card_visa")
    await pay_debt(own_stack, customer, order)
    await own_stack.inject_fault("POST /v1/payment_intents", "lost_answer", before=True, times=100)
    await own_stack.run_due()
    call = (await own_stack.saga(order, "settle_debt")).call
    long_ago = "to_jsonb(extract(epoch FROM now() - interval '16 minutes'))"
    await own_stack.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes', call = NULL, tries = 0,"
        f" data = data || jsonb_build_object('outcome_unknown_at', {long_ago}), status = 'compensating',"
        " compensating = true, reason = 'out_of_reach', wake_at = now() WHERE order_id = :id AND kind = 'settle_debt'",
        id=order.id,
    )
    await own_stack.sql(
        f"UPDATE saga SET data = jsonb_set(data, '{{hold_request,at}}', {long_ago}) WHERE order_id = :id"
        " AND kind = 'settle_debt'",
        id=order.id,
    )
    await own_stack.run_due()
    assert (await own_stack.saga(order, "settle_debt")).status == "compensated"
    await own_stack.clear_faults()
    late = await create_intent(own_stack.context.stripe, call["params"], call["key"])
    await reconcile_all(own_stack)
    assert ("unknown_intent", late.id, "succeeded") in await discrepancies(own_stack)
    assert "notification-discrepancy" in await admin_notifications(own_stack)


async def test_a_try_that_we_closed_and_stripe_took_is_told(own_stack: WorkerStack) -> None:
    customer = await own_stack.add_member()
    order = await owed_order(own_stack, customer)
    await pay_debt_with(own_stack, customer, order)
    *_, taken = await own_stack.intents(order.id)
    tampered = "UPDATE hold SET status = 'released', captured = 0 WHERE payment_intent = :id"
    await own_stack.sql(tampered, id=taken["id"])
    await reconcile_all(own_stack)
    assert ("unknown_intent", taken["id"], "succeeded") in await discrepancies(own_stack)


async def test_a_customer_who_perhaps_paid_already_is_not_charged_until_a_person_decides(
    own_stack: WorkerStack,
) -> None:
    """A restore lost the payment, or Stripe made it late: an admin is told, and the customer does not pay twice."""
    customer = await own_stack.add_member()
    order = await owed_order(own_stack, customer)
    await own_stack.save_test_card(customer.person_id, "pm_card_visa")
    await forget_payment(own_stack, order)
    paid = await own_stack.intents(order.id)
    await pay_debt(own_stack, customer, order)
    await own_stack.run_due()
    assert (await own_stack.saga(order, "settle_debt")).status == "compensated"
    assert await own_stack.intents(order.id) == paid
    assert await debt_state(own_stack, order) == ("open", 1130)
    assert (await own_stack.notification_keys(order, customer.person_id))[-1] == "notification-debt-in-question"
    await own_stack.sql("DELETE FROM discrepancy WHERE subject = 'pi_forgotten'")
    await pay_debt(own_stack, customer, order)
    await own_stack.run_due()
    assert await debt_state(own_stack, order) == ("paid", 1130)


async def test_a_charge_that_stripe_answered_with_a_failure_is_given_up_after_a_day_only(
    own_stack: WorkerStack,
) -> None:
    """Stripe may still make the charge, which takes money at once.

    The customer must not pay again before a day is over.
    """
    customer = await own_stack.add_member()
    order = await owed_order(own_stack, customer)
    await own_stack.save_test_card(customer.person_id, "pm_card_visa")
    await pay_debt(own_stack, customer, order)
    await own_stack.inject_fault("POST /v1/payment_intents", "status", status=500, before=True, times=100)
    await own_stack.run_due()
    await own_stack.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes' WHERE order_id = :id AND kind = 'settle_debt'",
        id=order.id,
    )
    await own_stack.run_now()
    await age_last_answer(own_stack, order, "23 hours")
    await own_stack.run_now()
    assert (await own_stack.saga(order, "settle_debt")).status == "compensating"
    assert (await own_stack.notification_keys(order, customer.person_id))[-1] == "notification-debt-outcome-unknown"
    with pytest.raises(DebtBeingPaid):
        await pay_debt(own_stack, customer, order)
    await age_last_answer(own_stack, order, "25 hours")
    await own_stack.run_now()
    assert (await own_stack.saga(order, "settle_debt")).status == "compensated"
    assert (await own_stack.notification_keys(order, customer.person_id))[-1] == "notification-debt-not-reached"


async def test_a_failure_whose_payment_is_found_has_a_known_outcome(own_stack: WorkerStack) -> None:
    """The failed call did create the payment, and it was declined, so there is nothing to wait for."""
    customer = await own_stack.add_member()
    order = await owed_order(own_stack, customer)
    await own_stack.save_test_card(customer.person_id, DECLINED_CARD)
    await pay_debt(own_stack, customer, order)
    await own_stack.inject_fault("POST /v1/payment_intents", "status", status=500, before=False)
    for _ in range(4):
        await own_stack.run_now()
    customer_notifications = await own_stack.notification_keys(order, customer.person_id)
    assert customer_notifications[-1] == "notification-debt-declined"
    assert "notification-debt-outcome-unknown" not in customer_notifications


async def age_last_answer(stack: WorkerStack, order: Order, ago: str) -> None:
    """Move the last answer about the saga's charge back by this long."""
    long_ago = "to_jsonb(extract(epoch FROM now() - CAST(CAST(:ago AS text) AS interval)))"
    await stack.sql(
        f"UPDATE saga SET call = jsonb_set(call, '{{params,asked,at}}', {long_ago})"
        " WHERE order_id = :id AND kind = 'settle_debt'",
        id=order.id,
        ago=ago,
    )
