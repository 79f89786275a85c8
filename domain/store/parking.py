"""Parking in Postgres: what failed for the last time is told once, tried again when an admin says so, or dropped."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, RowMapping, Select, case, cast, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.parking import Parked, ParkedEnd, ParkedKind, Poison
from domain.store.card_rows import draw_anew
from domain.store.inbox import open_again, read_again
from domain.store.messages import tell_admins
from domain.store.push_rows import send_anew
from domain.store.schema import campus, parked, push
from domain.store.timers import fire_again
from domain.store.unit_of_work import UnitOfWork

_TELLING = "push-parked"  # that this message can't be sent is not told by another one like it


async def park(work: UnitOfWork, poison: Poison) -> None:
    """Keep it and tell the admins; nothing when it stands parked already."""
    values = {name: getattr(poison, name) for name in Poison.__slots__}
    anew: dict[str, Any] = {"ended_at": None, "outcome": None, "ended_by": None, "reason": None}
    anew |= {"parked_at": func.now(), "times": parked.c.times + 1, "tries": poison.tries, "error": poison.error}
    statement = insert(parked).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "subject"], set_=anew, where=parked.c.ended_at.is_not(None)
    )
    made = (await work.connection.execute(statement.returning(parked))).mappings().one_or_none()
    if made is not None and not (poison.kind is ParkedKind.PUSH and poison.shown.startswith(_TELLING)):
        await _tell(work, made)


async def _tell(work: UnitOfWork, made: RowMapping) -> None:
    found = await find_parked(work, made["campus_id"], made["id"])
    if found is None:
        return
    await tell_admins(
        work,
        campus_id=made["campus_id"],
        name=f"parked:{made['id']}:{made['times']}",
        key=_TELLING,
        order_id=found.order_id,
        buttons=[{"key": "button-parked", "data": "v1:parked:0:0"}],
        words={
            "number": found.id,
            "kind": found.word,
            "shown": found.shown,
            "tries": found.tries,
            "error": found.error[:300],
        },
    )


async def first_campus(work: UnitOfWork) -> int | None:
    """Whose admins hear of what belongs to no campus: those of the one this deployment began with."""
    found: int | None = (await work.connection.execute(select(func.min(campus.c.id)))).scalar_one()
    return found


async def parked_things(work: UnitOfWork, campus_id: int) -> Sequence[Parked]:
    """All that is parked on this campus, oldest first."""
    query = _standing().where(parked.c.campus_id == campus_id)
    rows = (await work.connection.execute(query.order_by(parked.c.parked_at, parked.c.id))).mappings()
    return [_parked_from(row) for row in rows]


async def find_parked(work: UnitOfWork, campus_id: int, number: int) -> Parked | None:
    """One of them, locked, if it still is."""
    query = _standing().where(parked.c.campus_id == campus_id, parked.c.id == number)
    row = (await work.connection.execute(query.with_for_update(of=parked))).mappings().one_or_none()
    return None if row is None else _parked_from(row)


def _standing() -> Select[Any]:
    """What is parked still; a message says by its own row whether it was lost or certainly not sent."""
    number = case((parked.c.kind == ParkedKind.PUSH, cast(parked.c.subject, BigInteger)))  # others are no numbers
    perhaps = exists().where(push.c.id == number, push.c.status == "lost").label("perhaps")
    return select(parked, perhaps).where(parked.c.ended_at.is_(None))


async def end_parked(
    work: UnitOfWork, number: int, outcome: ParkedEnd, *, person_id: int, reason: str | None = None
) -> None:
    """It is not parked any more: an admin decided."""
    over = {"ended_at": func.now(), "outcome": outcome, "ended_by": person_id, "reason": reason}
    await work.connection.execute(update(parked).where(parked.c.id == number).values(over))


async def worked_after_all(work: UnitOfWork, kind: ParkedKind, subject: object) -> None:
    """Nobody has to decide about it any more; harmless when it is not parked."""
    this = (parked.c.kind == kind, parked.c.subject == str(subject), parked.c.ended_at.is_(None))
    over = {"ended_at": func.now(), "outcome": ParkedEnd.GONE}
    await work.connection.execute(update(parked).where(*this).values(over))


async def try_anew(work: UnitOfWork, found: Parked) -> None:
    """Let its own table have it due again, as if it had never failed."""
    await _AGAIN[found.kind](work, found.subject)


_AGAIN: Mapping[ParkedKind, Callable[[UnitOfWork, str], Awaitable[None]]] = MappingProxyType(
    {
        ParkedKind.UPDATE: open_again,
        ParkedKind.EVENT: read_again,
        ParkedKind.PUSH: send_anew,
        ParkedKind.CARD: draw_anew,
        ParkedKind.TIMER: fire_again,
    }
)


def _parked_from(row: RowMapping) -> Parked:
    return Parked(kind=ParkedKind(row["kind"]), **{name: row[name] for name in Parked.__slots__ if name != "kind"})
