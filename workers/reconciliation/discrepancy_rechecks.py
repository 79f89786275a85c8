"""The recheck of discrepancies, when an admin asks and every hour: one that is gone is ended."""

from typing import assert_never

from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyEvent, DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.repository import (
    answer_recheck,
    end_discrepancy,
    find_requested_recheck,
    list_open_discrepancies_after,
    report_discrepancy,
)
from domain.reconciliation.transfer_meanings import resume_payout
from domain.reconciliation.unbooked_repository import list_lacking_of
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import Refused
from workers.reconciliation.at_stripe.booked_transactions import OrderBusyError
from workers.reconciliation.at_stripe.converted import is_part_that_never_came
from workers.reconciliation.at_stripe.object_movements import note_movements
from workers.reconciliation.balance_transactions import compare_and_report
from workers.reconciliation.object_ownership import ObjectOwnership
from workers.reconciliation.orphans import INTENTS, REFUNDS, TRANSFERS, MoneyObject, ObjectKind, check_object
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stalled_rows import is_hold_mismatched, is_payout_orphaned
from workers.reconciliation.whole_balance import compare_balances
from workers.stripe.gateway_failures import RESOURCE_MISSING
from workers.stripe.gateway_pages import retrieve_balance_transaction

RECHECK_INTERVAL = Timeout.DISCREPANCY_RECHECK_INTERVAL.delta
MAX_BATCH_SIZE = 5  # rechecks before the list cursor is saved


async def recheck_requested(context: ReconciliationContext) -> None:
    """Recheck the discrepancies that admins asked about, and answer each."""
    number = 0
    while True:
        async with context.database() as work:
            found = await find_requested_recheck(work, number)
        if found is None:
            return
        requested, wanted_at = found
        await recheck_discrepancy(context, requested)
        async with context.database() as work:
            await answer_recheck(work, requested.id, wanted_at)
        number = requested.id


async def recheck_open(context: ReconciliationContext, after: int) -> int | None:
    """Recheck the next open discrepancies; return the id of the last one, or None at the end."""
    async with context.database() as work:
        some = await list_open_discrepancies_after(work, after, MAX_BATCH_SIZE)
    for each in some:
        await recheck_discrepancy(context, each)
    return some[-1].id if len(some) == MAX_BATCH_SIZE else None


async def recheck_discrepancy(context: ReconciliationContext, discrepancy: Discrepancy) -> None:
    """End the discrepancy when it is gone, unless it was seen again while this worker checked."""
    if await _still_exists(context, discrepancy):
        return
    async with context.database() as work:
        gone = await end_discrepancy(work, discrepancy.id, DiscrepancyEvent.VANISHED, last_seen=discrepancy.last_seen)
        if (
            gone is not None
            and discrepancy.kind is DiscrepancyKind.UNKNOWN_TRANSFER
            and discrepancy.order_id is not None
        ):
            await resume_payout(work, discrepancy.order_id)  # it was reversed: the runner is owed the money still


async def _still_exists(context: ReconciliationContext, discrepancy: Discrepancy) -> bool:
    match discrepancy.kind:
        case DiscrepancyKind.UNKNOWN_INTENT | DiscrepancyKind.LATE_INTENT:
            return await _is_unaccounted(context, INTENTS, discrepancy.subject)
        case DiscrepancyKind.UNKNOWN_TRANSFER | DiscrepancyKind.LATE_TRANSFER:
            return await _is_unaccounted(context, TRANSFERS, discrepancy.subject)
        case DiscrepancyKind.UNKNOWN_REFUND:
            return await _is_unaccounted(context, REFUNDS, discrepancy.subject)
        case DiscrepancyKind.OTHER_CURRENCY:
            return await _still_lacks(context, discrepancy)
        case DiscrepancyKind.NOT_BOOKED | DiscrepancyKind.AMOUNT_MISMATCH:
            return await _transaction_still_mismatched(context, discrepancy)
        case DiscrepancyKind.HOLD_MISMATCH:
            return await is_hold_mismatched(context, discrepancy.subject)
        case DiscrepancyKind.ORPHAN_PAYOUT:
            async with context.database() as work:
                return await is_payout_orphaned(work, discrepancy.subject)
        case DiscrepancyKind.BALANCE_MISMATCH:
            return await _balance_still_mismatched(context, discrepancy)
        case _:
            assert_never(discrepancy.kind)


async def _is_unaccounted(context: ReconciliationContext, object_kind: ObjectKind[MoneyObject], object_id: str) -> bool:
    """Return whether Stripe still has this object, with money in it, and it is owned by no row of ours.

    What it moved is kept then, whoever read it before: an admin may say that it was pay only once that is known.
    """
    try:
        found = await context.call_stripe(lambda client: object_kind.retrieve(client, object_id))
    except Refused as refusal:
        if refusal.reason == RESOURCE_MISSING:
            return False
        raise
    ownership = await check_object(context, object_kind, found)
    is_accounted = ownership in (ObjectOwnership.OWNED, ObjectOwnership.FOREIGN)
    if not is_accounted:
        await note_movements(context, object_kind, found)
    return not is_accounted and object_kind.amount_at_stake(found) > 0


async def _still_lacks(context: ReconciliationContext, discrepancy: Discrepancy) -> bool:
    """Return whether the books lack what the discrepancy tells of: what moved at Stripe does not change.

    One that an upgrade opened again is told now.
    """
    async with context.database() as work:
        lacking = await list_lacking_of(work, discrepancy.id)
        if lacking and lacking[0].told.told == 0:
            await report_discrepancy(work, _as_observed(lacking[0].told))
        return bool(lacking)


def _as_observed(told: Discrepancy) -> ObservedDiscrepancy:
    return ObservedDiscrepancy(
        kind=told.kind,
        subject=told.subject,
        campus_id=told.campus_id,
        order_id=told.order_id,
        local_value=told.local_value,
        remote_value=told.remote_value,
        currency=told.currency,
        note=told.note,
    )


async def _transaction_still_mismatched(context: ReconciliationContext, discrepancy: Discrepancy) -> bool:
    if is_part_that_never_came(discrepancy.subject):
        return await _still_lacks(context, discrepancy)
    found = await context.call_stripe(lambda client: retrieve_balance_transaction(client, discrepancy.subject))
    try:
        observed = await compare_and_report(context, found)
    except OrderBusyError:
        return True
    return observed is not None and observed.kind is discrepancy.kind


async def _balance_still_mismatched(context: ReconciliationContext, discrepancy: Discrepancy) -> bool:
    is_mismatched = False
    observed = await compare_balances(context)
    async with context.database() as work:
        for each in observed or ():
            await report_discrepancy(work, each)
            is_mismatched = is_mismatched or each.subject == discrepancy.subject
    return is_mismatched or observed is None
