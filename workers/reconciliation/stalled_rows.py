"""The check of rows that have been unfinished for five minutes without a saga in flight."""

from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import FINAL_ORDER_STATUSES
from domain.payments.hold_repository import find_hold_by_intent, move_hold_by_id
from domain.payments.lapsed_holds import tell_hold_lapsed
from domain.payments.model import LIVE_HOLDS, HoldEvent, HoldPart
from domain.payments.watched_hold_repository import IdleHold, list_idle_holds
from domain.payouts.model import Payable
from domain.payouts.repository import list_orphan_payables
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.repository import report_discrepancy
from domain.refunds.repository import list_idle_pending_refunds
from domain.refunds.sagas.check_refund import build_refund_check_start
from domain.saga.lookup_repository import is_saga_at_work, is_saga_name_used
from domain.saga.start import start_saga
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import Refused
from workers.reconciliation.at_stripe.adoption import adopt_captured_hold
from workers.reconciliation.late_objects import cancel_late_hold
from workers.reconciliation.object_ownership import EMPTY_STATUSES, HOLDING_STATUSES, ObjectOwner, ObjectOwnership
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway_failures import RESOURCE_MISSING
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus

STALLED_DELAY = Timeout.STALLED.delta
MAX_ROWS = 50  # of each kind in one check
MAX_HOLDS = 5  # before the list cursor is saved: each costs one or two calls, and a turn has few


async def check_stalled_holds(context: ReconciliationContext, after: int) -> int | None:
    """Check the next live holds without a saga; return the id of the last one, or None at the end."""
    async with context.database() as work:
        idle = await list_idle_holds(work, after=after, min_age=STALLED_DELAY, limit=MAX_HOLDS)
    for each in idle:
        await check_stalled_hold(context, each)
    return idle[-1].hold.id if len(idle) == MAX_HOLDS else None


async def check_stalled_hold(context: ReconciliationContext, idle: IdleHold) -> None:
    """Read the intent: release it when the order is over; report a discrepancy when an order in flight has lost it.

    One that was captured at Stripe is adopted.
    """
    hold = idle.hold
    found = await _find_intent(context, idle.payment_intent)
    status = None if found is None else found.status
    if status is PaymentIntentStatus.SUCCEEDED:
        await adopt_captured_hold(context, hold)
        return
    is_over = idle.order_status in FINAL_ORDER_STATUSES or hold.part is not HoldPart.CURRENT
    if is_over and found is not None and status in HOLDING_STATUSES:
        owner = ObjectOwner(ownership=ObjectOwnership.LATE, campus_id=idle.campus_id, order_id=hold.order_id)
        await cancel_late_hold(context, found, owner)
        status = PaymentIntentStatus.CANCELED
    async with context.database() as work:
        if await is_saga_at_work(work, hold.order_id):
            return
        if is_over and status in EMPTY_STATUSES:
            await move_hold_by_id(work, hold.id, HoldEvent.RELEASED, approval_url=None)
        elif status not in HOLDING_STATUSES and not (
            status is PaymentIntentStatus.CANCELED and await tell_hold_lapsed(work, idle.payment_intent)
        ):
            await report_discrepancy(work, observe_hold_mismatch(idle, found))


async def _find_intent(context: ReconciliationContext, payment_intent: str) -> PaymentIntent | None:
    """Return the intent; None when Stripe does not know it."""
    try:
        return await context.call_stripe(lambda client: retrieve_intent(client, payment_intent))
    except Refused as refusal:
        if refusal.reason != RESOURCE_MISSING:
            raise
        return None


def observe_hold_mismatch(idle: IdleHold, found: PaymentIntent | None) -> ObservedDiscrepancy:
    """Return the discrepancy of a live hold that Stripe does not hold, or does not know."""
    raw_status = RESOURCE_MISSING if found is None else found.raw_status
    return ObservedDiscrepancy(
        kind=DiscrepancyKind.HOLD_MISMATCH,
        subject=idle.payment_intent,
        campus_id=idle.campus_id,
        order_id=idle.hold.order_id,
        local_value=idle.hold.amount,
        remote_value=0 if found is None else found.amount_received,
        currency=idle.hold.currency,
        note=f"{idle.hold.status} / {raw_status}",
    )


async def is_hold_mismatched(context: ReconciliationContext, payment_intent: str) -> bool:
    """Return whether a hold is live in our rows and Stripe still does not hold it."""
    async with context.database() as work:
        hold = await find_hold_by_intent(work, payment_intent)
    if hold is None or hold.status not in LIVE_HOLDS:
        return False
    found = await context.call_stripe(lambda client: retrieve_intent(client, payment_intent))
    return found.status not in HOLDING_STATUSES


async def check_stalled_payouts(work: UnitOfWork) -> None:
    """Report pay-outs in the status sending without a saga in flight or stuck: a person has to look at them."""
    for payable in await list_orphan_payables(work, min_age=STALLED_DELAY, limit=MAX_ROWS):
        observed = ObservedDiscrepancy(
            kind=DiscrepancyKind.ORPHAN_PAYOUT,
            subject=_subject_of(payable),
            campus_id=payable.campus_id,
            order_id=payable.order_id,
            local_value=payable.due,
            currency=payable.currency,
        )
        await report_discrepancy(work, observed)


def _subject_of(payable: Payable) -> str:
    return f"payable {payable.id}"


async def is_payout_orphaned(work: UnitOfWork, subject: str) -> bool:
    """Return whether this pay-out is still without a saga that sends it."""
    orphans = await list_orphan_payables(work, min_age=STALLED_DELAY, limit=MAX_ROWS)
    return any(_subject_of(payable) == subject for payable in orphans)


async def check_pending_refunds(work: UnitOfWork) -> None:
    """Start a check once a day for each refund that is still pending after its saga has ended."""
    for refund in await list_idle_pending_refunds(work, min_age=STALLED_DELAY, limit=MAX_ROWS):
        day = f"{work.now:%Y-%m-%d}"
        start = build_refund_check_start(refund.id, day, campus_id=refund.campus_id, order_id=refund.order_id)
        if not await is_saga_name_used(work, start.name):
            await start_saga(work, start)
