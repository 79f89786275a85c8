"""What we know of an object of Stripe's: ours, still being worked on, born too late, or nobody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from domain.order import ENDED as OVER
from domain.order import OrderStatus
from domain.payment import LIVE_HOLDS, HoldPart, HoldStatus
from domain.saga import ENDED, SagaStatus
from domain.store.schema import campus, hold, ledger_txn, membership, orders, person, refund, saga
from domain.store.unit_of_work import UnitOfWork

HOLDING = frozenset({"requires_capture", "requires_action", "requires_confirmation", "processing"})
EMPTY = frozenset({"canceled", "requires_payment_method"})

Found = Mapping[str, Any]


class Standing(StrEnum):
    KNOWN = "known"
    BUSY = "busy"  # the saga that made it, or its order's, is not through: look later
    LATE = "late"  # its saga is over and concluded that there was none
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """To whom an object belongs, as far as we can tell; `campus_id` is where it is told."""

    standing: Standing
    campus_id: int
    order_id: int | None = None


async def whose_intent(work: UnitOfWork, found: Found) -> Whose:
    """A payment intent."""
    row = await _one(work, select(hold).where(hold.c.payment_intent == found["id"]))
    made_by = await _saga(work, found)
    if row is not None:
        return await _place(work, await _of_hold(work, row, found), found, row["order_id"])
    order_id = None if made_by is None else made_by["order_id"]
    standing = _of_saga(made_by)
    if standing is Standing.LATE and found["status"] in EMPTY:
        standing = Standing.KNOWN  # its saga found nothing, and there is nothing
    return await _place(work, standing, found, order_id)


async def _of_hold(work: UnitOfWork, row: RowMapping, found: Found) -> Standing:
    """A hold of ours that is closed, and an intent that is not: it was approved, taken or repaired too late."""
    current = HoldStatus(row["status"])
    if current in LIVE_HOLDS or current is HoldStatus.CAPTURED or found["status"] in EMPTY:
        return Standing.KNOWN
    if await is_busy(work, row["order_id"]):
        return Standing.BUSY
    if HoldPart(row["part"]) is not HoldPart.CURRENT:
        return Standing.LATE  # the order counts on another hold, and nobody will ask for this one
    order = await _one(work, select(orders.c.status).where(orders.c.id == row["order_id"]))
    return Standing.LATE if order is not None and OrderStatus(order["status"]) in OVER else Standing.BUSY


async def whose_transfer(work: UnitOfWork, found: Found) -> Whose:
    """A transfer: known when it is booked."""
    made_by = await _saga(work, found)
    order_id = None if made_by is None else made_by["order_id"]
    booked = select(ledger_txn.c.order_id).where(ledger_txn.c.posting_key == f"transfer:{found['id']}")
    row = await _one(work, booked)
    if row is not None:
        return await _place(work, Standing.KNOWN, found, row["order_id"])
    return await _place(work, _of_saga(made_by), found, order_id)


async def whose_refund(work: UnitOfWork, found: Found) -> Whose:
    """A refund: one that came late is a person's to judge as well, as the customer has it."""
    row = await _one(work, select(refund.c.order_id).where(refund.c.refund == found["id"]))
    if row is not None:
        return await _place(work, Standing.KNOWN, found, row["order_id"])
    made_by = await _saga(work, found)
    standing = _of_saga(made_by)
    order_id = None if made_by is None else made_by["order_id"]
    return await _place(work, Standing.UNKNOWN if standing is Standing.LATE else standing, found, order_id)


def _of_saga(row: RowMapping | None) -> Standing:
    if row is None:
        return Standing.UNKNOWN
    status = SagaStatus(row["status"])
    if status is SagaStatus.RESOLVED:
        return Standing.UNKNOWN  # a person settled it elsewhere: whatever it made after all, a person judges
    if status in ENDED:
        return Standing.LATE
    return Standing.KNOWN if status is SagaStatus.STUCK else Standing.BUSY  # a stuck one is seen where it stands


async def is_busy(work: UnitOfWork, order_id: int) -> bool:
    """Whether a saga is at work for this order."""
    query = select(saga.c.id).where(saga.c.order_id == order_id, saga.c.wake_at.is_not(None)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def _saga(work: UnitOfWork, found: Found) -> RowMapping | None:
    """The saga that says it made this, if there is one."""
    try:
        named = UUID(str((found.get("metadata") or {}).get("saga")))
    except ValueError:
        return None
    return await _one(work, select(saga).where(saga.c.id == named))


async def _place(work: UnitOfWork, standing: Standing, found: Found, order_id: int | None) -> Whose:
    """With the campus that is told: its order's, its customer's or runner's, else that of who runs all this."""
    if order_id is not None:
        query = select(orders.c.campus_id).where(orders.c.id == order_id)
    else:
        hers = person.c.stripe_customer == str(found.get("customer"))
        theirs = person.c.stripe_account == str(found.get("destination"))
        joined = membership.join(person, person.c.id == membership.c.person_id)
        query = select(membership.c.campus_id).select_from(joined).where(hers | theirs).limit(1)
    row = await _one(work, query)
    campus_id = await first_campus(work) if row is None else row["campus_id"]
    return Whose(standing=standing, campus_id=campus_id, order_id=order_id)


async def first_campus(work: UnitOfWork) -> int:
    """The campus this deployment began with: its admins hear what belongs to none."""
    return int((await work.connection.execute(select(func.min(campus.c.id)))).scalar_one())


async def _one(work: UnitOfWork, query: Any) -> RowMapping | None:
    found: RowMapping | None = (await work.connection.execute(query)).mappings().one_or_none()
    return found
