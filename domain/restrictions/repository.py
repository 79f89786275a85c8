"""Restrictions in Postgres: proposed, made active and lifted by guarded UPDATEs; none holds after its time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, exists, func, insert, or_, select, update

from domain.campuses.repository import has_place
from domain.campuses.tables import campus, person
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.literal_status import literal_status
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.restrictions.model import (
    Restriction,
    RestrictionKind,
    RestrictionReason,
    RestrictionState,
    RestrictionStatus,
    RestrictionTerms,
    state_of,
)
from domain.restrictions.tables import exemption, restriction
from domain.settings.timeouts import Timeout

PROPOSAL_TTL = Timeout.PROPOSAL_LIFETIME.delta

_IS_ACTIVE = restriction.c.status == literal_status(RestrictionStatus.ACTIVE)
_HOLDS_NOW = (_IS_ACTIVE, or_(restriction.c.until.is_(None), restriction.c.until > func.now()))
_TERMS = ("note", "until", "daily_sum", "currency", "open_orders")


def _restrictions() -> Select[Any]:
    joined = restriction.join(campus, campus.c.id == restriction.c.campus_id)
    joined = joined.join(person, person.c.id == restriction.c.person_id)
    named = (campus.c.title.label("campus_title"), person.c.first_name, _exempted().label("exempted"))
    return select(*restriction.c, *named).select_from(joined).order_by(restriction.c.id)


def _exempted() -> ColumnElement[Any]:
    there = campus.alias("there")
    titles = select(func.array_agg(there.c.title)).join(exemption, exemption.c.campus_id == there.c.id)
    return titles.where(exemption.c.restriction_id == restriction.c.id).scalar_subquery()


def _holds_on(campus_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    is_exempt = exists().where(exemption.c.restriction_id == restriction.c.id, exemption.c.campus_id == campus_id)
    elsewhere = and_(restriction.c.reason == RestrictionReason.MONEY, ~is_exempt)
    return or_(restriction.c.campus_id == campus_id, elsewhere)


_RESTRICTIONS_OF = _restrictions().where(
    restriction.c.person_id == bindparam("person"), *_HOLDS_NOW, _holds_on(bindparam("campus", type_=BigInteger()))
)


def keeps_from_running(campus_id: int | ColumnElement[int], person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Build the condition that a bar or a suspension keeps the person from taking jobs on this campus."""
    kinds = restriction.c.kind != RestrictionKind.LIMIT
    return exists().where(restriction.c.person_id == person_id, kinds, *_HOLDS_NOW, _holds_on(campus_id))


def bars_for_money(campus_id: int, person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Build the condition that the person may not order on this campus because of money."""
    bar = and_(restriction.c.kind == RestrictionKind.BAR, restriction.c.reason == RestrictionReason.MONEY)
    return exists().where(restriction.c.person_id == person_id, bar, *_HOLDS_NOW, _holds_on(campus_id))


async def insert_proposal(
    work: UnitOfWork, campus_id: int, person_id: int, terms: RestrictionTerms, *, proposed_by: int
) -> Restriction:
    """Insert a restriction that an admin is asked about; it restricts nobody yet."""
    values: dict[str, object] = {name: getattr(terms, name) for name in _TERMS}
    values |= {"campus_id": campus_id, "person_id": person_id, "kind": terms.kind, "reason": terms.reason}
    statement = insert(restriction).values(**values, decided_by=proposed_by).returning(restriction.c.id)
    number = (await work.connection.execute(statement)).scalar_one()
    made = await find_restriction(work, campus_id, int(number))
    if made is None:
        raise LookupError(f"restriction {number} was not inserted")
    return made


async def find_restriction(work: UnitOfWork, campus_id: int, restriction_id: int) -> Restriction | None:
    """Return a restriction that this campus decided, in any status; None when there is none."""
    query = _restrictions().where(restriction.c.id == restriction_id, restriction.c.campus_id == campus_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else restriction_from_row(row)


async def activate_restriction(work: UnitOfWork, proposed: Restriction, *, decided_by: int) -> bool:
    """Let a proposed restriction hold, and log it. Return False when it was decided before, or is too old."""
    this = update(restriction).where(
        restriction.c.id == proposed.id,
        restriction.c.status == RestrictionStatus.PROPOSED,
        restriction.c.made_at > func.now() - PROPOSAL_TTL,
    )
    changed = this.values(status=RestrictionStatus.ACTIVE, decided_by=decided_by)
    if (await work.connection.execute(changed)).rowcount == 0:
        return False
    await log_decision(work, proposed, decided_by, RestrictionStatus.ACTIVE, proposed.terms.note)
    return True


async def lift_restriction(work: UnitOfWork, active: Restriction, *, lifted_by: int, why: str) -> bool:
    """End an active restriction before its time, and log it. Return False when it holds no more."""
    this = update(restriction).where(restriction.c.id == active.id, *_HOLDS_NOW)
    changed = this.values(status=RestrictionStatus.LIFTED, lifted_by=lifted_by, lifted_at=func.now())
    if (await work.connection.execute(changed)).rowcount == 0:
        return False
    await log_decision(work, active, lifted_by, RestrictionStatus.LIFTED, why)
    return True


async def find_restriction_state(work: UnitOfWork, campus_id: int, person_id: int) -> RestrictionState:
    """Return what holds for a person on this campus now; what was decided elsewhere for money holds here too."""
    return state_of(await list_restrictions_of(work, campus_id, person_id))


async def list_restrictions(work: UnitOfWork, campus_id: int) -> Sequence[Restriction]:
    """Return what holds on this campus now, oldest first: of other campuses only about people with a place here."""
    here = or_(restriction.c.campus_id == campus_id, has_place(campus_id, restriction.c.person_id))
    query = _restrictions().where(*_HOLDS_NOW, _holds_on(campus_id), here)
    return [restriction_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def list_restrictions_of(work: UnitOfWork, campus_id: int, person_id: int) -> Sequence[Restriction]:
    """Return what holds for a person on this campus now, oldest first, whichever campus decided it."""
    rows = await work.connection.execute(_RESTRICTIONS_OF, {"campus": campus_id, "person": person_id})
    return [restriction_from_row(row) for row in rows.mappings()]


async def find_active_restriction(work: UnitOfWork, restriction_id: int) -> Restriction | None:
    """Return a restriction that holds now, of any campus; None when it does not, or there is none."""
    query = _restrictions().where(restriction.c.id == restriction_id, *_HOLDS_NOW)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else restriction_from_row(row)


async def take_ended_restrictions(work: UnitOfWork, limit: int) -> Sequence[Restriction]:
    """Mark active restrictions whose time has passed as told, and return them; rows another worker has are skipped."""
    ended = (_IS_ACTIVE, restriction.c.until <= func.now(), restriction.c.end_told_at.is_(None))
    found = select(restriction.c.id).where(*ended).order_by(restriction.c.until).limit(limit)
    taken = restriction.c.id.in_(found.with_for_update(skip_locked=True))
    statement = update(restriction).where(taken).values(end_told_at=func.now())
    numbers = (await work.connection.execute(statement.returning(restriction.c.id))).scalars().all()
    if not numbers:
        return []
    query = _restrictions().where(restriction.c.id.in_(numbers))
    return [restriction_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def log_decision(
    work: UnitOfWork, decided: Restriction, admin_id: int, after: str, why: str, *, campus_id: int | None = None
) -> None:
    """Write the decision of an admin about a restriction into the event log, of this campus or of its own."""
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin_id),
        campus_id=campus_id or decided.campus_id,
        order_id=None,
        subject="restriction",
        subject_id=decided.person_id,
        happened=decided.terms.kind,
        after=after,
        reason=why,
    )


def restriction_from_row(row: RowValues) -> Restriction:
    """Build a restriction from a row that joins its campus and its person."""
    terms = RestrictionTerms(
        kind=RestrictionKind(row["kind"]),
        reason=RestrictionReason(row["reason"]),
        **{name: row[name] for name in _TERMS},
    )
    plain = {name: row[name] for name in Restriction.__slots__ if name not in ("status", "terms", "exempted")}
    exempted = tuple(row["exempted"] or ())
    return Restriction(status=RestrictionStatus(row["status"]), terms=terms, exempted=exempted, **plain)
