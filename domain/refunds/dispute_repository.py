"""Disputes in Postgres: inserted once, closed by a guarded UPDATE; the payable is frozen meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, insert, literal, or_, select, update

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderDisputed
from domain.refunds.model import DISPUTE_TRANSITIONS, Dispute, DisputeEvent, DisputeStage, DisputeStatus
from domain.refunds.tables import dispute


def is_disputed(order_id: int) -> ColumnElement[bool]:
    """Build the condition that a dispute of this order is open, or one is lost."""
    return is_dispute_of(literal(order_id))


def is_dispute_of(order_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Build the condition that a dispute of the row's order is open, or one is lost."""
    kept = (DisputeStatus.OPEN, DisputeStatus.LOST)
    return exists().where(dispute.c.order_id == order_id, dispute.c.status.in_(kept))


async def has_open_or_lost_dispute(work: UnitOfWork, order_id: int) -> bool:
    """Return whether a bank is deciding about this payment now, or took it back for good."""
    return await _has_dispute_in(work, order_id, DisputeStatus.OPEN, DisputeStatus.LOST)


async def require_undisputed(work: UnitOfWork, order_id: int) -> None:
    """Raise OrderDisputed while a dispute of this order is open, or once one is lost."""
    if await has_open_or_lost_dispute(work, order_id):
        raise OrderDisputed


async def has_lost_dispute(work: UnitOfWork, order_id: int) -> bool:
    """Return whether a bank took this payment, or a part of it, back for good."""
    return await _has_dispute_in(work, order_id, DisputeStatus.LOST)


async def has_open_dispute(work: UnitOfWork, order_id: int) -> bool:
    """Return whether a bank is deciding about this payment now."""
    return await _has_dispute_in(work, order_id, DisputeStatus.OPEN)


async def _has_dispute_in(work: UnitOfWork, order_id: int, *statuses: DisputeStatus) -> bool:
    query = select(dispute.c.id).where(dispute.c.order_id == order_id, dispute.c.status.in_(statuses)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def lock_dispute(work: UnitOfWork, name: str) -> Dispute | None:
    """Return the dispute with this id of Stripe's, locked until this transaction ends."""
    query = select(dispute).where(dispute.c.dispute == name).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else dispute_from_row(row)


async def insert_dispute(work: UnitOfWork, values: dict[str, object]) -> Dispute:
    """Insert and log a new dispute. The caller holds the order's lock, so that it is inserted once."""
    row = (await work.connection.execute(insert(dispute).values(values).returning(dispute))).mappings().one()
    opened = dispute_from_row(row)
    await _log(work, opened, "opened", None, opened.reason)
    return opened


async def record_withdrawal(work: UnitOfWork, opened: Dispute, withdrawn: int, fee: int) -> None:
    """Record the amount and the fee that Stripe withdrew for the dispute, in minor units."""
    changed = update(dispute).where(dispute.c.id == opened.id).values(withdrawn=withdrawn, fee=fee)
    await work.connection.execute(changed)


async def record_answer_facts(
    work: UnitOfWork, opened: Dispute, answer_by: datetime | None, *, is_answered: bool
) -> None:
    """Record until when the bank takes an answer, and once that it has one; log the answer."""
    changed = update(dispute).where(dispute.c.id == opened.id)
    await work.connection.execute(changed.values(answer_by=answer_by))
    unanswered = changed.where(dispute.c.answered_at.is_(None))
    if is_answered and (await work.connection.execute(unanswered.values(answered_at=func.now()))).rowcount:
        await _log(work, opened, "answered", None, None)


async def record_escalation(work: UnitOfWork, opened: Dispute) -> Dispute:
    """Record and log that the bank disputes what it asked about: to that it has no answer yet."""
    values = {"stage": DisputeStage.ESCALATED, "answered_at": None}
    changed = update(dispute).where(dispute.c.id == opened.id).values(values).returning(dispute)
    moved = dispute_from_row((await work.connection.execute(changed)).mappings().one())
    await _log(work, moved, "escalated", None, None)
    return moved


async def count_refused_answer(work: UnitOfWork, opened: Dispute) -> None:
    """Count that Stripe took no evidence, so that it may be sent again."""
    changed = update(dispute).where(dispute.c.id == opened.id)
    await work.connection.execute(changed.values(answers_refused=dispute.c.answers_refused + 1))


async def find_answerable_dispute(work: UnitOfWork, order_id: int) -> Dispute | None:
    """Return the order's first dispute that takes an answer now, locked until this transaction ends."""
    here = (dispute.c.order_id == order_id, dispute.c.status == DisputeStatus.OPEN)
    query = select(dispute).where(*here).order_by(dispute.c.id).with_for_update()
    found = [dispute_from_row(row) for row in (await work.connection.execute(query)).mappings()]
    return next((one for one in found if one.takes_answer(work.now)), None)


async def list_unanswered_disputes(work: UnitOfWork, within: timedelta, limit: int) -> Sequence[Dispute]:
    """Return open disputes without an answer whose time ends within this time, ended of late, or is not known."""
    ends = dispute.c.answer_by.between(func.now() - within, func.now() + within)
    unanswered = (dispute.c.status == DisputeStatus.OPEN, dispute.c.answered_at.is_(None))
    query = select(dispute).where(*unanswered, or_(ends, dispute.c.answer_by.is_(None)))
    rows = (await work.connection.execute(query.order_by(dispute.c.id).limit(limit))).mappings()
    return [dispute_from_row(row) for row in rows]


async def record_dispute_decision(work: UnitOfWork, dispute_id: int, happened: DisputeEvent) -> Dispute | None:
    """Record the bank's decision and log it. Return None, and change nothing, when it was recorded before."""
    ((before, after),) = [(before, to) for (before, event), to in DISPUTE_TRANSITIONS.items() if event is happened]
    statement = update(dispute).where(dispute.c.id == dispute_id, dispute.c.status == before)
    changed = statement.values(status=after, closed_at=func.now()).returning(dispute)
    row = (await work.connection.execute(changed)).mappings().one_or_none()
    if row is None:
        return None
    closed = dispute_from_row(row)
    await _log(work, closed, happened, before, None)
    return closed


async def _log(work: UnitOfWork, of: Dispute, happened: str, before: str | None, reason: str | None) -> None:
    await log_event(
        work,
        SYSTEM,
        campus_id=of.campus_id,
        order_id=of.order_id,
        subject="dispute",
        subject_id=of.dispute,
        happened=happened,
        before=before,
        after=of.status,
        reason=reason,
    )


def dispute_from_row(row: RowValues) -> Dispute:
    plain = {name: row[name] for name in Dispute.__slots__ if name not in ("status", "stage")}
    return Dispute(status=DisputeStatus(row["status"]), stage=DisputeStage(row["stage"]), **plain)
