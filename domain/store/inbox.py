"""What reached us, in Postgres: each Telegram update and each Stripe event once, handled, failed or parked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, RowMapping, bindparam, exists, func, null, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.parking import MOST_TRIES
from domain.store.schema import stripe_event, telegram_update
from domain.store.unit_of_work import UnitOfWork

# What sagas wait for, or look at though they thought it was over; other events are only kept.
WAITED_FOR = (
    "payment_intent.",
    "checkout.session.",
    "account.",
    "refund.",
    "charge.refund.",
    "charge.dispute.",
    "payout.failed",
)
FORGOTTEN_AFTER = timedelta(seconds=5)  # stored and still open: the process that had it is gone

Payload = Mapping[str, Any]

_SAME_UPDATE = ("campus_id", "update_id")
_STAND_IN_LINE = select(func.pg_advisory_xact_lock(bindparam("person", type_=BigInteger)))
_EFFECT = {"handled_at": func.now(), "error": bindparam("note")}
_IS_OPEN = telegram_update.c.handled_at.is_(None) & ~telegram_update.c.parked
_HANDLED = (
    insert(telegram_update)
    .values(_EFFECT)
    .on_conflict_do_update(index_elements=_SAME_UPDATE, set_=_EFFECT, where=_IS_OPEN)
    .returning(telegram_update.c.update_id)
)
_EARLIER = telegram_update.alias("earlier")
_EARLIER_OPEN = (
    _EARLIER.c.campus_id == bindparam("campus", type_=BigInteger),
    _EARLIER.c.person_id == bindparam("person", type_=BigInteger),
    _EARLIER.c.update_id < bindparam("number", type_=BigInteger),
    _EARLIER.c.handled_at.is_(None),
    ~_EARLIER.c.parked,
)
_FIRST_EARLIER = select(_EARLIER).where(*_EARLIER_OPEN).order_by(_EARLIER.c.update_id).limit(1)
_TAKE = (
    insert(telegram_update)
    .values(_EFFECT)
    .on_conflict_do_update(index_elements=_SAME_UPDATE, set_=_EFFECT, where=_IS_OPEN)
    .returning(exists().where(*_EARLIER_OPEN))
)
_WANTED_EVENT, _KEPT_EVENT = (
    insert(stripe_event).values(handled_at=handled).on_conflict_do_nothing().returning(stripe_event.c.id)
    for handled in (null(), func.now())
)


class Turn(Enum):
    """Whether it is an update's turn to have its effect."""

    NOW = "now"
    BEHIND = "an earlier one of its person's is open"
    PAST = "it is handled, or parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One update of one campus' bot; `person_id` says whose line it stands in."""

    campus_id: int
    update_id: int
    person_id: int | None
    payload: Payload


async def store_updates(work: UnitOfWork, arrivals: Sequence[Arrival]) -> None:
    """Write down what arrived; what is known already stays as it is."""
    if arrivals:
        statement = insert(telegram_update).values([_row(arrival) for arrival in arrivals])
        await work.connection.execute(statement.on_conflict_do_nothing())


async def wait_in_line(work: UnitOfWork, person_id: int) -> None:
    """Hold the person's line until this transaction ends: nobody else handles an update of hers, in any process."""
    await work.connection.execute(_STAND_IN_LINE, {"person": person_id})


async def take_update(work: UnitOfWork, arrival: Arrival) -> Turn:
    """Write the update down as handled, which it is once this transaction commits, unless it was before."""
    values = _row(arrival) | _this(arrival) | {"note": None}
    behind = (await work.connection.execute(_TAKE, values)).scalar_one_or_none()
    if behind is None:
        return Turn.PAST
    return Turn.BEHIND if behind else Turn.NOW


async def earlier_open(work: UnitOfWork, arrival: Arrival) -> Arrival | None:
    """The person's earliest update before this one that nobody has handled."""
    row = (await work.connection.execute(_FIRST_EARLIER, _this(arrival))).mappings().one_or_none()
    return None if row is None else _arrival(row)


async def mark_handled(work: UnitOfWork, arrival: Arrival, *, note: str | None = None) -> bool:
    """The update has had its effect, or a refusal that `note` names; False when it is handled, or parked, already."""
    marked = await work.connection.execute(_HANDLED, _row(arrival) | {"note": note})
    return marked.scalar_one_or_none() is not None


async def count_failure(work: UnitOfWork, arrival: Arrival, error: str) -> bool:
    """Write down that handling failed; whether it is parked now, after the last try."""
    tries = telegram_update.c.tries + 1
    fresh = insert(telegram_update).values(**_row(arrival), tries=1, error=error)
    statement = fresh.on_conflict_do_update(
        index_elements=["campus_id", "update_id"],
        set_={"tries": tries, "error": error, "parked": tries >= MOST_TRIES},
        where=_IS_OPEN,
    ).returning(telegram_update.c.parked)
    return bool((await work.connection.execute(statement)).scalar_one_or_none())


async def unfinished(work: UnitOfWork, campus_ids: Sequence[int], most: int) -> Sequence[Arrival]:
    """Updates that failed before, or that nobody handled in time, oldest first."""
    query = (
        select(telegram_update)
        .where(
            telegram_update.c.campus_id.in_(campus_ids),
            telegram_update.c.handled_at.is_(None),
            ~telegram_update.c.parked,
            or_(telegram_update.c.tries > 0, telegram_update.c.received_at < func.now() - FORGOTTEN_AFTER),
        )
        .order_by(telegram_update.c.received_at, telegram_update.c.update_id)
        .limit(most)
    )
    return [_arrival(row) for row in (await work.connection.execute(query)).mappings()]


async def open_again(work: UnitOfWork, subject: str) -> None:
    """A parked update (campus:update) is open again: whoever looks for unfinished ones takes it up."""
    campus_id, update_id = (int(part) for part in subject.split(":"))
    this = (telegram_update.c.campus_id == campus_id, telegram_update.c.update_id == update_id)
    await work.connection.execute(update(telegram_update).where(*this).values(parked=False, tries=0))


async def read_again(work: UnitOfWork, event_id: str) -> None:
    """An event of Stripe's that was given up is read again."""
    opened = {"handled_at": None, "tries": 0, "error": None}
    await work.connection.execute(update(stripe_event).where(stripe_event.c.id == event_id).values(opened))
    work.ring("handle_event", event_id)


async def known_events(work: UnitOfWork, event_ids: Sequence[str]) -> frozenset[str]:
    """Which of these Stripe events are written down."""
    query = select(stripe_event.c.id).where(stripe_event.c.id.in_(event_ids))
    return frozenset((await work.connection.execute(query)).scalars())


async def store_event(work: UnitOfWork, *, event_id: str, kind: str, account: str | None, payload: Payload) -> bool:
    """Write a Stripe event down and ring if a saga may wait for it; False when it is known."""
    wanted = kind.startswith(WAITED_FOR)
    values = {"id": event_id, "type": kind, "account": account, "payload": dict(payload)}
    statement = _WANTED_EVENT if wanted else _KEPT_EVENT
    if (await work.connection.execute(statement, values)).scalar_one_or_none() is None:
        return False
    if wanted:
        work.ring("handle_event", event_id)
    return True


async def require_tables(work: UnitOfWork) -> None:
    """Raise what the driver raises unless the database is there, with its tables."""
    await work.connection.execute(text("SELECT 1 FROM campus LIMIT 1"))


def _row(arrival: Arrival) -> dict[str, Any]:
    return {
        "campus_id": arrival.campus_id,
        "update_id": arrival.update_id,
        "person_id": arrival.person_id,
        "payload": dict(arrival.payload),
    }


def _this(arrival: Arrival) -> dict[str, int | None]:
    return {"campus": arrival.campus_id, "person": arrival.person_id, "number": arrival.update_id}


def _arrival(row: RowMapping) -> Arrival:
    return Arrival(
        campus_id=row["campus_id"],
        update_id=row["update_id"],
        person_id=row["person_id"],
        payload=row["payload"],
    )
