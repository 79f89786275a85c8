"""Differences in Postgres: each kept once, told once each time it opens, ended by a look or by a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.difference import (
    DIFFERENCE_TRANSITIONS,
    Difference,
    DifferenceEvent,
    DifferenceKind,
    DifferenceStatus,
    Sight,
    opens,
)
from domain.money import spell
from domain.store.events import SYSTEM, Actor, log
from domain.store.messages import tell, tell_admins
from domain.store.schema import difference
from domain.store.unit_of_work import UnitOfWork

_MADE = ("kind", "status")


async def report(work: UnitOfWork, seen: Sight, *, aloud: bool = True) -> Difference:
    """Keep what was seen; `aloud` tells the admins when it is news. What a person settled stays so at that amount."""
    known = await _known(work, seen)
    facts = {"ours": seen.ours, "theirs": seen.theirs, "note": seen.note, "last_seen": func.now()}
    this = update(difference).where(difference.c.id == known.id).values(**facts)
    if opens(known, seen):
        this = this.values(status=DifferenceStatus.OPEN, ended_at=None, ended_by=None, reason=None, told=0)
        await _log(work, known, SYSTEM, DifferenceEvent.FOUND_AGAIN, DifferenceStatus.OPEN, seen.note)
    row = (await work.connection.execute(this.returning(difference))).mappings().one()
    kept = _difference(row)
    if seen.harmless and kept.status is DifferenceStatus.OPEN:
        await end(work, kept.id, DifferenceEvent.VANISHED)
    elif aloud and kept.status is DifferenceStatus.OPEN and kept.told == 0:
        await _tell(work, kept)
    return kept


async def _known(work: UnitOfWork, seen: Sight) -> Difference:
    """The row of this difference, locked; made when it is the first time."""
    facts = {name: getattr(seen, name) for name in Sight.__slots__ if name != "harmless"}
    made = insert(difference).values(**facts).on_conflict_do_nothing()
    await work.connection.execute(made)
    this = and_(difference.c.kind == seen.kind, difference.c.subject == seen.subject)
    query = select(difference).where(this).with_for_update()
    return _difference((await work.connection.execute(query)).mappings().one())


async def _tell(work: UnitOfWork, kept: Difference) -> None:
    await work.connection.execute(update(difference).where(difference.c.id == kept.id).values(told=1))
    await tell_admins(
        work,
        campus_id=kept.campus_id,
        name=f"difference:{kept.id}:{work.now.timestamp()}",
        key="push-difference",
        buttons=buttons_of(kept),
        words=words_of(kept),
    )


def words_of(kept: Difference) -> dict[str, str | int]:
    """What a sentence about it says."""
    return {
        "number": kept.id,
        "kind": kept.kind,
        "subject": kept.subject,
        "order": "-" if kept.order_id is None else str(kept.order_id),
        "ours": _spelt(kept.ours, kept.currency),
        "theirs": _spelt(kept.theirs, kept.currency),
        "note": kept.note or "-",
    }


def _spelt(amount: int | None, currency: str | None) -> str:
    return "-" if amount is None or currency is None else spell(amount, currency)


def buttons_of(kept: Difference) -> list[dict[str, str]]:
    """[Look again] and [Settle by hand]."""
    return [
        {"key": "button-look-again", "data": f"v1:look_again:{kept.id}:0"},
        {"key": "button-settle", "data": f"v1:settle:{kept.id}:0"},
    ]


async def end(
    work: UnitOfWork,
    difference_id: int,
    happened: DifferenceEvent,
    *,
    actor: Actor = SYSTEM,
    reason: str | None = None,
    last_seen: datetime | None = None,
) -> Difference | None:
    """It is over; None, and nothing changed, when it was over before, or was seen after `last_seen`."""
    after = DIFFERENCE_TRANSITIONS[DifferenceStatus.OPEN, happened]
    this = update(difference).where(difference.c.id == difference_id, difference.c.status == DifferenceStatus.OPEN)
    if last_seen is not None:
        this = this.where(difference.c.last_seen == last_seen)
    values: dict[str, Any] = {"status": after, "ended_at": func.now(), "ended_by": actor.person_id, "reason": reason}
    row = (await work.connection.execute(this.values(values).returning(difference))).mappings().one_or_none()
    if row is None:
        return None
    ended = _difference(row)
    await _log(work, ended, actor, happened, after, reason)
    return ended


async def find_difference(work: UnitOfWork, campus_id: int, difference_id: int) -> Difference | None:
    """A difference of this campus by its number, whatever became of it."""
    query = select(difference).where(difference.c.campus_id == campus_id, difference.c.id == difference_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else _difference(row)


async def has_unknown_payment(work: UnitOfWork, order_id: int) -> bool:
    """Whether Stripe has a payment of this order that our books do not know, and nobody has settled that yet."""
    kinds = difference.c.kind.in_((DifferenceKind.UNKNOWN_INTENT, DifferenceKind.LATE_INTENT))
    taken = (difference.c.order_id == order_id, difference.c.theirs > 0, difference.c.status == DifferenceStatus.OPEN)
    query = select(difference.c.id).where(kinds, *taken).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def open_differences(work: UnitOfWork, campus_id: int) -> Sequence[Difference]:
    """What differs on this campus, oldest first."""
    query = select(difference).where(difference.c.campus_id == campus_id, difference.c.status == DifferenceStatus.OPEN)
    return [_difference(row) for row in (await work.connection.execute(query.order_by(difference.c.id))).mappings()]


async def next_open(work: UnitOfWork, after: int, most: int) -> Sequence[Difference]:
    """Open ones of all campuses with numbers above `after`, for the worker that looks at each again."""
    query = select(difference).where(difference.c.id > after, difference.c.status == DifferenceStatus.OPEN)
    rows = (await work.connection.execute(query.order_by(difference.c.id).limit(most))).mappings()
    return [_difference(row) for row in rows]


async def ask_look(work: UnitOfWork, campus_id: int, difference_id: int, chat_id: int) -> Difference | None:
    """An admin wants it looked at now, and to be told in this chat; None when it is not open here."""
    here = (difference.c.campus_id == campus_id, difference.c.status == DifferenceStatus.OPEN)
    wanted = update(difference).where(difference.c.id == difference_id, *here)
    statement = wanted.values(look_wanted_at=func.now(), looked_for=chat_id).returning(difference)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _difference(row)


async def wanted_look(work: UnitOfWork, after: int) -> tuple[Difference, datetime] | None:
    """The next one above this number somebody wants looked at, and since when."""
    query = select(difference).where(difference.c.look_wanted_at.is_not(None), difference.c.id > after)
    row = (await work.connection.execute(query.order_by(difference.c.id).limit(1))).mappings().one_or_none()
    return None if row is None else (_difference(row), row["look_wanted_at"])


async def answer_look(work: UnitOfWork, difference_id: int, wanted_at: datetime) -> None:
    """It was looked at: whoever asked at that moment is told what was found, once."""
    this = difference.c.id == difference_id
    query = select(difference).where(this, difference.c.look_wanted_at == wanted_at).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        return
    await work.connection.execute(update(difference).where(this).values(look_wanted_at=None, looked_for=None))
    found = _difference(row)
    still = found.status is DifferenceStatus.OPEN
    await tell(
        work,
        campus_id=found.campus_id,
        chat_id=row["looked_for"],
        name=f"looked:{found.id}:{row['look_wanted_at'].timestamp()}",
        key="push-difference-stays" if still else "push-difference-gone",
        buttons=buttons_of(found) if still else [],
        words=words_of(found),
    )


async def _log(
    work: UnitOfWork,
    about: Difference,
    actor: Actor,
    happened: DifferenceEvent,
    after: DifferenceStatus,
    reason: str | None,
) -> None:
    await log(
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


def _difference(row: RowMapping) -> Difference:
    plain = {name: row[name] for name in Difference.__slots__ if name not in _MADE}
    return Difference(kind=DifferenceKind(row["kind"]), status=DifferenceStatus(row["status"]), **plain)
