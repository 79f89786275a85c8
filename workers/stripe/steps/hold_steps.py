"""External steps of a hold: authorize it, poll it, release it, check it."""

from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from domain.campuses.people_repository import find_campus_and_member
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.outbox_repository import refresh_existing_order_message
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import find_order, mark_hold_checked
from domain.orders.sagas.payment_data import HoldRequest, HoldRequestData
from domain.payments.advances import adopt_advance
from domain.payments.card_facts_repository import said_of_card
from domain.payments.hold_repository import move_current_hold_with_intent
from domain.payments.model import HoldEvent, HoldStatus
from domain.payments.run_hold_repository import find_hold_of_run, move_hold_of_run
from domain.saga.definition import Wait
from domain.saga.refusals import CARD_GONE, RefusalKind
from domain.saga.run import SagaRun
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import Refused, TryLater
from workers.engine.external_step import CallRequest, StepParams, add_signal, define_external_step
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import create_intent, find_intent, retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.refusals.refused_charges import explain_refused_charge, record_refused_charge
from workers.stripe.refusals.waiting_people import tell_held_up
from workers.stripe.steps.card_outcome import fetch_blocked_charge, read_card_facts, record_card_facts
from workers.stripe.steps.charge_steps import MAX_CLOCK_SKEW_SECONDS, describe_payment
from workers.stripe.steps.released_holds import ReleasedHold, release_intent

HOLD_TRACE_TIMEOUT = Timeout.STRIPE_HOLD_TRACE.delta


async def prepare_hold(work: UnitOfWork, run: SagaRun, key: str) -> StepParams:
    """Return the intent to create: the ceiling, on the saved card, captured later.

    Raise LookupError when the run requested no hold, and Refused CARD_GONE when the customer has no card any more.
    """
    requested_hold = await find_hold_of_run(work, run)
    if requested_hold is None:
        raise LookupError(f"saga {run.name} asks for no hold")
    order = await find_order(work, run.campus_id, run.required_order_id)
    campus, member = await find_campus_and_member(work, run.campus_id, order.customer_id)
    if member is None or member.card is None or member.stripe_customer is None:
        raise Refused(CARD_GONE, "no card")
    keep_hold_request(run, key, member.stripe_customer, work.now)
    return describe_payment(order, campus, member) | {
        "amount": requested_hold.amount,
        "currency": requested_hold.currency,
        "customer": member.stripe_customer,
        "payment_method": member.card.payment_method,
        "capture_method": "manual",
        "confirm": True,
        "return_url": campus.chat_link,
        "transfer_group": f"order_{order.id}",
        "metadata": {"order": str(order.id), "saga": str(run.id), "call": key},
        "expand": ["latest_charge"],
    }


async def authorize_hold(client: StripeGateway, request: CallRequest) -> PaymentIntent:
    """Create the intent that holds the money.

    Raise Refused "declined" for the bank's no, and what `explain_refused_charge` returns when no bank was asked.
    """
    try:
        return await create_intent(client, request.params, request.key)
    except Refused as refusal:
        if refusal.kind is not RefusalKind.BANK:
            raise await explain_refused_charge(client, request.params, refusal) from refusal
        refusal.payment_intent = await fetch_blocked_charge(client, refusal.payment_intent)
        raise


async def find_created_hold(client: StripeGateway, request: CallRequest) -> PaymentIntent | None:
    """Return the intent that a call with an unknown outcome made; None if it made none."""
    since = int(request.first_sent_at.timestamp()) - MAX_CLOCK_SKEW_SECONDS
    found = await find_intent(client, request.params["customer"], since, request.key)
    return None if found is None else await retrieve_intent(client, found.id)


async def record_hold(work: UnitOfWork, run: SagaRun, intent: PaymentIntent) -> None:
    """Record the hold: made, declined, or waiting until the customer approves it with the bank."""
    match intent.status:
        case PaymentIntentStatus.REQUIRES_CAPTURE:
            await _record_hold_made(work, run, intent)
            add_signal(run, _awaited_signal(run))
        case PaymentIntentStatus.REQUIRES_ACTION:
            changes = {"payment_intent": intent.id, "approval_url": intent.approval_url}
            await move_hold_of_run(work, run, HoldEvent.APPROVAL_ASKED, **changes)
            order = await find_order(work, run.campus_id, run.required_order_id)
            await refresh_order_messages(work, order, group=False)
        case PaymentIntentStatus.REQUIRES_PAYMENT_METHOD | PaymentIntentStatus.CANCELED:
            declined = {"payment_intent": intent.id, "refusal": intent.why_not_paid, "approval_url": None}
            await move_hold_of_run(work, run, HoldEvent.DECLINED, **declined)
            await record_card_facts(work, intent)
            add_signal(run, "declined")
        case (
            PaymentIntentStatus.PROCESSING
            | PaymentIntentStatus.REQUIRES_CONFIRMATION
            | PaymentIntentStatus.SUCCEEDED
            | PaymentIntentStatus.UNKNOWN
        ):
            pass  # the next poll will know
        case _:
            assert_never(intent.status)


async def _record_hold_made(work: UnitOfWork, run: SagaRun, intent: PaymentIntent) -> None:
    charge = intent.latest_charge
    moved = await move_hold_of_run(
        work,
        run,
        HoldEvent.MADE,
        made_at=work.now,
        approval_url=None,
        payment_intent=intent.id,
        charge=None if charge is None else charge.id,
        capture_before=None if charge is None else charge.capture_before,
        **said_of_card(read_card_facts(intent)),
    )
    if moved is None:
        await record_card_facts(work, intent)


def _awaited_signal(run: SagaRun) -> str:
    """Return the signal that says that the hold is made."""
    return next(step.signal for step in run.saga.steps if isinstance(step, Wait))


async def prepare_intent_lookup(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return the intent to look up; None when there is none."""
    hold = await find_hold_of_run(work, run)
    return None if hold is None or hold.payment_intent is None else {"payment_intent": hold.payment_intent}


async def fetch_intent(client: StripeGateway, request: CallRequest) -> PaymentIntent:
    return await retrieve_intent(client, request.params["payment_intent"])


def keep_hold_request(run: SagaRun, key: str, customer: str, now: datetime) -> None:
    """Keep what was sent to Stripe, so that the hold is found if the answer is lost."""
    run.data_as(HoldRequestData).hold_request = HoldRequest(key=key, customer=customer, at=now.timestamp())


async def record_intent_lookup(work: UnitOfWork, run: SagaRun, intent: PaymentIntent) -> None:
    """Record what the bank decided meanwhile.

    While it waits for the customer's approval there is nothing to record.
    """
    if intent.status is not PaymentIntentStatus.REQUIRES_ACTION:
        await record_hold(work, run, intent)


async def prepare_hold_release(work: UnitOfWork, run: SagaRun, _key: str) -> StepParams | None:
    """Return what to release; None when there is nothing to release at Stripe.

    A hold that Stripe was never asked for is closed here.
    """
    hold = await find_hold_of_run(work, run)
    if hold is None or hold.status in (HoldStatus.RELEASED, HoldStatus.CAPTURED):
        return None
    sent = run.data.hold_request if isinstance(run.data, HoldRequestData) else None
    if hold.payment_intent is None and sent is None:
        await move_hold_of_run(work, run, HoldEvent.RELEASED)
        return None
    asked = None
    if sent is not None:
        last_at = _last_requested_at(work, run, sent.at)
        asked = {"key": sent.key, "customer": sent.customer, "at": last_at, "since": sent.at}
    return {"payment_intent": hold.payment_intent, "asked": asked}


def _last_requested_at(work: UnitOfWork, run: SagaRun, first: float) -> float:
    """Return when the hold was requested last, in epoch seconds, as late as it may have been.

    A call that is still on the row may have been sent until just now, by a worker that is gone. Otherwise the last
    unknown outcome counts. Only when a minute passed after that without a trace will there be none: until then Stripe
    may still work on the call.
    """
    if run.call is not None:
        return work.now.timestamp()
    return max(first, run.engine.outcome_unknown_at or 0)


async def release_hold(client: StripeGateway, request: CallRequest) -> ReleasedHold:
    """Cancel the intent; look first for an intent whose creation had an unknown outcome.

    Nothing is created in order to compensate.
    """
    intent = await find_requested_intent(client, request)
    if intent is None:
        return ReleasedHold(payment_intent=None)
    return await release_intent(client, intent, request.key)


async def find_requested_intent(client: StripeGateway, request: CallRequest) -> str | None:
    """Return the intent to close; None when none was made. Raise TryLater while that is not certain.

    `asked` in the parameters may hold `sure_after`: how many seconds it takes, where that is longer than usual.
    """
    recorded_intent: str | None = request.params["payment_intent"]
    if recorded_intent is not None:
        return recorded_intent
    requested: dict[str, Any] = request.params["asked"]
    found = await find_intent(
        client, requested["customer"], int(requested["since"]) - MAX_CLOCK_SKEW_SECONDS, requested["key"]
    )
    sure_after = timedelta(seconds=requested.get("sure_after", HOLD_TRACE_TIMEOUT.total_seconds()))
    if found is None and request.now - datetime.fromtimestamp(requested["at"], UTC) < sure_after:
        raise TryLater("hold_outcome_unknown", "no answer yet whether a hold was made")
    return None if found is None else found.id


async def record_hold_release(work: UnitOfWork, run: SagaRun, released: ReleasedHold) -> None:
    """Record that the money is free again, or that it was captured in advance: then it goes back by a refund."""
    if released.taken is not None:
        hold = await find_hold_of_run(work, run)
        if hold is not None:
            await adopt_advance(work, hold, released.taken)
        return
    changes = {} if released.payment_intent is None else {"payment_intent": released.payment_intent}
    await move_hold_of_run(work, run, HoldEvent.RELEASED, approval_url=None, **changes)


async def check_hold(client: StripeGateway, request: CallRequest) -> PaymentIntent:
    """Return the intent if it still holds the money, or was captured; raise Refused `hold_gone` otherwise."""
    try:
        found = await fetch_intent(client, request)
    except Refused as refusal:
        if refusal.kind is RefusalKind.GONE:
            raise refusal.renamed("hold_gone") from refusal
        raise
    if found.status not in (PaymentIntentStatus.REQUIRES_CAPTURE, PaymentIntentStatus.SUCCEEDED):
        raise Refused("hold_gone", found.raw_status, kind=RefusalKind.STATE)
    return found


async def record_hold_check(work: UnitOfWork, run: SagaRun, _intent: PaymentIntent) -> None:
    """Let the runner buy, if the order is still claimed by this run; only their order message shows it."""
    if await mark_hold_checked(work, run.required_order_id, claim=run.id):
        await refresh_existing_order_message(work, run.required_order_id, OrderMessageKind.RUNNER)


async def record_hold_gone(work: UnitOfWork, run: SagaRun, refusal: Refused) -> None:
    """Record that the hold ended before anything was bought.

    A hold that took its place since the check was prepared stays as it is.
    """
    if refusal.reason == "hold_gone" and run.call is not None:
        checked = run.call.params["payment_intent"]
        await move_current_hold_with_intent(
            work, run.required_order_id, checked, HoldEvent.RELEASED, refusal=str(refusal)
        )


AUTHORIZE_HOLD = define_external_step(
    prepare=prepare_hold,
    execute=authorize_hold,
    record=record_hold,
    find_existing=find_created_hold,
    refused=record_refused_charge,
    held_up=tell_held_up("order"),
    rekey_after=HOLD_TRACE_TIMEOUT,
)
REFRESH_HOLD = define_external_step(
    prepare=prepare_intent_lookup, execute=fetch_intent, record=record_intent_lookup, held_up=tell_held_up("order")
)
RELEASE_HOLD = define_external_step(prepare=prepare_hold_release, execute=release_hold, record=record_hold_release)
CHECK_HOLD = define_external_step(
    prepare=prepare_intent_lookup,
    execute=check_hold,
    record=record_hold_check,
    refused=record_hold_gone,
    held_up=tell_held_up("claim"),
)
