"""A balance transaction that is not booked, and the object that caused it: one act at Stripe is one discrepancy."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import find_order_of_postings
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
from workers.reconciliation.object_ownership import ObjectOwnership, find_named_order_id
from workers.reconciliation.orphans import INTENTS, REFUNDS, TRANSFERS, check_object, check_payment
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.gateway_payouts import retrieve_transfer
from workers.stripe.gateway_refunds import retrieve_refund
from workers.stripe.objects.balance import BalanceTransaction, BalanceTransactionType

TRANSFER_TYPES = (
    BalanceTransactionType.TRANSFER,
    BalanceTransactionType.TRANSFER_CANCEL,
    BalanceTransactionType.TRANSFER_FAILURE,
)


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
    async with context.database() as work:
        if await is_any_foreign(work, [object_id]) or await find_discrepancy_of_object(work, object_id) is not None:
            return None
    if is_of_charge(found):
        return await check_object(
            context, INTENTS, await context.call_stripe(lambda client: retrieve_intent(client, object_id))
        )
    if found.type in REFUND_TYPES:
        return await check_object(
            context, REFUNDS, await context.call_stripe(lambda client: retrieve_refund(client, object_id))
        )
    return await check_object(
        context, TRANSFERS, await context.call_stripe(lambda client: retrieve_transfer(client, object_id))
    )


async def is_told_of_object(work: UnitOfWork, found: BalanceTransaction, *unbooked: UnbookedMovement) -> bool:
    """Return whether a discrepancy about the object tells of this balance transaction too.

    Once an admin settled it, the books take it. One that is gone tells of it if what came went back.
    """
    object_id = _object_of(found)
    told = None if object_id is None else await lock_discrepancy_of_object(work, object_id)
    if told is None or told.status is DiscrepancyStatus.MENDED:
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
