"""Stored Stripe events, and the rows that show what an event is about; the metadata in an event is not trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Text, bindparam, func, or_, select, update

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership, person
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.dead_letter import MAX_TRIES
from domain.inbox.tables import stripe_event
from domain.orders.tables import orders
from domain.payments.model import LIVE_HOLDS
from domain.payments.tables import hold
from domain.saga.tables import saga

_UNHANDLED = (stripe_event.c.id == bindparam("event"), stripe_event.c.handled_at.is_(None))
_LOCK = select(stripe_event).where(*_UNHANDLED).with_for_update(skip_locked=True)
_TAKE = (
    update(stripe_event)
    .where(
        stripe_event.c.id
        == select(stripe_event.c.id).where(*_UNHANDLED).with_for_update(skip_locked=True).scalar_subquery()
    )
    .values(handled_at=func.now())
    .returning(stripe_event, func.now().label("began_at"))
)

_STRIPE_ID = bindparam("stripe_id", type_=Text())
_WAITS_FOR_INTENT, _WAITS_FOR_CHECKOUT, _WAITS_FOR_REFUND, _WAITS_FOR_ACCOUNT = (
    select(saga.c.id).where(which, saga.c.waiting_until.is_not(None), saga.c.wake_at.is_not(None)).limit(1)
    for which in (
        saga.c.id.in_(select(hold.c.saga_id).where(hold.c.payment_intent == _STRIPE_ID)),
        saga.c.data["session"].astext == _STRIPE_ID,
        saga.c.data["refund"].astext == _STRIPE_ID,
        saga.c.data["account"].astext == _STRIPE_ID,
    )
)
_LIVE_HOLD = select(hold.c.id).where(hold.c.payment_intent == _STRIPE_ID, hold.c.status.in_(LIVE_HOLDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event in the inbox. `account` is the connected account it belongs to; None: the platform."""

    id: str
    type: str
    account: str | None
    payload: Mapping[str, Any]
    received_at: datetime
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedOrder:
    """The order that a disputed payment paid."""

    order_id: int
    campus_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOwner:
    """The runner that an account belongs to, on the first of their campuses."""

    person_id: int
    campus_id: int
    payouts_ready: bool
    trouble: str | None  # as it was told last


async def take_unhandled_event(work: UnitOfWork, event_id: str) -> StoredEvent | None:
    """Mark the event handled and return it; None when it is handled already, or another worker has it.

    It brings the time of the transaction along.
    """
    row = (await work.connection.execute(_TAKE, {"event": event_id})).mappings().one_or_none()
    if row is None:
        return None
    work.began_at = row["began_at"]
    return _event_from_row(row)


async def lock_unhandled_event(work: UnitOfWork, event_id: str) -> StoredEvent | None:
    """Return the event, locked until this transaction ends; None when it is handled, or another worker has it."""
    row = (await work.connection.execute(_LOCK, {"event": event_id})).mappings().one_or_none()
    return None if row is None else _event_from_row(row)


async def lock_unhandled_events(work: UnitOfWork, limit: int) -> Sequence[StoredEvent]:
    """Return up to `limit` events that are not handled, oldest first, locked until this transaction ends."""
    query = select(stripe_event).where(stripe_event.c.handled_at.is_(None)).order_by(stripe_event.c.received_at)
    rows = (await work.connection.execute(query.limit(limit).with_for_update(skip_locked=True))).mappings()
    return [_event_from_row(row) for row in rows]


async def mark_event_handled(work: UnitOfWork, event_id: str) -> None:
    """Mark the event handled."""
    this = update(stripe_event).where(stripe_event.c.id == event_id)
    await work.connection.execute(this.values(handled_at=func.now()))


async def record_event_failure(work: UnitOfWork, failed: StoredEvent, error: str) -> bool:
    """Record a failed try. Return whether it was the last one: then the event is not tried again."""
    tries = failed.tries + 1
    is_given_up = tries >= MAX_TRIES
    this = update(stripe_event).where(stripe_event.c.id == failed.id)
    given_up_at = func.now() if is_given_up else None
    await work.connection.execute(this.values(tries=tries, error=error, handled_at=given_up_at))
    return is_given_up


async def find_saga_waiting_for_intent(work: UnitOfWork, payment_intent: str) -> UUID | None:
    """Return the saga that made a hold or a charge with this intent, and waits."""
    return await _find_waiting_saga(work, _WAITS_FOR_INTENT, payment_intent)


async def find_saga_waiting_for_checkout(work: UnitOfWork, session: str) -> UUID | None:
    """Return the saga that opened this Checkout page, and waits."""
    return await _find_waiting_saga(work, _WAITS_FOR_CHECKOUT, session)


async def find_saga_waiting_for_refund(work: UnitOfWork, stripe_refund: str) -> UUID | None:
    """Return the saga that made this refund, and waits."""
    return await _find_waiting_saga(work, _WAITS_FOR_REFUND, stripe_refund)


async def find_saga_waiting_for_account(work: UnitOfWork, account: str) -> UUID | None:
    """Return the saga that sets up this account, and waits."""
    return await _find_waiting_saga(work, _WAITS_FOR_ACCOUNT, account)


async def _find_waiting_saga(work: UnitOfWork, query: Select[Any], stripe_id: str) -> UUID | None:
    found: UUID | None = (await work.connection.execute(query, {"stripe_id": stripe_id})).scalar_one_or_none()
    return found


async def has_live_hold(work: UnitOfWork, payment_intent: str) -> bool:
    """Return whether a live hold of ours has this intent."""
    return (await work.connection.execute(_LIVE_HOLD, {"stripe_id": payment_intent})).scalar_one_or_none() is not None


async def find_disputed_order(work: UnitOfWork, *, payment_intent: str, charge: str) -> DisputedOrder | None:
    """Return the order that this intent, or this charge, paid."""
    paid = or_(hold.c.payment_intent == payment_intent, hold.c.charge == charge)
    query = select(orders.c.id, orders.c.campus_id).join(hold, hold.c.order_id == orders.c.id).where(paid).limit(1)
    row = (await work.connection.execute(query)).one_or_none()
    return None if row is None else DisputedOrder(order_id=row.id, campus_id=row.campus_id)


async def find_account_owner(work: UnitOfWork, account: str) -> AccountOwner | None:
    """Return the runner with this account, approved or suspended."""
    is_runner = membership.c.runner_status.in_((RunnerStatus.APPROVED, RunnerStatus.SUSPENDED))
    is_same_person = membership.c.person_id == person.c.id
    query = select(person.c.id, person.c.payouts_ready, person.c.account_trouble, membership.c.campus_id)
    query = query.join(membership, is_same_person)
    query = query.where(person.c.stripe_account == account, is_runner).order_by(membership.c.campus_id).limit(1)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        return None
    return AccountOwner(
        person_id=row.id, campus_id=row.campus_id, payouts_ready=row.payouts_ready, trouble=row.account_trouble
    )


def _event_from_row(row: RowMapping) -> StoredEvent:
    return StoredEvent(**{name: row[name] for name in StoredEvent.__slots__})
