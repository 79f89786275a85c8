"""External steps that charge the card again, off session, when a hold lapsed before its capture."""

from dataclasses import dataclass

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.orders.repository import find_order
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.states import Order
from domain.payments.card_facts import CardFacts
from domain.payments.card_facts_repository import keep_card_facts
from domain.payments.hold_repository import insert_current_hold, move_current_hold
from domain.payments.model import HoldEvent
from domain.reconciliation.repository import has_unknown_payment
from domain.saga.refusals import CARD_GONE, RefusalKind
from domain.saga.run import SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import OutcomeUnknown, Refused, TryLater
from workers.engine.external_step import CallRequest, StepParams, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import cancel_intent, create_intent, find_intent, retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.platform.statement import statement_suffix
from workers.stripe.refusals.refused_charges import explain_refused_charge
from workers.stripe.refusals.waiting_people import tell_held_up, tell_refused
from workers.stripe.steps.card_outcome import fetch_blocked_charge, read_card_facts
from workers.stripe.steps.taken_payment import keep_taken_payment, read_taken_payment

MAX_CLOCK_SKEW_SECONDS = Timeout.STRIPE_CLOCK_SKEW.whole_seconds
# Stripe's codes for a capture that comes too late. The intent may still say that it holds the money.
CAPTURE_TOO_LATE_CODES = frozenset({"charge_expired_for_capture", "capture_charge_authorization_expired"})
UNKNOWN_PAYMENT_MESSAGE = (
    "Stripe has a payment of this order that we do not know. Give it back there, or find out what it is; settle it in"
    " /differences, then try again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsedHold:
    """A hold that ended before its capture, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinedCharge:
    """A charge that took nothing, why, what Stripe said of the card, and the canceled intent that it left."""

    reason: str
    payment_intent: str | None
    card: CardFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCharge:
    """A charge that took the money, and what Stripe said of the card."""

    payment: TakenPayment
    card: CardFacts


async def close_lapsed_hold(client: StripeGateway, request: CallRequest, refusal: Refused) -> LapsedHold:
    """Make sure that the hold that could not be captured is canceled; return why it lapsed.

    Cancel the intent when the capture came too late and the intent still says that it holds the money. Raise the
    refusal itself when the intent is not canceled in the end.
    """
    intent: str = request.params["payment_intent"]
    found = await retrieve_intent(client, intent)
    if found.status is PaymentIntentStatus.REQUIRES_CAPTURE and refusal.reason in CAPTURE_TOO_LATE_CODES:
        found = await cancel_intent(client, intent, f"{request.key}:lapsed")
    if found.status is not PaymentIntentStatus.CANCELED:
        raise refusal
    return LapsedHold(reason=found.cancellation_reason or refusal.reason)


async def replace_lapsed_hold(work: UnitOfWork, run: SagaRun, lapsed: LapsedHold) -> None:
    """Close the lapsed hold, and insert another attempt at the same money in its place.

    Raise LookupError when the order has no total.
    """
    order = await find_order(work, run.campus_id, run.required_order_id)
    if order.total is None:
        raise LookupError(f"order {order.id} was delivered without a total")
    run.data_as(CompleteOrderData).lapsed = lapsed.reason
    await move_current_hold(work, run.required_order_id, HoldEvent.RELEASED, refusal=f"lapsed: {lapsed.reason}")
    await insert_current_hold(work, order.id, run.id, order.total, order.price.currency)


async def prepare_recharge(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """Return the parameters of a charge of the total; None when there is nothing to charge.

    That is so when the hold was captured. It is also so when the customer has no card: then the charge is recorded as
    declined. The card is the one the customer has now, because a card they replaced may not be charged any more. Raise
    Refused when Stripe has a payment of this order that we do not know: a person has to see whether the order was paid.
    """
    if run.data_as(CompleteOrderData).lapsed is None:
        return None
    await require_no_unknown_payment(work, run.required_order_id)
    order = await find_order(work, run.campus_id, run.required_order_id)
    member = await find_member(work, run.campus_id, order.customer_id)
    if member.card is None or member.stripe_customer is None:
        await record_recharge(work, run, DeclinedCharge(reason="no_card", payment_intent=None, card=CardFacts()))
        return None
    campus = await find_campus(work, run.campus_id)
    return build_charge(order, member, campus, run, key) | {"off_session": True}


async def require_no_unknown_payment(work: UnitOfWork, order_id: int) -> None:
    """Raise Refused when Stripe has a payment of this order that we do not know.

    A second payment might then be one too many.
    """
    if await has_unknown_payment(work, order_id):
        raise Refused("unknown_payment", UNKNOWN_PAYMENT_MESSAGE)


def describe_payment(order: Order, campus: Campus, member: Member) -> StepParams:
    """Return by what the customer and the platform recognise the payment of an order.

    Stripe sends a receipt, once money was taken, to the address that the customer gave with the card.
    """
    suffix, email = statement_suffix(campus.title), None if member.card is None else member.card.receipt_email
    named = {} if suffix is None else {"statement_descriptor_suffix": suffix}
    told = {"receipt_email": email} if email is not None and campus.receipts else {}
    return {"description": f"Order #{order.id}, {campus.title}", **named, **told}


def build_charge(order: Order, member: Member, campus: Campus, run: SagaRun, key: str) -> StepParams:
    """Return the parameters of a payment of the order's total that is captured at once.

    The other parameters are those of `prepare_hold`. Raise LookupError when the member has no card.
    """
    if member.card is None:
        raise LookupError(f"person {member.person_id} has no card")
    return describe_payment(order, campus, member) | {
        "amount": order.total,
        "currency": order.price.currency,
        "customer": member.stripe_customer,
        "payment_method": member.card.payment_method,
        "capture_method": "automatic",
        "confirm": True,
        "return_url": campus.chat_link,
        "transfer_group": f"order_{order.id}",
        "metadata": {"order": str(order.id), "saga": str(run.id), "call": key},
        "expand": ["latest_charge.balance_transaction"],
    }


async def execute_recharge(client: StripeGateway, request: CallRequest) -> TakenCharge | DeclinedCharge:
    """Charge the card. The bank's no is a result too, and leaves nothing open at Stripe; so is a card that is gone.

    Raise Refused when our own settings are refused: nothing is owed because of them. Raise OutcomeUnknown while the
    bank processes the payment.
    """
    try:
        found = await create_intent(client, request.params, request.key)
    except Refused as refusal:
        if refusal.kind is not RefusalKind.BANK:
            refusal = await explain_refused_charge(client, request.params, refusal)
        if refusal.kind is RefusalKind.CONFIGURATION:
            raise refusal from None
        left = await fetch_blocked_charge(client, refusal.payment_intent)
        reason = refusal.reason if refusal.reason == CARD_GONE else refusal.code or refusal.reason
        return await _decline(client, request, left, reason)
    if found.status is PaymentIntentStatus.PROCESSING:
        raise OutcomeUnknown("processing", "the bank has not answered yet")
    return await _conclude(client, request, found)


async def find_recharge(client: StripeGateway, request: CallRequest) -> TakenCharge | DeclinedCharge | None:
    """Return what a call with an unknown outcome made; None if it made nothing.

    Raise TryLater while the bank processes the payment.
    """
    since = int(request.first_sent_at.timestamp()) - MAX_CLOCK_SKEW_SECONDS
    found = await find_intent(client, request.params["customer"], since, request.key)
    if found is None:
        return None
    found = await retrieve_intent(client, found.id)
    if found.status is PaymentIntentStatus.PROCESSING:
        raise TryLater("processing", "the bank has not answered yet")
    return await _conclude(client, request, found)


async def _conclude(client: StripeGateway, request: CallRequest, found: PaymentIntent) -> TakenCharge | DeclinedCharge:
    if found.status is PaymentIntentStatus.SUCCEEDED:
        return TakenCharge(payment=read_taken_payment(found), card=read_card_facts(found))
    return await _decline(client, request, found, found.payment_error or found.raw_status)


async def _decline(
    client: StripeGateway, request: CallRequest, intent: PaymentIntent | None, reason: str
) -> DeclinedCharge:
    """Cancel a declined intent: it could still be paid later, and nobody waits for that payment."""
    if intent is None:
        return DeclinedCharge(reason=reason, payment_intent=None, card=CardFacts())
    await cancel_intent(client, intent.id, f"{request.key}:cancel")
    return DeclinedCharge(reason=reason, payment_intent=intent.id, card=read_card_facts(intent))


async def record_recharge(work: UnitOfWork, run: SagaRun, result: TakenCharge | DeclinedCharge) -> None:
    """Record the taken payment, or the decline that makes the customer owe the total."""
    if isinstance(result, TakenCharge):
        await record_taken_payment(work, run, result.payment)
        await keep_card_facts(work, result.payment.payment_intent, result.card)
        return
    run.data_as(CompleteOrderData).declined = result.reason
    changes = {"payment_intent": result.payment_intent, "refusal": result.reason}
    await move_current_hold(work, run.required_order_id, HoldEvent.DECLINED, **changes)
    if result.payment_intent is not None:
        await keep_card_facts(work, result.payment_intent, result.card)


async def record_taken_payment(work: UnitOfWork, run: SagaRun, taken: TakenPayment) -> None:
    """Record which charge took the money.

    Raise LookupError when the order's current hold was not waiting for a charge.
    """
    changes = {"payment_intent": taken.payment_intent, "charge": taken.charge}
    more_changes = {"captured": taken.amount, "made_at": work.now, "approval_url": None}
    if await move_current_hold(work, run.required_order_id, HoldEvent.CHARGED, **changes, **more_changes) is None:
        raise LookupError(f"order {run.required_order_id} was charged, and nobody asked for it")
    keep_taken_payment(run, taken)


CHARGE_AGAIN = define_external_step(
    prepare=prepare_recharge,
    execute=execute_recharge,
    record=record_recharge,
    find_existing=find_recharge,
    refused=tell_refused("pay"),
    held_up=tell_held_up("pay"),
    rekey_after=Timeout.STRIPE_MONEY_TRACE.delta,
)
