"""The correction of late objects, which Stripe made after their saga had concluded that there was none.

A hold is cancelled, and a transfer is reversed, each once. The discrepancy is committed before the call, and the key
and amount of the call follow from it. The state of Stripe's object makes a second call harmless. A discrepancy that a
person settled is left alone.
"""

from collections.abc import Sequence

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import late_reversal_posting, transfer_posting
from domain.ledger.repository import post_to_ledger
from domain.payments.hold_repository import link_closed_hold
from domain.reconciliation.discrepancy import DiscrepancyEvent, DiscrepancyKind, DiscrepancyStatus, ObservedDiscrepancy
from domain.reconciliation.repository import end_discrepancy, report_discrepancy
from workers.engine.call_failures import Refused
from workers.reconciliation.object_ownership import ObjectOwner, find_creating_saga
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway_intents import cancel_intent
from workers.stripe.gateway_payouts import reverse_late_amount
from workers.stripe.objects.payment_intent import PaymentIntent
from workers.stripe.objects.transfer import Transfer, TransferReversal

CORRECTED_REASON = "given back by itself: it came after its order was over"


async def cancel_late_hold(context: ReconciliationContext, found: PaymentIntent, owner: ObjectOwner) -> None:
    """Cancel a hold that no saga waits for any more."""
    observed = _observe(DiscrepancyKind.LATE_INTENT, found, owner, found.amount, found.raw_status)
    number = await _open_discrepancy(context, observed)
    if number is None:
        return
    try:
        await context.call_stripe(lambda client: cancel_intent(client, found.id, f"late:{found.id}"))
    except Refused as refusal:
        await _record_refusal(context, observed, refusal)
        return
    async with context.database() as work:
        await link_closed_hold(work, str(found.metadata.saga), found.id)
        await end_discrepancy(work, number, DiscrepancyEvent.MENDED, reason=CORRECTED_REASON)


async def reverse_late_transfer(context: ReconciliationContext, found: Transfer, owner: ObjectOwner) -> None:
    """Reverse what is left of a transfer, and book the transfer and its reversals."""
    left = found.amount - found.amount_reversed
    observed = _observe(DiscrepancyKind.LATE_TRANSFER, found, owner, left, "")
    number = await _open_discrepancy(context, observed)
    if number is None:
        return
    reversals = list(found.reversals)
    if left > 0:
        key = f"late:{found.id}:{left}"
        try:
            reversals.append(await context.call_stripe(lambda client: reverse_late_amount(client, found, left, key)))
        except Refused as refusal:
            await _record_refusal(context, observed, refusal)
            return
    async with context.database() as work:
        await _book_transfer_and_reversals(work, found, owner, reversals)
        await end_discrepancy(work, number, DiscrepancyEvent.MENDED, reason=CORRECTED_REASON)


async def _book_transfer_and_reversals(
    work: UnitOfWork, found: Transfer, owner: ObjectOwner, reversals: Sequence[TransferReversal]
) -> None:
    runner = await _require_runner(work, found)
    sent = transfer_posting(transfer=found.id, runner=runner, amount=found.amount, currency=found.currency)
    await post_to_ledger(work, sent, owner.order_id)
    for one in reversals:
        back = late_reversal_posting(reversal=one.id, runner=runner, amount=one.amount, currency=found.currency)
        await post_to_ledger(work, back, owner.order_id)


async def _require_runner(work: UnitOfWork, found: Transfer) -> int:
    """Return the person that the saga of a late transfer pays: a transfer without such a saga is not late."""
    made_by = await find_creating_saga(work, found.metadata)
    if made_by is None or made_by.person_id is None:
        raise LookupError(f"no saga of a runner made the transfer {found.id}")
    return made_by.person_id


async def _open_discrepancy(context: ReconciliationContext, observed: ObservedDiscrepancy) -> int | None:
    """Commit the discrepancy before the call and return its id; None when a person has settled it."""
    async with context.database() as work:
        kept = await report_discrepancy(work, observed, notify_admins=False)
    return kept.id if kept.status is DiscrepancyStatus.OPEN else None


async def _record_refusal(context: ReconciliationContext, observed: ObservedDiscrepancy, refusal: Refused) -> None:
    async with context.database() as work:
        noted = {name: getattr(observed, name) for name in ObservedDiscrepancy.__slots__} | {"note": str(refusal)[:200]}
        await report_discrepancy(work, ObservedDiscrepancy(**noted))


def _observe(
    kind: DiscrepancyKind, found: PaymentIntent | Transfer, owner: ObjectOwner, amount: int, note: str
) -> ObservedDiscrepancy:
    return ObservedDiscrepancy(
        kind=kind,
        subject=found.id,
        campus_id=owner.campus_id,
        order_id=owner.order_id,
        remote_value=amount,
        currency=found.currency,
        note=note,
    )
