"""The ownership of an object at Stripe: owned by a row of ours, busy, late, or unowned."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.campuses.people_repository import find_campus_id_of_stripe_owner
from domain.campuses.repository import find_first_campus_id
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import find_posting
from domain.orders.repository import find_order_of_any_campus
from domain.orders.states import FINAL_ORDER_STATUSES
from domain.payments.hold_repository import find_hold_by_charge, find_hold_by_intent
from domain.payments.model import LIVE_HOLDS, Hold, HoldPart, HoldStatus
from domain.reconciliation.foreign_repository import is_any_foreign
from domain.refunds.repository import find_refund_by_stripe_id
from domain.saga.definition import FINAL_STATUSES, SagaStatus
from domain.saga.lookup_repository import StoredSaga, find_saga, is_saga_at_work
from domain.settings.timeouts import Timeout
from workers.stripe.objects.balance import MovementCause
from workers.stripe.objects.payment_intent import PaymentIntent, PaymentIntentStatus
from workers.stripe.objects.raw_object import ObjectMetadata
from workers.stripe.objects.refund import StripeRefund
from workers.stripe.objects.transfer import Transfer

GROUP_PREFIX = "order_"  # of the transfer group of an order
CLOCK_SKEW_SECONDS = Timeout.STRIPE_CLOCK_SKEW.whole_seconds
ORDER_NUMBER_PATTERN = re.compile(r"[0-9]{1,15}")
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
    FOREIGN = "foreign"  # others made it on the same Stripe account: nothing of it names a saga, an order or a person


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
    order_id = _order_id_of(made_by) or await find_named_order_id(work, found.metadata, made_at=found.created)
    return await _with_campus(
        work, ownership, order_id, customer=found.customer, currency=found.currency, metadata=found.metadata
    )


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
    order_id = _order_id_of(made_by) or await find_named_order_id(
        work,
        found.metadata,
        made_at=found.created,
        group=found.transfer_group,
        charge=found.source_transaction,
    )
    return await _with_campus(
        work,
        _ownership_by_saga(made_by),
        order_id,
        account=found.destination,
        currency=found.currency,
        metadata=found.metadata,
    )


async def find_refund_owner(work: UnitOfWork, found: StripeRefund) -> ObjectOwner:
    """Return the owner of a refund; a late one counts as unowned, as the customer has it and a person must decide.

    One of a payment of others is theirs, whatever its own metadata names.
    """
    refund = await find_refund_by_stripe_id(work, found.id)
    if refund is not None:
        return await _with_campus(work, ObjectOwnership.OWNED, refund.order_id)
    made_by = await find_creating_saga(work, found.metadata)
    ownership = _ownership_by_saga(made_by)
    if ownership is ObjectOwnership.LATE:
        ownership = ObjectOwnership.UNOWNED
    hold = None if found.payment_intent is None else await find_hold_by_intent(work, found.payment_intent)
    if ownership is ObjectOwnership.UNOWNED and hold is None and await _is_of_foreign_payment(work, found):
        return await _with_campus(work, ObjectOwnership.FOREIGN, None, currency=found.currency)
    order_id = _order_id_of(made_by) or (None if hold is None else hold.order_id)
    order_id = order_id or await find_named_order_id(work, found.metadata, made_at=found.created)
    return await _with_campus(work, ownership, order_id, currency=found.currency)


async def _is_of_foreign_payment(work: UnitOfWork, found: StripeRefund) -> bool:
    paid_by = [one for one in (found.payment_intent, found.charge) if one is not None]
    if await is_any_foreign(work, paid_by):
        return True
    is_bare = found.payment_intent is None and found.charge is not None
    return is_bare and await is_bare_charge_foreign(work, found.charge, found.charge_facts, found.created)


async def is_bare_charge_foreign(work: UnitOfWork, charge: str | None, facts: MovementCause, made_at: int) -> bool:
    """Return whether a charge without a payment intent is of others: it names no saga, order or customer of ours."""
    if facts.metadata.saga is not None:
        return False
    named = await find_named_order_id(work, facts.metadata, made_at=made_at, group=facts.transfer_group, charge=charge)
    return named is None and await find_campus_id_of_stripe_owner(work, customer=facts.customer, account=None) is None


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
    currency: str | None = None,
    metadata: ObjectMetadata | None = None,
) -> ObjectOwner:
    """Add the campus that is told: of the order, of the customer or runner, else the first with the currency."""
    if order_id is not None:
        order = await find_order_of_any_campus(work, order_id)
        campus_id = None if order is None else order.campus_id
    else:
        campus_id = await find_campus_id_of_stripe_owner(work, customer=customer, account=account)
    if campus_id is None:
        if ownership is ObjectOwnership.UNOWNED and metadata is not None and metadata.saga is None:
            ownership = ObjectOwnership.FOREIGN
        campus_id = await require_first_campus_id(work, currency)
    return ObjectOwner(ownership=ownership, campus_id=campus_id, order_id=order_id)


async def require_first_campus_id(work: UnitOfWork, currency: str | None = None) -> int:
    """Return the first campus with this currency, else the first; its admins are told of what belongs to no campus."""
    found = await find_first_campus_id(work, currency)
    if found is None:
        raise LookupError("this deployment has no campus")
    return found


async def find_named_order_id(
    work: UnitOfWork, metadata: ObjectMetadata, *, made_at: int, group: str | None = None, charge: str | None = None
) -> int | None:
    """Return the order that an object names: by its metadata, its transfer group, else by the charge that pays it.

    A person at Stripe may have written it: it is enough to stop more payments for the order, and to tell its campus.
    A group with another beginning is of others, and a number that is no order's names none. Nor does that of an order
    placed after the object was `made_at` (Stripe's time): a restored backup gives a number out once more.
    """
    is_of_order = group is not None and group.startswith(GROUP_PREFIX)
    word = metadata.order or (str(group).removeprefix(GROUP_PREFIX) if is_of_order else "")
    if ORDER_NUMBER_PATTERN.fullmatch(word):
        named = await find_order_of_any_campus(work, int(word))
        if named is not None and named.placed_at.timestamp() <= made_at + CLOCK_SKEW_SECONDS:
            return named.id
    paid_by = None if charge is None else await find_hold_by_charge(work, charge)
    return None if paid_by is None else paid_by.order_id
