"""The balance transactions of one transfer or refund, read by their ids: their list is past them, or not there yet."""

from functools import partial

from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyStatus
from domain.reconciliation.unbooked_repository import (
    find_discrepancy_of_object,
    lock_discrepancy_of_object,
    note_unbooked,
    sum_moved,
)
from workers.reconciliation.at_stripe.booked_transactions import as_unbooked_of_object
from workers.reconciliation.orphans import MoneyObject, ObjectKind
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_pages import retrieve_balance_transaction
from workers.stripe.objects.balance import BalanceTransaction


async def note_movements(
    context: ReconciliationContext, object_kind: ObjectKind[MoneyObject], found: MoneyObject
) -> None:
    """Keep all that an object moved, as told by its discrepancy, unless that is kept: an open one, or one undone since.

    Keep nothing while it does not come to what the object has: Stripe sends the newest reversals only with a transfer.
    """
    moved = -object_kind.amount_at_stake(found)
    async with context.database() as work:
        told = await find_discrepancy_of_object(work, found.id)
        if told is None or not _tells(told, moved) or await is_all_kept(work, object_kind, told, moved):
            return
    movements = [
        await context.call_stripe(partial(_retrieve, movement)) for movement in object_kind.movement_ids(found)
    ]
    if not movements or sum(one.net for one in movements) != moved:
        return
    async with context.database() as work:
        told = await lock_discrepancy_of_object(work, found.id)
        if told is not None and _tells(told, moved):
            for one in movements:
                await note_unbooked(work, told.id, as_unbooked_of_object(one))


async def is_all_kept(work: UnitOfWork, object_kind: ObjectKind[MoneyObject], told: Discrepancy, moved: int) -> bool:
    """Return whether what is kept of the object comes to what it `moved` in all, in minor units."""
    key = object_kind.posting_key
    return key is None or await sum_moved(work, told.id, key.format(told.subject)) == moved


def _tells(told: Discrepancy, moved: int) -> bool:
    return told.status is DiscrepancyStatus.OPEN or (told.status is DiscrepancyStatus.GONE and moved == 0)


async def _retrieve(movement: str, client: StripeGateway) -> BalanceTransaction:
    return await retrieve_balance_transaction(client, movement)
