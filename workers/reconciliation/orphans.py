"""The hourly check for orphans: an intent, transfer or refund at Stripe without a row of ours is a discrepancy."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.list_cursor_repository import ListCursor
from domain.reconciliation.repository import report_discrepancy
from workers.reconciliation.late_objects import cancel_late_hold, reverse_late_transfer
from workers.reconciliation.object_ownership import (
    HOLDING_STATUSES,
    ObjectOwner,
    ObjectOwnership,
    StripeObject,
    find_intent_owner,
    find_refund_owner,
    find_transfer_owner,
)
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.reconciliation.stripe_lists import StripeList, StripeObjects, earliest
from workers.stripe.gateway_lists import list_intents, list_refunds, list_transfers

INTERVAL = timedelta(hours=1)
OVERLAP_SECONDS = 600
ORDER_NUMBER_PATTERN = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKind:
    """A kind of object: how to find its owner, its money (minor units), and how to correct a late one."""

    find_owner: Callable[[UnitOfWork, StripeObject], Awaitable[ObjectOwner]]
    amount_at_stake: Callable[[StripeObject], int]
    discrepancy_kind: DiscrepancyKind
    correct_late: Callable[[ReconciliationContext, StripeObject, ObjectOwner], Awaitable[None]] | None = None


def held_or_captured_amount(found: StripeObject) -> int:
    """Return the minor units that an intent holds or has captured."""
    if found["status"] == "succeeded":
        return int(found["amount_received"])
    return int(found["amount"]) if found["status"] in HOLDING_STATUSES else 0


def unreversed_amount(found: StripeObject) -> int:
    """Return the minor units of a transfer that were not reversed."""
    return int(found["amount"]) - int(found["amount_reversed"])


def refunded_amount(found: StripeObject) -> int:
    """Return the minor units of a refund, 0 when it failed or was cancelled."""
    return 0 if found["status"] in ("failed", "canceled") else int(found["amount"])


INTENTS = ObjectKind(
    find_owner=find_intent_owner,
    amount_at_stake=held_or_captured_amount,
    discrepancy_kind=DiscrepancyKind.UNKNOWN_INTENT,
    correct_late=cancel_late_hold,
)
TRANSFERS = ObjectKind(
    find_owner=find_transfer_owner,
    amount_at_stake=unreversed_amount,
    discrepancy_kind=DiscrepancyKind.UNKNOWN_TRANSFER,
    correct_late=reverse_late_transfer,
)
REFUNDS = ObjectKind(
    find_owner=find_refund_owner, amount_at_stake=refunded_amount, discrepancy_kind=DiscrepancyKind.UNKNOWN_REFUND
)


async def check_object(context: ReconciliationContext, object_kind: ObjectKind, found: StripeObject) -> ObjectOwnership:
    """Find the owner of an object, report an unowned one, correct a late one, and return the ownership."""
    async with context.database() as work:
        owner = await object_kind.find_owner(work, found)
        is_late = owner.ownership is ObjectOwnership.LATE
        needs_person = is_late and (object_kind.correct_late is None or found.get("status") == "succeeded")
        if owner.ownership is ObjectOwnership.UNOWNED or needs_person:
            await report_discrepancy(work, _observe(object_kind, found, owner))
    if is_late and not needs_person and object_kind.correct_late is not None:
        await object_kind.correct_late(context, found, owner)
    return owner.ownership


def _observe(object_kind: ObjectKind, found: StripeObject, owner: ObjectOwner) -> ObservedDiscrepancy:
    amount = object_kind.amount_at_stake(found)
    return ObservedDiscrepancy(
        kind=object_kind.discrepancy_kind,
        subject=found["id"],
        campus_id=owner.campus_id,
        order_id=owner.order_id or _claimed_order_id(found),
        remote_value=amount,
        currency=found["currency"],
        note=str(found.get("status") or ""),
        harmless=amount == 0,
    )


def _claimed_order_id(found: StripeObject) -> int | None:
    """Return the order that the metadata names: it is not verified, but enough to stop more payments for it."""
    number = ORDER_NUMBER_PATTERN.fullmatch(str((found.get("metadata") or {}).get("order")))
    return None if number is None else int(number[0])


def _page_handler(
    object_kind: ObjectKind,
) -> Callable[[ReconciliationContext, ListCursor, StripeObjects], Awaitable[int | None]]:
    async def handle_page(
        context: ReconciliationContext, _list_cursor: ListCursor, objects: StripeObjects
    ) -> int | None:
        reread_from: int | None = None
        for found in objects:
            if await check_object(context, object_kind, found) is ObjectOwnership.BUSY:
                reread_from = earliest(reread_from, found["created"])
        return reread_from

    return handle_page


INTENT_LIST = StripeList(
    fetch_page=list_intents, handle_page=_page_handler(INTENTS), interval=INTERVAL, overlap_seconds=OVERLAP_SECONDS
)
TRANSFER_LIST = StripeList(
    fetch_page=list_transfers, handle_page=_page_handler(TRANSFERS), interval=INTERVAL, overlap_seconds=OVERLAP_SECONDS
)
REFUND_LIST = StripeList(
    fetch_page=list_refunds, handle_page=_page_handler(REFUNDS), interval=INTERVAL, overlap_seconds=OVERLAP_SECONDS
)
