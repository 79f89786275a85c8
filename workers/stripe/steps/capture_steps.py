"""The external step that captures a hold: take what the receipt says, and release the rest."""

from domain.database.unit_of_work import UnitOfWork
from domain.orders.repository import find_order
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.sagas.resolve_completion import RESOLVED_BY_HAND
from domain.payments.advances import adopt_advance
from domain.payments.hold_repository import find_current_hold, move_current_hold
from domain.payments.model import HoldEvent
from domain.saga.refusals import RefusalKind
from domain.saga.run import SagaRun
from workers.engine.call_failures import Refused
from workers.engine.external_step import CallRequest, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import TAKEN_PAYMENT, cancel_intent, capture_intent, retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntentStatus
from workers.stripe.refusals.waiting_people import tell_held_up, tell_refused
from workers.stripe.steps.charge_steps import (
    LapsedHold,
    close_lapsed_hold,
    replace_lapsed_hold,
    require_no_unknown_payment,
)
from workers.stripe.steps.taken_payment import keep_advance, keep_taken_payment, read_taken_payment


async def prepare_capture(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return what to capture: the order's total. The capture also releases the rest of the hold.

    None when a person at Stripe captured it in advance. Raise Refused "no_hold" when the order has no hold at Stripe.
    """
    order = await find_order(work, run.campus_id, run.required_order_id)
    hold = await find_current_hold(work, run.required_order_id)
    if hold is None or hold.payment_intent is None:
        raise Refused("no_hold")
    if keep_advance(run, hold):
        return None
    return {
        "payment_intent": hold.payment_intent,
        "capture": {"amount_to_capture": order.total, "expand": [*TAKEN_PAYMENT]},
        "may_lapse": run.saga.has_step("charge_again"),  # older versions of the saga cannot charge the card again
    }


async def execute_capture(client: StripeGateway, request: CallRequest) -> TakenPayment | LapsedHold:
    """Capture the hold; return what was taken, or the lapsed hold if the saga can charge the card again."""
    try:
        found = await capture_intent(client, request.params["payment_intent"], request.params["capture"], request.key)
    except Refused as refusal:
        if not request.params.get("may_lapse"):
            raise
        return await close_lapsed_hold(client, request, refusal)
    if found.latest_charge is None or found.latest_charge.fee is None:  # a call of a former release asks for less
        found = await retrieve_intent(client, found.id)
    return read_taken_payment(found)


async def find_capture(client: StripeGateway, request: CallRequest) -> TakenPayment | LapsedHold | None:
    """Return the result of a capture with an unknown outcome; None if it was not done."""
    found = await retrieve_intent(client, request.params["payment_intent"])
    return read_taken_payment(found) if found.status is PaymentIntentStatus.SUCCEEDED else None


async def record_capture(work: UnitOfWork, run: SagaRun, result: TakenPayment | LapsedHold) -> None:
    """Record the capture, or replace a lapsed hold so that the card is charged again.

    A capture of another amount is not ours: a person at Stripe was faster. One that was adopted meanwhile is only kept.
    Raise LookupError when the order's current hold is not held.
    """
    if isinstance(result, LapsedHold):
        await replace_lapsed_hold(work, run, result)
        return
    order = await find_order(work, run.campus_id, run.required_order_id)
    hold = await find_current_hold(work, order.id)
    if hold is not None and (hold.is_advance or result.amount != order.total):
        await adopt_advance(work, hold, result)
        keep_taken_payment(run, result)
        return
    captured = {"captured": result.amount, "charge": result.charge}
    if await move_current_hold(work, run.required_order_id, HoldEvent.CAPTURED, **captured) is None:
        raise LookupError(f"the hold of order {run.required_order_id} was captured, and is not held here")
    keep_taken_payment(run, result)


async def prepare_uncaptured_hold_end(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return which hold to end; None when the payment, or that there is none, is certain without Stripe.

    That is so after a capture, after a decline, and for a charge that left no intent. Raise Refused when Stripe has a
    payment of this order that we do not know.
    """
    data = run.data_as(CompleteOrderData)
    if data.capture is not None or data.declined is not None:
        return None
    await require_no_unknown_payment(work, run.required_order_id)
    order = await find_order(work, run.campus_id, run.required_order_id)
    hold = await find_current_hold(work, run.required_order_id)
    if hold is not None and keep_advance(run, hold):
        return None
    if hold is None or hold.payment_intent is None:
        await move_current_hold(work, run.required_order_id, HoldEvent.DECLINED, refusal=RESOLVED_BY_HAND)
        data.declined = RESOLVED_BY_HAND
        return None
    return {"payment_intent": hold.payment_intent, "capture": {"amount_to_capture": order.total}}


async def end_uncaptured_hold(client: StripeGateway, request: CallRequest) -> TakenPayment | LapsedHold:
    """Cancel the intent of a capture that is given up; return what it took if it was captured after all.

    One that Stripe does not know holds nothing.
    """
    try:
        found = await retrieve_intent(client, request.params["payment_intent"])
    except Refused as refusal:
        if refusal.kind is not RefusalKind.GONE:
            raise
        return LapsedHold(reason=RESOLVED_BY_HAND)
    if found.status is PaymentIntentStatus.SUCCEEDED:
        return read_taken_payment(found)
    await cancel_intent(client, found.id, request.key)
    return LapsedHold(reason=RESOLVED_BY_HAND)


async def record_uncaptured_hold_end(work: UnitOfWork, run: SagaRun, result: TakenPayment | LapsedHold) -> None:
    """Record the capture, or that the hold is released and the customer owes the total."""
    if not isinstance(result, LapsedHold):
        await record_capture(work, run, result)
        return
    await move_current_hold(work, run.required_order_id, HoldEvent.RELEASED, refusal=result.reason)
    run.data_as(CompleteOrderData).declined = result.reason


CAPTURE_PAYMENT = define_external_step(
    prepare=prepare_capture,
    execute=execute_capture,
    record=record_capture,
    find_existing=find_capture,
    refused=tell_refused("pay"),
    held_up=tell_held_up("pay"),
)
END_UNCAPTURED_HOLD = define_external_step(
    prepare=prepare_uncaptured_hold_end, execute=end_uncaptured_hold, record=record_uncaptured_hold_end
)
