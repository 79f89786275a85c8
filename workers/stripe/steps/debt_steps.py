"""External steps of settle_debt: charge the customer's card on session, poll the bank, cancel what was not paid."""

from dataclasses import dataclass
from typing import assert_never

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.orders.repository import find_order
from domain.payments.card_facts_repository import keep_card_facts
from domain.payments.hold_repository import move_current_hold
from domain.payments.model import HoldEvent
from domain.payments.notifications.customer_debts import debt_approval_asked, debt_outcome_unknown
from domain.payments.steps.customer_debts import book_settlement
from domain.saga.refusals import CARD_GONE, RefusalKind
from domain.saga.run import SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import OutcomeUnknown, Refused, TryLater
from workers.engine.external_step import CallRequest, StepParams, add_signal, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import cancel_intent, create_intent, find_intent, retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.refusals.refused_charges import explain_refused_charge, record_refused_charge
from workers.stripe.refusals.waiting_people import tell_held_up
from workers.stripe.steps.card_outcome import fetch_blocked_charge, read_card_facts, record_card_facts
from workers.stripe.steps.charge_steps import (
    MAX_CLOCK_SKEW_SECONDS,
    TakenCharge,
    build_charge,
    record_taken_payment,
    require_no_unknown_payment,
)
from workers.stripe.steps.hold_steps import (
    fetch_intent,
    find_requested_intent,
    keep_hold_request,
    prepare_hold_release,
    prepare_intent_lookup,
    record_hold_release,
)
from workers.stripe.steps.released_holds import ReleasedHold
from workers.stripe.steps.taken_payment import read_taken_payment


@dataclass(frozen=True, slots=True, kw_only=True)
class CanceledDebtCharge:
    """What became of a charge that was to be canceled: its intent, if one was made, and what it took after all."""

    payment_intent: str | None
    taken: TakenCharge | None


async def prepare_debt_charge(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """Return the parameters of a charge of the whole debt, on session: the bank may ask the customer.

    Raise Refused CARD_GONE without a card, and "unknown_payment" when Stripe has a payment of this order that we do
    not know.
    """
    await require_no_unknown_payment(work, run.required_order_id)
    order = await find_order(work, run.campus_id, run.required_order_id)
    member = await find_member(work, run.campus_id, run.required_person_id)
    if member.card is None or member.stripe_customer is None:
        raise Refused(CARD_GONE, "no card")
    keep_hold_request(run, key, member.stripe_customer, work.now)
    return build_charge(order, member, await find_campus(work, run.campus_id), run, key)


async def execute_debt_charge(client: StripeGateway, request: CallRequest) -> PaymentIntent:
    """Charge the card; raise Refused "declined" for the bank's no.

    Raise what `explain_refused_charge` returns when no bank was asked, and OutcomeUnknown while the bank processes the
    payment.
    """
    try:
        found = await create_intent(client, request.params, request.key)
    except Refused as refusal:
        if refusal.kind is RefusalKind.BANK:
            refusal.payment_intent = await fetch_blocked_charge(client, refusal.payment_intent)
            raise
        raise await explain_refused_charge(client, request.params, refusal) from refusal
    if found.status is PaymentIntentStatus.PROCESSING:
        raise OutcomeUnknown("processing", "the bank has not answered yet")
    return found


async def find_debt_charge(client: StripeGateway, request: CallRequest) -> PaymentIntent | None:
    """Return the payment that a call with an unknown outcome made; None if it made none.

    Raise TryLater while the bank processes the payment.
    """
    since = int(request.first_sent_at.timestamp()) - MAX_CLOCK_SKEW_SECONDS
    found = await find_intent(client, request.params["customer"], since, request.key)
    if found is None:
        return None
    found = await retrieve_intent(client, found.id)
    if found.status is PaymentIntentStatus.PROCESSING:
        raise TryLater("processing", "the bank has not answered yet")
    return found


async def record_debt_charge(work: UnitOfWork, run: SagaRun, intent: PaymentIntent) -> None:
    """Record the payment: paid, declined, or waiting until the customer approves it with the bank."""
    changes = {"payment_intent": intent.id, "approval_url": intent.approval_url}
    match intent.status:
        case PaymentIntentStatus.SUCCEEDED:
            await record_taken_payment(work, run, read_taken_payment(intent))
            await record_card_facts(work, intent)
            add_signal(run, "debt_paid")
        case PaymentIntentStatus.REQUIRES_ACTION:
            await move_current_hold(work, run.required_order_id, HoldEvent.APPROVAL_ASKED, **changes)
            await refresh_existing_order_messages(work, run.required_order_id)
            campus = await find_campus(work, run.campus_id)
            order = await find_order(work, run.campus_id, run.required_order_id)
            await notify(work, debt_approval_asked(run, order, intent.approval_url, campus.windows))
        case PaymentIntentStatus.REQUIRES_PAYMENT_METHOD | PaymentIntentStatus.CANCELED:
            changes |= {"refusal": intent.why_not_paid, "approval_url": None}
            await move_current_hold(work, run.required_order_id, HoldEvent.DECLINED, **changes)
            await record_card_facts(work, intent)
            add_signal(run, "declined")
        case (
            PaymentIntentStatus.PROCESSING
            | PaymentIntentStatus.REQUIRES_CONFIRMATION
            | PaymentIntentStatus.REQUIRES_CAPTURE
            | PaymentIntentStatus.UNKNOWN
        ):
            pass  # the next poll will know
        case _:
            assert_never(intent.status)


async def record_debt_payment_lookup(work: UnitOfWork, run: SagaRun, intent: PaymentIntent) -> None:
    """Record what the bank decided meanwhile.

    While it waits for the customer's approval there is nothing to record.
    """
    if intent.status is not PaymentIntentStatus.REQUIRES_ACTION:
        await record_debt_charge(work, run, intent)


async def prepare_debt_charge_cancel(work: UnitOfWork, run: SagaRun, key: str) -> StepParams | None:
    """Return what to cancel, as `prepare_hold_release` does, but wait longer for a trace.

    Stripe may still do what it answered with a failure, and this charge takes money at once. So only after 24 hours
    without a trace is the customer told that nothing was charged, and asked to pay again.
    """
    params = await prepare_hold_release(work, run, key)
    if params is not None and params["payment_intent"] is None and run.engine.failed_at is not None:
        params["asked"]["sure_after"] = Timeout.STRIPE_MONEY_TRACE.delta.total_seconds()
        order = await find_order(work, run.campus_id, run.required_order_id)
        await notify(work, debt_outcome_unknown(run, order))
    return params


async def cancel_debt_charge(client: StripeGateway, request: CallRequest) -> CanceledDebtCharge:
    """Cancel what was not paid; return the payment if the bank approved it at the last moment.

    Look first for a payment whose creation had an unknown outcome. Raise TryLater while the bank processes it.
    """
    intent = await find_requested_intent(client, request)
    if intent is None:
        return CanceledDebtCharge(payment_intent=None, taken=None)
    try:
        found = await retrieve_intent(client, intent)
    except Refused as refusal:
        if refusal.kind is not RefusalKind.GONE:
            raise
        return CanceledDebtCharge(payment_intent=intent, taken=None)
    if found.status is PaymentIntentStatus.PROCESSING:
        raise TryLater("processing", "the bank has not answered yet")
    if found.status is not PaymentIntentStatus.SUCCEEDED:
        found = await _cancel_unless_paid(client, intent, request.key)
    if found.status is not PaymentIntentStatus.SUCCEEDED:
        return CanceledDebtCharge(payment_intent=intent, taken=None)
    taken = TakenCharge(payment=read_taken_payment(found), card=read_card_facts(found))
    return CanceledDebtCharge(payment_intent=intent, taken=taken)


async def _cancel_unless_paid(client: StripeGateway, intent: str, key: str) -> PaymentIntent:
    try:
        return await cancel_intent(client, intent, key)
    except Refused:
        found = await retrieve_intent(client, intent)
        if found.status is not PaymentIntentStatus.SUCCEEDED:
            raise
        return found


async def record_debt_charge_cancel(work: UnitOfWork, run: SagaRun, canceled: CanceledDebtCharge) -> None:
    """Record that nothing was taken and nothing can be taken any more.

    If the payment was taken after all, book it as the settlement.
    """
    if canceled.taken is None:
        await record_hold_release(work, run, ReleasedHold(payment_intent=canceled.payment_intent))
        return
    await record_taken_payment(work, run, canceled.taken.payment)
    await keep_card_facts(work, canceled.taken.payment.payment_intent, canceled.taken.card)
    await book_settlement(work, run)


CHARGE_DEBT = define_external_step(
    prepare=prepare_debt_charge,
    execute=execute_debt_charge,
    record=record_debt_charge,
    find_existing=find_debt_charge,
    refused=record_refused_charge,
    held_up=tell_held_up("debt"),
    rekey_after=Timeout.STRIPE_MONEY_TRACE.delta,
)
REFRESH_DEBT_CHARGE = define_external_step(
    prepare=prepare_intent_lookup,
    execute=fetch_intent,
    record=record_debt_payment_lookup,
    held_up=tell_held_up("debt"),
)
CANCEL_DEBT_CHARGE = define_external_step(
    prepare=prepare_debt_charge_cancel, execute=cancel_debt_charge, record=record_debt_charge_cancel
)
