"""What a person did at Stripe is adopted: booked once, told once, and nothing goes out a second time."""

from typing import Any
from uuid import uuid4

import pytest

from domain.errors import RefundOutOfRange
from domain.orders.states import Bearer, Order, OrderStatus
from domain.payments.customer_debt_repository import insert_customer_debt
from domain.screening import use_cases as screening_use_cases
from tests.scenarios.held_payout_setup import sweep_held_payouts
from tests.scenarios.reconciliation_setup import discrepancies, reconcile_all
from tests.scenarios.refund_setup import complete_refund, completed_order, payable_state, refund_rows
from tests.scenarios.scenario_setup import new_admin
from tests.scenarios.stuck_sagas import release_saga, stick_saga
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

TOTAL, SHARE = 1130, 1030  # minor units of the stack's orders


async def act(stack: WorkerStack, name: str, object_id: str, **form: object) -> dict[str, Any]:
    """Do this at Stripe's dashboard."""
    done: dict[str, Any] = await stack.control_stripe(f"dashboard/{name}/{object_id}", **form)
    return done


async def intent_of(stack: WorkerStack, order: Order) -> str:
    """The only payment of the order at Stripe."""
    (intent,) = await stack.intents(order.id)
    return str(intent["id"])


async def net_paid(stack: WorkerStack, order: Order) -> int:
    """What the customer has paid, less what went back, in minor units."""
    intents = await stack.intents(order.id)
    ids = {one["id"] for one in intents}
    refunds = await stack.refunds_made()
    back: int = sum(one["amount"] for one in refunds if one["payment_intent"] in ids)
    taken: int = sum(one["amount_received"] for one in intents)
    return taken - back


async def new_runner(stack: WorkerStack) -> Any:
    """A runner with an account in order."""
    return await stack.add_member(runner=True, card=None)


async def test_a_refund_made_at_stripe_is_not_made_again(stack: WorkerStack) -> None:
    order = await completed_order(stack, await new_runner(stack))
    await act(stack, "refund_payment", await intent_of(stack, order), amount=500)
    await complete_refund(stack, order, 500)
    assert await net_paid(stack, order) == TOTAL - 500
    assert "notification-refund-made-elsewhere" in await stack.notification_keys(order, stack.campus.admin_chat)
    for _ in range(2):
        await reconcile_all(stack)
    assert ("succeeded", 500, 0) in await refund_rows(stack, order)
    assert (await stack.notification_keys(order)).count("notification-refunded-at-stripe") == 1
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
    with pytest.raises(RefundOutOfRange):
        await complete_refund(stack, order, TOTAL - 499)
    await complete_refund(stack, order, 630)
    assert await net_paid(stack, order) == 0
    assert await stack.breaches() == []


async def test_a_refund_made_at_stripe_that_the_bank_sends_back_is_undone(stack: WorkerStack) -> None:
    order = await completed_order(stack, await new_runner(stack), card="pm_card_refundFail")
    await act(stack, "refund_payment", await intent_of(stack, order), amount=500)
    await reconcile_all(stack)
    await stack.control_stripe("clock", advance=61)
    await reconcile_all(stack)
    assert [status for status, _, _ in await refund_rows(stack, order)] == ["failed"]
    assert await stack.breaches() == []


async def test_what_was_captured_too_much_goes_back_when_the_order_is_over(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await stack.claimed_order(runner)
    await act(stack, "capture_payment", await intent_of(stack, order))
    await reconcile_all(stack)
    assert await stack.breaches() == []
    await stack.deliver(runner, order)
    for _ in range(2):
        await stack.run_due()
        await reconcile_all(stack)
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await net_paid(stack, order) == TOTAL
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    keys = await stack.notification_keys(order)
    assert keys.count("notification-captured-at-stripe") == 1
    assert keys.count("notification-money-returned") == 1
    assert await stack.breaches() == []


async def test_a_capture_of_less_than_the_total_is_borne_by_the_platform(stack: WorkerStack) -> None:
    runner = await new_runner(stack)
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)
    await act(stack, "capture_payment", await intent_of(stack, order), amount=300)
    await act(stack, "top_up", "sgd", amount=5_000)
    await stack.hand_over(runner, order)
    await stack.run_due()
    await reconcile_all(stack)
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    ((forgone,),) = await stack.rows(
        "SELECT sum(e.amount) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id"
        " WHERE a.code = 'forgone:sgd'"
    )
    assert forgone == TOTAL - 300
    assert await stack.breaches() == []


async def test_a_captured_order_that_is_cancelled_costs_its_customer_nothing(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await act(stack, "capture_payment", await intent_of(stack, order))
    await stack.cancel(customer, order)
    await stack.run_due()
    for _ in range(2):
        await reconcile_all(stack)
    assert (await stack.saga_states(order.id))["cancel_order"] == "done"
    assert await net_paid(stack, order) == 0
    assert await stack.breaches() == []


async def test_pay_taken_back_at_stripe_waits_until_an_admin_lets_it_go(stack: WorkerStack) -> None:
    order = await completed_order(stack, await new_runner(stack))
    (transfer,) = await stack.transfers(order.id)
    await act(stack, "reverse_transfer", transfer["id"], amount=300)
    for _ in range(2):
        await reconcile_all(stack)
    assert await payable_state(stack, order) == ("open", 0, SHARE - 300)
    assert (await stack.notification_keys(order)).count("notification-pay-reversed-admins") == 1
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
    await stack.act(screening_use_cases.let_pay_go, await new_admin(stack), order.id)
    await sweep_held_payouts(stack)
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert sorted(one["amount"] for one in await stack.transfers(order.id)) == [300, SHARE]
    assert await stack.breaches() == []


async def test_money_between_the_platform_and_its_bank_is_booked(stack: WorkerStack) -> None:
    await act(stack, "top_up", "sgd", amount=900)
    await act(stack, "pay_out_platform", "sgd", amount=400)
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_nothing_is_adopted_behind_a_stuck_saga_of_the_order(stack: WorkerStack) -> None:
    order = await stack.claimed_order(await new_runner(stack))
    await act(stack, "capture_payment", await intent_of(stack, order))
    saga = await stick_saga(stack, order)
    for _ in range(2):
        await reconcile_all(stack)
    assert "notification-captured-at-stripe" not in await stack.notification_keys(order)
    assert [kind for kind, _, _ in await discrepancies(stack) if kind != "balance_mismatch"] == ["not_booked"]
    await release_saga(stack, saga)
    await reconcile_all(stack)
    assert (await stack.notification_keys(order)).count("notification-captured-at-stripe") == 1
    assert await discrepancies(stack) == []


async def test_a_refund_behind_a_stuck_saga_of_its_order_is_a_difference_until_the_saga_is_over(
    stack: WorkerStack,
) -> None:
    order = await completed_order(stack, await new_runner(stack))
    saga = await stick_saga(stack, order)
    await act(stack, "refund_payment", await intent_of(stack, order), amount=500)
    for _ in range(2):
        await reconcile_all(stack)
    told = [kind for kind, _, _ in await discrepancies(stack) if kind != "balance_mismatch"]
    assert "unknown_refund" in told
    await release_saga(stack, saga)
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_a_payment_that_may_be_that_of_a_debt_is_no_advance(stack: WorkerStack) -> None:
    order = await stack.claimed_order(await new_runner(stack))
    await act(stack, "capture_payment", await intent_of(stack, order))
    async with stack.autocommit_work() as work:
        await insert_customer_debt(work, order, TOTAL, "declined")
    await reconcile_all(stack)
    assert "notification-captured-at-stripe" not in await stack.notification_keys(order)
    assert "not_booked" in {kind for kind, _, _ in await discrepancies(stack)}


async def test_a_reversal_that_names_a_saga_of_ours_is_not_adopted(stack: WorkerStack) -> None:
    order = await completed_order(stack, await new_runner(stack))
    (transfer,) = await stack.transfers(order.id)
    params: Any = {"amount": 300, "metadata": {"order": str(order.id), "saga": str(uuid4()), "call": "refund:1"}}
    await stack.context.stripe.v1.transfers.reversals.create_async(transfer["id"], params)
    await reconcile_all(stack)
    assert await payable_state(stack, order) == ("paid", 0, SHARE)
    assert "notification-pay-reversed-admins" not in await stack.notification_keys(order, stack.campus.admin_chat)
    assert "not_booked" in {kind for kind, _, _ in await discrepancies(stack)}


async def test_pay_of_which_nothing_was_left_to_send_is_owed_again_when_more_is_taken_back(stack: WorkerStack) -> None:
    order = await completed_order(stack, await new_runner(stack))
    (transfer,) = await stack.transfers(order.id)
    await act(stack, "reverse_transfer", transfer["id"], amount=300)
    await reconcile_all(stack)
    await complete_refund(stack, order, 300, Bearer.RUNNER)
    assert (await payable_state(stack, order))[0] == "annulled"
    await act(stack, "reverse_transfer", transfer["id"], amount=200)
    await reconcile_all(stack)
    assert await payable_state(stack, order) == ("open", 300, SHARE - 500)
    assert await stack.breaches() == []
