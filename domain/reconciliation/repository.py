"""Discrepancies in Postgres: one row each, told once each time it opens, ended by a recheck or by a person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.actors import SYSTEM, Actor
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import Notification
from domain.messaging.outbox_repository import notify
from domain.orders.tables import orders
from domain.payouts.tables import payable
from domain.reconciliation.discrepancy import (
    DISCREPANCY_TRANSITIONS,
    Discrepancy,
    DiscrepancyEvent,
    DiscrepancyKind,
    DiscrepancyStatus,
    ObservedDiscrepancy,
    TransferMeaning,
    should_reopen,
)
from domain.reconciliation.notifications import (
    discrepancy_gone,
    discrepancy_opened,
    discrepancy_remains,
    unbooked_movement_opened,
    unknown_transfer_opened,
)
from domain.reconciliation.tables import discrepancy

_NAMED = orders.alias("named")
_OPENED: Mapping[DiscrepancyKind, Callable[[Discrepancy, datetime], Notification]] = MappingProxyType(
    {
        DiscrepancyKind.NOT_BOOKED: unbooked_movement_opened,
        DiscrepancyKind.UNKNOWN_TRANSFER: unknown_transfer_opened,
    }
)
_CONVERTED_FIELDS = ("kind", "status")


async def report_discrepancy(
    work: UnitOfWork, observed: ObservedDiscrepancy, *, notify_admins: bool = True
) -> Discrepancy:
    """Insert or update the observed discrepancy, and tell the admins once each time it opens.

    What a person settled stays settled until the amount changes. A harmless one is ended at once and told to nobody;
    it is returned as it was before that.
    """
    before = await _lock_or_insert(work, observed)
    facts = {
        "local_value": observed.local_value,
        "remote_value": observed.remote_value,
        "note": observed.note,
        "last_seen": func.now(),
    }
    this = update(discrepancy).where(discrepancy.c.id == before.id).values(**facts)
    if should_reopen(before, observed):
        ended = dict.fromkeys(("ended_at", "ended_by", "reason", "meaning"))
        this = this.values(status=DiscrepancyStatus.OPEN, told=0, **ended)
        await _log(work, before, SYSTEM, DiscrepancyEvent.FOUND_AGAIN, DiscrepancyStatus.OPEN, observed.note)
    row = (await work.connection.execute(this.returning(discrepancy))).mappings().one()
    kept = discrepancy_from_row(row)
    if observed.harmless and kept.status is DiscrepancyStatus.OPEN:
        await end_discrepancy(work, kept.id, DiscrepancyEvent.VANISHED)
    elif notify_admins and kept.status is DiscrepancyStatus.OPEN and kept.told == 0:
        await work.connection.execute(update(discrepancy).where(discrepancy.c.id == kept.id).values(told=1))
        await notify(work, _OPENED.get(kept.kind, discrepancy_opened)(kept, work.now))
    return kept


async def list_unsaid_transfers(work: UnitOfWork) -> Sequence[Discrepancy]:
    """Return the unknown transfers that were settled without a word about what they were."""
    query = select(discrepancy).where(discrepancy.c.kind == DiscrepancyKind.UNKNOWN_TRANSFER, _is_unsaid())
    return [
        discrepancy_from_row(row)
        for row in (await work.connection.execute(query.order_by(discrepancy.c.id))).mappings()
    ]


async def reopen_unsaid_transfer(work: UnitOfWork, settled: Discrepancy) -> None:
    """Open it again and tell the admins; do nothing when somebody was faster."""
    ended = dict.fromkeys(("ended_at", "ended_by", "reason"))
    this = update(discrepancy).where(discrepancy.c.id == settled.id, _is_unsaid())
    statement = this.values(status=DiscrepancyStatus.OPEN, told=1, **ended).returning(discrepancy)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is not None:
        opened = discrepancy_from_row(row)
        await _log(work, opened, SYSTEM, DiscrepancyEvent.FOUND_AGAIN, DiscrepancyStatus.OPEN, opened.note)
        await notify(work, unknown_transfer_opened(opened, work.now))


async def _lock_or_insert(work: UnitOfWork, observed: ObservedDiscrepancy) -> Discrepancy:
    """Return the row of this discrepancy, locked; insert it when it is seen for the first time."""
    facts = {name: getattr(observed, name) for name in ObservedDiscrepancy.__slots__ if name != "harmless"}
    made = insert(discrepancy).values(**facts).on_conflict_do_nothing()
    await work.connection.execute(made)
    this = and_(discrepancy.c.kind == observed.kind, discrepancy.c.subject == observed.subject)
    query = select(discrepancy).where(this).with_for_update()
    return discrepancy_from_row((await work.connection.execute(query)).mappings().one())


async def end_discrepancy(
    work: UnitOfWork,
    discrepancy_id: int,
    happened: DiscrepancyEvent,
    *,
    actor: Actor = SYSTEM,
    reason: str | None = None,
    meaning: TransferMeaning | None = None,
    last_seen: datetime | None = None,
) -> Discrepancy | None:
    """End an open discrepancy and log it.

    Return None, and change nothing, when it was over before. With `last_seen`, also when it was seen again since.
    """
    after = DISCREPANCY_TRANSITIONS[DiscrepancyStatus.OPEN, happened]
    this = update(discrepancy).where(discrepancy.c.id == discrepancy_id, discrepancy.c.status == DiscrepancyStatus.OPEN)
    if last_seen is not None:
        this = this.where(discrepancy.c.last_seen == last_seen)
    values: dict[str, Any] = {"status": after, "ended_at": func.now(), "ended_by": actor.person_id}
    values |= {"reason": reason, "meaning": meaning}
    row = (await work.connection.execute(this.values(values).returning(discrepancy))).mappings().one_or_none()
    if row is None:
        return None
    ended = discrepancy_from_row(row)
    await _log(work, ended, actor, happened, after, reason)
    return ended


async def find_discrepancy(work: UnitOfWork, campus_id: int, discrepancy_id: int) -> Discrepancy | None:
    """Return a discrepancy of this campus by its id, in any status."""
    query = select(discrepancy).where(discrepancy.c.campus_id == campus_id, discrepancy.c.id == discrepancy_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else discrepancy_from_row(row)


async def find_order_meant(work: UnitOfWork, found: Discrepancy) -> int | None:
    """Return the order that a discrepancy names, if there is one that is as old.

    Stripe may name one that a restored backup lacks, and whose number another order has by now.
    """
    is_meant = (orders.c.id == found.order_id, orders.c.placed_at <= found.first_seen)
    order_id: int | None = (await work.connection.execute(select(orders.c.id).where(*is_meant))).scalar_one_or_none()
    return order_id


async def has_unknown_payment(work: UnitOfWork, order_id: int) -> bool:
    """Return whether Stripe has taken money for this order that our ledger does not know, and it is still open."""
    kinds = discrepancy.c.kind.in_((DiscrepancyKind.UNKNOWN_INTENT, DiscrepancyKind.LATE_INTENT))
    taken = (
        discrepancy.c.order_id == order_id,
        *_is_of_its_order(),
        discrepancy.c.remote_value > 0,
        discrepancy.c.status == DiscrepancyStatus.OPEN,
    )
    query = select(discrepancy.c.id).where(kinds, *taken).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def list_open_discrepancies(work: UnitOfWork, campus_id: int) -> Sequence[Discrepancy]:
    """Return the open discrepancies of this campus, oldest first."""
    query = select(discrepancy).where(
        discrepancy.c.campus_id == campus_id, discrepancy.c.status == DiscrepancyStatus.OPEN
    )
    return [
        discrepancy_from_row(row)
        for row in (await work.connection.execute(query.order_by(discrepancy.c.id))).mappings()
    ]


async def list_open_discrepancies_after(work: UnitOfWork, after: int, limit: int) -> Sequence[Discrepancy]:
    """Return open discrepancies of all campuses with ids above `after`, for the worker that rechecks them."""
    query = select(discrepancy).where(discrepancy.c.id > after, discrepancy.c.status == DiscrepancyStatus.OPEN)
    rows = (await work.connection.execute(query.order_by(discrepancy.c.id).limit(limit))).mappings()
    return [discrepancy_from_row(row) for row in rows]


async def request_recheck(work: UnitOfWork, campus_id: int, discrepancy_id: int, chat_id: int) -> Discrepancy | None:
    """Record that an admin wants a recheck now and the result in this chat; None when it is not open here."""
    here = (discrepancy.c.campus_id == campus_id, discrepancy.c.status == DiscrepancyStatus.OPEN)
    wanted = update(discrepancy).where(discrepancy.c.id == discrepancy_id, *here)
    statement = wanted.values(recheck_requested_at=func.now(), recheck_chat_id=chat_id).returning(discrepancy)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else discrepancy_from_row(row)


async def find_requested_recheck(work: UnitOfWork, after: int) -> tuple[Discrepancy, datetime] | None:
    """Return the next discrepancy with an id above `after` that waits for a recheck, and when that was requested."""
    query = select(discrepancy).where(discrepancy.c.recheck_requested_at.is_not(None), discrepancy.c.id > after)
    row = (await work.connection.execute(query.order_by(discrepancy.c.id).limit(1))).mappings().one_or_none()
    return None if row is None else (discrepancy_from_row(row), row["recheck_requested_at"])


async def answer_recheck(work: UnitOfWork, discrepancy_id: int, wanted_at: datetime) -> None:
    """Tell the chat that requested a recheck at `wanted_at` what was found, once."""
    this = discrepancy.c.id == discrepancy_id
    query = select(discrepancy).where(this, discrepancy.c.recheck_requested_at == wanted_at).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        return
    await work.connection.execute(
        update(discrepancy).where(this).values(recheck_requested_at=None, recheck_chat_id=None)
    )
    found = discrepancy_from_row(row)
    answer = discrepancy_remains if found.status is DiscrepancyStatus.OPEN else discrepancy_gone
    await notify(work, answer(found, row["recheck_chat_id"], row["recheck_requested_at"]))


async def _log(
    work: UnitOfWork,
    about: Discrepancy,
    actor: Actor,
    happened: DiscrepancyEvent,
    after: DiscrepancyStatus,
    reason: str | None,
) -> None:
    await log_event(
        work,
        actor,
        campus_id=about.campus_id,
        order_id=None,
        subject="difference",
        subject_id=about.id,
        happened=happened,
        after=after,
        reason=reason,
    )


def discrepancy_from_row(row: RowMapping) -> Discrepancy:
    plain = {name: row[name] for name in Discrepancy.__slots__ if name not in _CONVERTED_FIELDS}
    return Discrepancy(kind=DiscrepancyKind(row["kind"]), status=DiscrepancyStatus(row["status"]), **plain)


def has_unknown_transfer() -> ColumnElement[bool]:
    """Build the condition that Stripe has a transfer for the payable's order that we do not know.

    While it holds, nothing more is sent for the order: until the discrepancy is gone, because the transfer was
    reversed, or an admin says whether it paid the runner. One who settles it in a bot of an earlier release does not
    say it: it is opened again.
    """
    unknown = discrepancy.c.kind == DiscrepancyKind.UNKNOWN_TRANSFER
    lasts = or_(discrepancy.c.status == DiscrepancyStatus.OPEN, _is_unsaid())
    return exists().where(discrepancy.c.order_id == payable.c.order_id, *_is_of_its_order(), unknown, lasts)


def _is_unsaid() -> ColumnElement[bool]:
    """Build the condition that it was settled without a word about what it was."""
    return and_(discrepancy.c.status == DiscrepancyStatus.SETTLED, discrepancy.c.meaning.is_(None))


def _is_of_its_order() -> tuple[ColumnElement[bool], ...]:
    """Build the conditions that the order was placed before the discrepancy was seen: else it is of another one."""
    return _NAMED.c.id == discrepancy.c.order_id, _NAMED.c.placed_at <= discrepancy.c.first_seen
