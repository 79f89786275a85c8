"""The inbox in Postgres: each Telegram update and Stripe event once, open, handled or a dead letter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, RowMapping, Select, bindparam, exists, func, null, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.dead_letter import MAX_TRIES
from domain.inbox.stripe_event_types import HANDLED_EVENT_TYPES
from domain.inbox.tables import stripe_event, telegram_update
from domain.settings.timeouts import Timeout

ABANDONED_UPDATE_DELAY = Timeout.UPDATE_ABANDONED.delta
MAX_RETRIES_PER_PERSON = 10  # updates of one person in one query
MAX_RETRIES = 200  # updates of one query

Payload = Mapping[str, Any]

_UPDATE_KEY = ("campus_id", "update_id")
_LOCK_USER = select(func.pg_advisory_xact_lock(bindparam("person", type_=BigInteger)), func.now().label("began_at"))
_HANDLED_VALUES = {"handled_at": func.now(), "error": bindparam("note")}
_IS_OPEN = telegram_update.c.handled_at.is_(None) & ~telegram_update.c.dead_lettered
_MARK_HANDLED = (
    insert(telegram_update)
    .values(_HANDLED_VALUES)
    .on_conflict_do_update(index_elements=_UPDATE_KEY, set_=_HANDLED_VALUES, where=_IS_OPEN)
    .returning(telegram_update.c.update_id)
)
_STORE = insert(telegram_update).on_conflict_do_nothing()
_EARLIER = telegram_update.alias("earlier")
_EARLIER_UNHANDLED = (
    _EARLIER.c.campus_id == bindparam("campus", type_=BigInteger),
    _EARLIER.c.person_id == bindparam("person", type_=BigInteger),
    _EARLIER.c.update_id < bindparam("number", type_=BigInteger),
    _EARLIER.c.handled_at.is_(None),
    ~_EARLIER.c.dead_lettered,
)
_EARLIEST_UNHANDLED = select(_EARLIER).where(*_EARLIER_UNHANDLED).order_by(_EARLIER.c.update_id).limit(1)
_TRY_MARK_HANDLED = (
    insert(telegram_update)
    .values(_HANDLED_VALUES)
    .on_conflict_do_update(index_elements=_UPDATE_KEY, set_=_HANDLED_VALUES, where=_IS_OPEN)
    .returning(exists().where(*_EARLIER_UNHANDLED))
)
_INSERT_EVENT_TO_HANDLE, _INSERT_EVENT_AS_HANDLED = (
    insert(stripe_event).values(handled_at=handled).on_conflict_do_nothing().returning(stripe_event.c.id)
    for handled in (null(), func.now())
)


class UpdateReadiness(Enum):
    """Whether an update may be handled now."""

    READY = "now"
    BLOCKED_BY_EARLIER = "an earlier one of its person's is open"
    ALREADY_HANDLED = "it is handled, or a dead letter"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingUpdate:
    """One update of one campus's bot. Updates with the same `person_id` are handled one after the other."""

    campus_id: int
    update_id: int
    person_id: int | None
    payload: Payload


async def store_updates(work: UnitOfWork, incoming_updates: Sequence[IncomingUpdate]) -> None:
    """Insert the updates that arrived, all or none, in one round trip; one that is stored already stays as it is."""
    if incoming_updates:
        await work.connection.execute(_STORE, [_update_values(incoming) for incoming in incoming_updates])


async def lock_user(work: UnitOfWork, person_id: int) -> None:
    """Lock the person until this transaction ends: no other process handles an update of theirs meanwhile.

    It brings the time of the transaction along.
    """
    work.began_at = (await work.connection.execute(_LOCK_USER, {"person": person_id})).one().began_at


async def try_mark_update_handled(work: UnitOfWork, incoming: IncomingUpdate) -> UpdateReadiness:
    """Mark the update handled, and return whether this transaction may go on with it.

    Only the commit makes the mark count. The caller rolls back when an earlier update blocks this one.
    """
    values = _update_values(incoming) | _update_binds(incoming) | {"note": None}
    behind = (await work.connection.execute(_TRY_MARK_HANDLED, values)).scalar_one_or_none()
    if behind is None:
        return UpdateReadiness.ALREADY_HANDLED
    return UpdateReadiness.BLOCKED_BY_EARLIER if behind else UpdateReadiness.READY


async def find_earlier_unhandled_update(work: UnitOfWork, incoming: IncomingUpdate) -> IncomingUpdate | None:
    """Return the person's earliest open update before this one."""
    row = (await work.connection.execute(_EARLIEST_UNHANDLED, _update_binds(incoming))).mappings().one_or_none()
    return None if row is None else _update_from_row(row)


async def mark_update_handled(work: UnitOfWork, incoming: IncomingUpdate, *, note: str | None = None) -> bool:
    """Mark the update handled; `note` names the refusal, if there was one.

    Return False, and change nothing, when it was handled or a dead letter before.
    """
    marked = await work.connection.execute(_MARK_HANDLED, _update_values(incoming) | {"note": note})
    return marked.scalar_one_or_none() is not None


async def record_update_failure(work: UnitOfWork, incoming: IncomingUpdate, error: str) -> bool:
    """Record a failed try. Return whether it was the last one and the update is now a dead letter."""
    tries = telegram_update.c.tries + 1
    fresh = insert(telegram_update).values(**_update_values(incoming), tries=1, error=error)
    statement = fresh.on_conflict_do_update(
        index_elements=["campus_id", "update_id"],
        set_={"tries": tries, "error": error, "dead_lettered": tries >= MAX_TRIES},
        where=_IS_OPEN,
    ).returning(telegram_update.c.dead_lettered)
    return bool((await work.connection.execute(statement)).scalar_one_or_none())


async def list_unhandled_updates(
    work: UnitOfWork, campus_ids: Sequence[int], *, without: Collection[int] = ()
) -> Sequence[IncomingUpdate]:
    """Return open updates that failed before or were abandoned: the first few of each person, by person in order.

    None of the people `without` are among them. The people whose updates have been open for longest come first.
    """
    asked = {"campuses": list(campus_ids), "without": list(without)}
    rows = await work.connection.execute(_UNHANDLED_UPDATES, asked)
    return [_update_from_row(row) for row in rows.mappings()]


def _unhandled_updates() -> Select[Any]:
    """Build the query of open updates that failed before or were abandoned."""
    person = func.coalesce(telegram_update.c.person_id, -telegram_update.c.update_id)
    place = func.row_number().over(
        partition_by=(telegram_update.c.campus_id, person), order_by=telegram_update.c.update_id
    )
    open_updates = (
        select(*telegram_update.c, place.label("place"))
        .where(
            telegram_update.c.campus_id.in_(bindparam("campuses", expanding=True)),
            _IS_OPEN,
            or_(telegram_update.c.tries > 0, telegram_update.c.received_at < func.now() - ABANDONED_UPDATE_DELAY),
            person.not_in(bindparam("without", expanding=True)),
        )
        .subquery()
    )
    few = select(open_updates).where(open_updates.c.place <= MAX_RETRIES_PER_PERSON)
    return few.order_by(open_updates.c.received_at, open_updates.c.update_id).limit(MAX_RETRIES)


_UNHANDLED_UPDATES = _unhandled_updates()


async def reopen_update(work: UnitOfWork, subject: str) -> None:
    """Reopen the update of a dead letter, named campus:update; the bot's retry loop finds it."""
    campus_id, update_id = (int(part) for part in subject.split(":"))
    this = (telegram_update.c.campus_id == campus_id, telegram_update.c.update_id == update_id)
    await work.connection.execute(update(telegram_update).where(*this).values(dead_lettered=False, tries=0))


async def reopen_event(work: UnitOfWork, event_id: str) -> None:
    """Reopen a Stripe event that was given up, and enqueue it."""
    opened = {"handled_at": None, "tries": 0, "error": None}
    await work.connection.execute(update(stripe_event).where(stripe_event.c.id == event_id).values(opened))
    work.enqueue_after_commit("handle_event", event_id)


def select_unhandled_event() -> Select[str]:
    """Select the id of the unhandled event that came first. It is sorted as its index is, so that a plan uses it."""
    open_events = select(stripe_event.c.id).where(stripe_event.c.handled_at.is_(None))
    return open_events.order_by(stripe_event.c.received_at).limit(1)


async def find_stored_events(work: UnitOfWork, event_ids: Sequence[str]) -> frozenset[str]:
    """Return which of these Stripe events are stored."""
    query = select(stripe_event.c.id).where(stripe_event.c.id.in_(event_ids))
    return frozenset((await work.connection.execute(query)).scalars())


async def store_event(work: UnitOfWork, *, event_id: str, kind: str, account: str | None, payload: Payload) -> bool:
    """Insert a Stripe event and enqueue it if it needs handling. Return False when it was stored before."""
    needs_handling = kind in HANDLED_EVENT_TYPES
    values = {"id": event_id, "type": kind, "account": account, "payload": dict(payload)}
    statement = _INSERT_EVENT_TO_HANDLE if needs_handling else _INSERT_EVENT_AS_HANDLED
    if (await work.connection.execute(statement, values)).scalar_one_or_none() is None:
        return False
    if needs_handling:
        work.enqueue_after_commit("handle_event", event_id)
    return True


async def require_tables(work: UnitOfWork) -> None:
    """Raise the driver's error unless the database can be reached and has its tables."""
    await work.connection.execute(text("SELECT 1 FROM campus LIMIT 1"))


def _update_values(incoming: IncomingUpdate) -> dict[str, Any]:
    return {
        "campus_id": incoming.campus_id,
        "update_id": incoming.update_id,
        "person_id": incoming.person_id,
        "payload": dict(incoming.payload),
    }


def _update_binds(incoming: IncomingUpdate) -> dict[str, int | None]:
    return {"campus": incoming.campus_id, "person": incoming.person_id, "number": incoming.update_id}


def _update_from_row(row: RowMapping) -> IncomingUpdate:
    return IncomingUpdate(
        campus_id=row["campus_id"],
        update_id=row["update_id"],
        person_id=row["person_id"],
        payload=row["payload"],
    )
