"""The ownership of an object at Stripe: owned by a row of ours, busy, late, or unowned."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.campuses.people_repository import find_campus_id_of_stripe_owner
from domain.campuses.repository import find_first_campus_id
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import find_posting
from domain.orders.repository import find_order_of_any_campus
from domain.orders.states import FINAL_ORDER_STATUSES
from domain.payments.hold_repository import find_hold_by_intent
from domain.payments.model import LIVE_HOLDS, Hold, HoldPart, HoldStatus
from domain.refunds.repository import find_refund_by_stripe_id
from domain.saga.definition import FINAL_STATUSES, SagaStatus
from domain.saga.lookup_repository import StoredSaga, find_saga, is_saga_at_work
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.objects.raw_object import ObjectMetadata
from workers.stripe.objects.refund import StripeRefund
from workers.stripe.objects.transfer import Transfer

HOLDING_STATUSES = frozenset(
    {
        PaymentIntentStatus.REQUIRES_CAPTURE,
        PaymentIntentStatus.REQUIRES_ACTION,
        PaymentIntentStatus.REQUIRES_CONFIRMATION,
        PaymentIntentStatus.PROCESSING,
    }
)
EMPTY_STATUSES = frozenset({PaymentIntentStatus.CANCELED, PaymentIntentStatus.REQUIRES_PAYMENT_METHOD})


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


async def find_intent_owner(work: UnitOfWork, found: PaymentIntent) -> ObjectOwner:
    """Return the owner of a payment intent."""
    hold = await find_hold_by_intent(work, found.id)
    if hold is not None:
        return await _with_campus(work, await _ownership_by_hold(work, hold, found), hold.order_id)
    made_by = await find_creating_saga(work, found.metadata)
    ownership = _ownership_by_saga(made_by)
    if ownership is ObjectOwnership.LATE and found.status in EMPTY_STATUSES:
        ownership = ObjectOwnership.OWNED  # it holds nothing, as its saga concluded
    return await _with_campus(work, ownership, _order_id_of(made_by), customer=found.customer)


async def _ownership_by_hold(work: UnitOfWork, hold: Hold, found: PaymentIntent) -> ObjectOwnership:
    """Return the ownership of an intent that has a hold.

    A closed hold with a live intent is late: the intent was approved, captured or repaired after the hold was closed.
    """
    if hold.status in LIVE_HOLDS or hold.status is HoldStatus.CAPTURED or found.status in EMPTY_STATUSES:
        return ObjectOwnership.OWNED
    if await is_saga_at_work(work, hold.order_id):
        return ObjectOwnership.BUSY
    if hold.part is not HoldPart.CURRENT:
        return ObjectOwnership.LATE  # the order relies on another hold, and no saga will release this one
    order = await find_order_of_any_campus(work, hold.order_id)
    is_over = order is not None and order.status in FINAL_ORDER_STATUSES
    return ObjectOwnership.LATE if is_over else ObjectOwnership.BUSY


async def find_transfer_owner(work: UnitOfWork, found: Transfer) -> ObjectOwner:
    """Return the owner of a transfer; it is owned when it is booked."""
    booked = await find_posting(work, f"transfer:{found.id}")
    if booked is not None:
        return await _with_campus(work, ObjectOwnership.OWNED, booked.order_id, account=found.destination)
    made_by = await find_creating_saga(work, found.metadata)
    return await _with_campus(work, _ownership_by_saga(made_by), _order_id_of(made_by), account=found.destination)


async def find_refund_owner(work: UnitOfWork, found: StripeRefund) -> ObjectOwner:
    """Return the owner of a refund; a late one counts as unowned, as the customer has it and a person must decide."""
    refund = await find_refund_by_stripe_id(work, found.id)
    if refund is not None:
        return await _with_campus(work, ObjectOwnership.OWNED, refund.order_id)
    made_by = await find_creating_saga(work, found.metadata)
    ownership = _ownership_by_saga(made_by)
    if ownership is ObjectOwnership.LATE:
        ownership = ObjectOwnership.UNOWNED
    return await _with_campus(work, ownership, _order_id_of(made_by))


def _ownership_by_saga(made_by: StoredSaga | None) -> ObjectOwnership:
    if made_by is None:
        return ObjectOwnership.UNOWNED
    if made_by.status is SagaStatus.RESOLVED:
        return ObjectOwnership.UNOWNED  # a person settled it elsewhere, so a person decides about its objects too
    if made_by.status in FINAL_STATUSES:
        return ObjectOwnership.LATE
    # Admins see a stuck saga already, so its object needs no discrepancy.
    return ObjectOwnership.OWNED if made_by.status is SagaStatus.STUCK else ObjectOwnership.BUSY


def _order_id_of(made_by: StoredSaga | None) -> int | None:
    return None if made_by is None else made_by.order_id


async def find_creating_saga(work: UnitOfWork, metadata: ObjectMetadata) -> StoredSaga | None:
    """Return the saga that the metadata of an object names, if it exists."""
    try:
        named = UUID(str(metadata.saga))
    except ValueError:
        return None
    return await find_saga(work, named)


async def _with_campus(
    work: UnitOfWork,
    ownership: ObjectOwnership,
    order_id: int | None,
    *,
    customer: str | None = None,
    account: str | None = None,
) -> ObjectOwner:
    """Add the campus that is told: of the order, else of the customer or runner, else the first campus."""
    if order_id is not None:
        order = await find_order_of_any_campus(work, order_id)
        campus_id = None if order is None else order.campus_id
    else:
        campus_id = await find_campus_id_of_stripe_owner(work, customer=customer, account=account)
    if campus_id is None:
        campus_id = await require_first_campus_id(work)
    return ObjectOwner(ownership=ownership, campus_id=campus_id, order_id=order_id)


async def require_first_campus_id(work: UnitOfWork) -> int:
    """Return the first campus of this deployment; its admins are told of objects that belong to no campus."""
    found = await find_first_campus_id(work)
    if found is None:
        raise LookupError("this deployment has no campus")
    return found
