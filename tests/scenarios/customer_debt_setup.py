"""Holds that lapse, and customers who owe for an order."""

from typing import Any

from domain.campuses.people import Member
from domain.orders.states import Order
from domain.payments.use_cases import customer_debts
from domain.saga.run import SagaRun
from tests.stack.worker_stack import WorkerStack

DECLINED_CARD = "pm_card_chargeCustomerFail"  # it can be saved, and declines every payment
APPROVAL_CARD = "pm_card_authenticationRequired"  # it always needs an approval


async def lapsed_order_at_drop_point(stack: WorkerStack, runner: Member, customer: Member | None = None) -> Order:
    """Bring an order to the drop point and let its hold lapse: 11.30, of which 10.30 are the runner's."""
    order = await stack.claimed_order(runner, customer)
    await stack.bring_to_drop_point(runner, order)
    await lapse_hold(stack, order)
    return order


async def lapse_hold(stack: WorkerStack, order: Order) -> None:
    """Cancel the hold at Stripe, as a bank does after days."""
    (held,) = [one for one in await stack.intents(order.id) if one["status"] == "requires_capture"]
    await stack.context.stripe.v1.payment_intents.cancel_async(held["id"])


async def owed_order(stack: WorkerStack, customer: Member, *, runner: Member | None = None) -> Order:
    """Deliver an order that its customer then owes: the hold lapsed, and the new charge was declined."""
    runner = runner or await stack.add_member(runner=True, card=None)
    order = await lapsed_order_at_drop_point(stack, runner, customer)
    await stack.save_test_card(customer.person_id, DECLINED_CARD)
    await stack.hand_over(runner, order)
    await stack.run_due()
    return await stack.order(order.id)


async def pay_debt(stack: WorkerStack, customer: Member, order: Order) -> SagaRun | None:
    """Tap [Pay S$11.30] with the customer's present card."""
    ((number,),) = await stack.rows_of(order, "customer_debt", "id")
    return await stack.act(customer_debts.pay_customer_debt, await stack.committed_member(customer.person_id), number)


async def pay_debt_with(stack: WorkerStack, customer: Member, order: Order, card: str = "pm_card_visa") -> None:
    """Save this test card, tap [Pay S$11.30], and let the workers try it."""
    await stack.save_test_card(customer.person_id, card)
    await pay_debt(stack, customer, order)
    await stack.run_due()


async def debt_state(stack: WorkerStack, order: Order) -> tuple[str, int]:
    """(status, amount) of what is owed for the order."""
    ((status, amount),) = await stack.rows_of(order, "customer_debt", "status, amount")
    return status, amount


async def hold_states(stack: WorkerStack, order: Order) -> list[tuple[str, int]]:
    """(status, captured amount) of every hold and charge of the order, oldest first."""
    return [(status, captured) for status, captured in await stack.rows_of(order, "hold", "status, captured")]


async def intent_states(stack: WorkerStack, order: Order) -> list[tuple[str, int]]:
    """(status, received amount) of every intent Stripe has for the order, oldest first."""
    return [(one["status"], one["amount_received"]) for one in await stack.intents(order.id)]


async def charge_calls(stack: WorkerStack, order: Order) -> list[dict[str, Any]]:
    """The calls that created intents for the order, oldest first."""
    calls = [call for call in await stack.inspect_stripe("requests") if call["path"] == "/v1/payment_intents"]
    return [call for call in calls if call["params"].get("metadata", {}).get("order") == str(order.id)]
