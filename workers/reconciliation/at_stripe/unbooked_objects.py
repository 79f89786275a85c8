"""A balance transaction that is not booked, and the object that caused it: one act at Stripe is one discrepancy."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import find_order_of_postings, find_posting
from domain.payments.hold_repository import find_hold_by_charge, find_hold_by_intent
from domain.reconciliation.discrepancy import DiscrepancyKind, DiscrepancyStatus, ObservedDiscrepancy
from domain.reconciliation.foreign_repository import is_any_foreign
from domain.reconciliation.repository import report_discrepancy
from domain.reconciliation.unbooked_repository import (
    UnbookedMovement,
    find_discrepancy_of_object,
    list_lacking_after_settling,
    lock_discrepancy_of_object,
    note_unbooked,
    sum_unbooked_of,
)
from domain.reconciliation.use_cases import book_settled
from workers.reconciliation.at_stripe.adoption import REFUND_TYPES, is_of_charge
from workers.reconciliation.at_stripe.booked_transactions import OrderBusyError
from workers.reconciliation.at_stripe.object_movements import is_all_kept, note_movements
from workers.reconciliation.object_ownership import ObjectOwnership, find_named_order_id
from workers.reconciliation.orphans import (
    INTENTS,
    REFUNDS,
    TRANSFERS,
    MoneyObject,
    ObjectKind,
    check_object,
    check_payment,
)
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.objects.balance import BalanceTransaction, BalanceTransactionType

TRANSFER_TYPES = (
    BalanceTransactionType.TRANSFER,
    BalanceTransactionType.TRANSFER_CANCEL,
    BalanceTransactionType.TRANSFER_FAILURE,
)
FAILED_REFUND_TYPES = (BalanceTransactionType.REFUND_FAILURE, BalanceTransactionType.PAYMENT_FAILURE_REFUND)


async def find_order_of_movement(work: UnitOfWork, found: BalanceTransaction) -> int | None:
    """Return the order that a balance transaction is of: by our rows and books, else by what its source names."""
    cause = found.cause
    for charge in (found.source, cause.charge):
        hold = None if charge is None else await find_hold_by_charge(work, charge)
        if hold is not None:
            return hold.order_id
    hold = None if cause.payment_intent is None else await find_hold_by_intent(work, cause.payment_intent)
    if hold is not None:
        return hold.order_id
    for booked in (found.source, cause.transfer):
        order_id = None if booked is None else await find_order_of_postings(work, booked)
        if order_id is not None:
            return order_id
    return await find_named_order_id(work, cause.metadata, made_at=found.created, group=cause.transfer_group)


def _object_of(found: BalanceTransaction) -> str | None:
    """Return the payment, transfer or refund that a discrepancy would be about."""
    if is_of_charge(found):
        return found.cause.payment_intent
    if found.type in TRANSFER_TYPES or found.type in REFUND_TYPES:
        return found.source
    return found.cause.transfer


async def report_object(context: ReconciliationContext, found: BalanceTransaction) -> ObjectOwnership | None:
    """Report the object of a balance transaction if nobody owns it and it was not told; return the ownership."""
    object_id = _object_of(found)
    if object_id is None:
        if found.cause.payment_intent is not None:  # a dispute
            await check_payment(context, found.cause.payment_intent)
        return None
    if is_of_charge(found):
        return await _check_untold(context, INTENTS, object_id)
    if found.type in REFUND_TYPES:
        return await _check_untold(context, REFUNDS, object_id)
    return await _check_untold(context, TRANSFERS, object_id)


async def _check_untold(
    context: ReconciliationContext, object_kind: ObjectKind[MoneyObject], object_id: str
) -> ObjectOwnership | None:
    """Check an object that was not told. Of one that is gone read all that it moved: its list gives the last first."""
    async with context.database() as work:
        told = await find_discrepancy_of_object(work, object_id)
        if await is_any_foreign(work, [object_id]):
            return None
        is_gone = told is not None and told.status is DiscrepancyStatus.GONE
        if told is not None and (not is_gone or await is_all_kept(work, object_kind, told, 0)):
            return None
    found = await context.call_stripe(lambda client: object_kind.retrieve(client, object_id))
    if told is None:
        return await check_object(context, object_kind, found)
    await note_movements(context, object_kind, found)
    return None


async def is_of_booked_transfer(work: UnitOfWork, found: BalanceTransaction) -> bool:
    """Return whether a balance transaction took back something of a transfer that we booked as pay."""
    transfer = found.cause.transfer
    return transfer is not None and await find_posting(work, f"transfer:{transfer}") is not None


async def is_told_of_object(
    work: UnitOfWork, found: BalanceTransaction, *unbooked: UnbookedMovement, was_booked: bool
) -> bool:
    """Return whether a discrepancy about the object tells of this balance transaction too.

    Once an admin settled it, the books take it, but not what undid it since and leaves somebody short: a reversal of
    the runner's pay, or a refund that failed. One that is gone tells of it if what came went back.

    Raise OrderBusyError when an admin said since it was read as not `was_booked` that the transfer was pay: then the
    reversal may be adopted.
    """
    object_id = _object_of(found)
    told = None if object_id is None else await lock_discrepancy_of_object(work, object_id)
    if told is None or told.status is DiscrepancyStatus.MENDED:
        return False
    if await is_of_booked_transfer(work, found):
        if not was_booked:
            raise OrderBusyError
        return False
    if told.status is DiscrepancyStatus.SETTLED and found.type in FAILED_REFUND_TYPES:
        return False
    for each in unbooked:
        await note_unbooked(work, told.id, each)
    if told.status is DiscrepancyStatus.SETTLED:
        await book_settled(work, told)
    return told.status is not DiscrepancyStatus.GONE or await sum_unbooked_of(work, told.id) == 0


async def report_unbooked(work: UnitOfWork, observed: ObservedDiscrepancy, *unbooked: UnbookedMovement) -> None:
    """Report a balance transaction that the books lack. What an admin settled is booked."""
    kept = await report_discrepancy(work, observed)
    for each in unbooked:
        await note_unbooked(work, kept.id, each)
    if kept.status is DiscrepancyStatus.SETTLED:
        await book_settled(work, kept)


async def report_booked_after_settling(work: UnitOfWork) -> None:
    """Report what an admin settled by hand, and a saga or an adoption booked after that: it is in the books twice."""
    for each in await list_lacking_after_settling(work):
        observed = ObservedDiscrepancy(
            kind=DiscrepancyKind.AMOUNT_MISMATCH,
            subject=each.movement.movement,
            campus_id=each.told.campus_id,
            order_id=each.told.order_id,
            local_value=each.movement.net - each.lacking,
            remote_value=each.movement.net,
            currency=each.movement.currency,
            note=each.told.note,
        )
        await report_unbooked(work, observed, each.movement)
