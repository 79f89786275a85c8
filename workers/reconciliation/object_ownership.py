"""The ownership of an object at Stripe: owned by a row of ours, busy, late, or unowned."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from domain.campuses.tables import campus, membership, person
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.tables import ledger_txn
from domain.orders.states import FINAL_ORDER_STATUSES, OrderStatus
from domain.orders.tables import orders
from domain.payments.model import LIVE_HOLDS, HoldPart, HoldStatus
from domain.payments.tables import hold
from domain.refunds.tables import refund
from domain.saga.definition import FINAL_STATUSES, SagaStatus
from domain.saga.tables import saga

HOLDING_STATUSES = frozenset({"requires_capture", "requires_action", "requires_confirmation", "processing"})
EMPTY_STATUSES = frozenset({"canceled", "requires_payment_method"})

StripeObject = Mapping[str, Any]


class ObjectOwnership(StrEnum):
    OWNED = "known"
    BUSY = "busy"  # its saga, or one of its order, is in flight: check again later
    LATE = "late"  # its saga is over and concluded that there was no object
    UNOWNED = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectOwner:
    """The owner of an object as far as we can tell; the admins of `campus_id` are told."""

    ownership: ObjectOwnership
    campus_id: int
    order_id: int | None = None


async def find_intent_owner(work: UnitOfWork, found: StripeObject) -> ObjectOwner:
    """Return the owner of a payment intent."""
    row = await _fetch_one(work, select(hold).where(hold.c.payment_intent == found["id"]))
    made_by = await _find_creating_saga(work, found)
    if row is not None:
        return await _with_campus(work, await _ownership_by_hold(work, row, found), found, row["order_id"])
    order_id = None if made_by is None else made_by["order_id"]
    ownership = _ownership_by_saga(made_by)
    if ownership is ObjectOwnership.LATE and found["status"] in EMPTY_STATUSES:
        ownership = ObjectOwnership.OWNED  # it holds nothing, as its saga concluded
    return await _with_campus(work, ownership, found, order_id)


async def _ownership_by_hold(work: UnitOfWork, row: RowMapping, found: StripeObject) -> ObjectOwnership:
    """Return the ownership of an intent that has a hold.

    A closed hold with a live intent is late: the intent was approved, captured or repaired after the hold was closed.
    """
    current = HoldStatus(row["status"])
    if current in LIVE_HOLDS or current is HoldStatus.CAPTURED or found["status"] in EMPTY_STATUSES:
        return ObjectOwnership.OWNED
    if await is_saga_at_work(work, row["order_id"]):
        return ObjectOwnership.BUSY
    if HoldPart(row["part"]) is not HoldPart.CURRENT:
        return ObjectOwnership.LATE  # the order relies on another hold, and no saga will release this one
    order = await _fetch_one(work, select(orders.c.status).where(orders.c.id == row["order_id"]))
    return (
        ObjectOwnership.LATE
        if order is not None and OrderStatus(order["status"]) in FINAL_ORDER_STATUSES
        else ObjectOwnership.BUSY
    )


async def find_transfer_owner(work: UnitOfWork, found: StripeObject) -> ObjectOwner:
    """Return the owner of a transfer; it is owned when it is booked."""
    made_by = await _find_creating_saga(work, found)
    order_id = None if made_by is None else made_by["order_id"]
    booked = select(ledger_txn.c.order_id).where(ledger_txn.c.posting_key == f"transfer:{found['id']}")
    row = await _fetch_one(work, booked)
    if row is not None:
        return await _with_campus(work, ObjectOwnership.OWNED, found, row["order_id"])
    return await _with_campus(work, _ownership_by_saga(made_by), found, order_id)


async def find_refund_owner(work: UnitOfWork, found: StripeObject) -> ObjectOwner:
    """Return the owner of a refund; a late one counts as unowned, as the customer has it and a person must decide."""
    row = await _fetch_one(work, select(refund.c.order_id).where(refund.c.refund == found["id"]))
    if row is not None:
        return await _with_campus(work, ObjectOwnership.OWNED, found, row["order_id"])
    made_by = await _find_creating_saga(work, found)
    ownership = _ownership_by_saga(made_by)
    order_id = None if made_by is None else made_by["order_id"]
    return await _with_campus(
        work, ObjectOwnership.UNOWNED if ownership is ObjectOwnership.LATE else ownership, found, order_id
    )


def _ownership_by_saga(row: RowMapping | None) -> ObjectOwnership:
    if row is None:
        return ObjectOwnership.UNOWNED
    status = SagaStatus(row["status"])
    if status is SagaStatus.RESOLVED:
        return ObjectOwnership.UNOWNED  # a person settled it elsewhere, so a person decides about its objects too
    if status in FINAL_STATUSES:
        return ObjectOwnership.LATE
    # Admins see a stuck saga already, so its object needs no discrepancy.
    return ObjectOwnership.OWNED if status is SagaStatus.STUCK else ObjectOwnership.BUSY


async def is_saga_at_work(work: UnitOfWork, order_id: int) -> bool:
    """Return whether a saga is in flight for this order."""
    query = select(saga.c.id).where(saga.c.order_id == order_id, saga.c.wake_at.is_not(None)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def _find_creating_saga(work: UnitOfWork, found: StripeObject) -> RowMapping | None:
    """Return the saga that the metadata of the object names, if it exists."""
    try:
        named = UUID(str((found.get("metadata") or {}).get("saga")))
    except ValueError:
        return None
    return await _fetch_one(work, select(saga).where(saga.c.id == named))


async def _with_campus(
    work: UnitOfWork, ownership: ObjectOwnership, found: StripeObject, order_id: int | None
) -> ObjectOwner:
    """Add the campus that is told: of the order, else of the customer or runner, else the first campus."""
    if order_id is not None:
        query = select(orders.c.campus_id).where(orders.c.id == order_id)
    else:
        is_customer = person.c.stripe_customer == str(found.get("customer"))
        is_runner = person.c.stripe_account == str(found.get("destination"))
        joined = membership.join(person, person.c.id == membership.c.person_id)
        query = select(membership.c.campus_id).select_from(joined).where(is_customer | is_runner).limit(1)
    row = await _fetch_one(work, query)
    campus_id = await require_first_campus_id(work) if row is None else row["campus_id"]
    return ObjectOwner(ownership=ownership, campus_id=campus_id, order_id=order_id)


async def require_first_campus_id(work: UnitOfWork) -> int:
    """Return the first campus of this deployment; its admins are told of objects that belong to no campus."""
    return int((await work.connection.execute(select(func.min(campus.c.id)))).scalar_one())


async def _fetch_one(work: UnitOfWork, query: Any) -> RowMapping | None:
    found: RowMapping | None = (await work.connection.execute(query)).mappings().one_or_none()
    return found
