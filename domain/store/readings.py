"""How far each of Stripe's lists was read: a lease that one worker has, and a watermark that survives all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.store.schema import person, reading
from domain.store.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=90)  # longer than a round and the call it ends with: a killed worker's rounds move on then
FIRST_AFTER = timedelta(seconds=60)  # a new deployment has nothing to compare yet
ONE_AT_A_TIME = 7_260_119  # of Postgres' advisory locks: who takes a reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One list, taken by this worker. Times are Stripe's, in seconds of the epoch."""

    task: str
    account: str | None
    seen_until: int | None
    newest: int | None
    held_back: int | None
    cursor: str | None
    fence: int
    failures: int


async def add_readings(work: UnitOfWork, tasks: Mapping[str, str | None]) -> None:
    """Lists to read from now on, by their task, with the account they are of; known ones stay as they are."""
    rows = [{"task": task, "account": account, "due_at": work.now + FIRST_AFTER} for task, account in tasks.items()]
    if rows:
        await work.connection.execute(insert(reading).values(rows).on_conflict_do_nothing())


async def accounts_without(work: UnitOfWork, prefix: str, most: int) -> list[str]:
    """Runners' accounts whose list (`prefix` and the account) nobody reads yet."""
    known = select(reading.c.task).where(reading.c.task == func.concat(prefix, person.c.stripe_account))
    query = select(person.c.stripe_account).where(person.c.stripe_account.is_not(None), ~known.exists()).limit(most)
    return [str(found) for found in (await work.connection.execute(query)).scalars()]


async def take_reading(work: UnitOfWork, worker: str) -> Reading | None:
    """The list that is due for longest, leased; None when none is, or while another worker reads any of them."""
    await work.connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    leased = reading.c.leased_until > func.now()
    others = select(reading.c.task).where(leased, reading.c.worker != worker).exists()
    free = or_(reading.c.leased_until.is_(None), ~leased)
    due = reading.c.due_at <= func.now()
    query = select(reading.c.task).where(due, free, ~others).order_by(reading.c.due_at).limit(1)
    values = {"worker": worker, "leased_until": func.now() + LEASE, "fence": reading.c.fence + 1}
    statement = update(reading).where(reading.c.task == query.scalar_subquery()).values(values).returning(reading)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else Reading(**{name: row[name] for name in Reading.__slots__})


async def still_taken(work: UnitOfWork, taken: Reading) -> bool:
    """Whether no other worker took the list meanwhile; if so, none does before this transaction ends."""
    mine = (reading.c.task == taken.task, reading.c.fence == taken.fence)
    query = select(reading.c.task).where(*mine).with_for_update(read=True)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def note_page(work: UnitOfWork, taken: Reading, *, newest: int | None, held: int | None, cursor: str) -> bool:
    """Written down up to `cursor`, and the lease renewed; False when it went to another worker meanwhile."""
    place = {"newest": newest, "held_back": held, "cursor": cursor}
    return await _write(work, taken, {**place, "leased_until": func.now() + LEASE})


async def end_reading(work: UnitOfWork, taken: Reading, *, seen_until: int | None, again: timedelta) -> bool:
    """The whole list is read up to then; it is due `again` after now."""
    begun = {"newest": None, "held_back": None, "cursor": None, "failures": 0, "error": None}
    moments = {"due_at": func.now() + again, "leased_until": None, "ended_at": func.now()}
    return await _write(work, taken, {**begun, **moments, "seen_until": seen_until})


async def leave_reading(work: UnitOfWork, taken: Reading, *, again: timedelta) -> None:
    """The round is over before the list is: go on where it stands."""
    await _write(work, taken, {"due_at": func.now() + again, "leased_until": None})


async def put_off(work: UnitOfWork, taken: Reading, error: str, *, again: timedelta, everything: bool) -> None:
    """It failed: later, and with `everything` whatever else is due not before that, as Stripe itself is away."""
    failed = {"failures": reading.c.failures + 1, "error": error[:300], "leased_until": None}
    ours = await _write(work, taken, failed | {"due_at": func.now() + again, "cursor": None, "newest": None})
    if ours and everything:
        later = update(reading).where(reading.c.due_at < func.now() + again)
        await work.connection.execute(later.values(due_at=func.now() + again))


async def make_all_due(work: UnitOfWork) -> None:
    """Somebody waits for all of it."""
    await work.connection.execute(update(reading).values(due_at=func.now()))


async def all_read(work: UnitOfWork) -> bool:
    """Whether nothing is due, and nobody reads."""
    open_still = or_(reading.c.due_at <= func.now(), reading.c.leased_until > func.now())
    query = select(reading.c.task).where(open_still).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is None


async def bring_forward(work: UnitOfWork, task: str) -> None:
    """Somebody has a reason to look: due now, unless it was at its end within the last minute."""
    soon = func.greatest(func.now(), func.coalesce(reading.c.ended_at + timedelta(minutes=1), func.now()))
    statement = update(reading).where(reading.c.task == task, reading.c.due_at > soon)
    await work.connection.execute(statement.values(due_at=soon))


async def _write(work: UnitOfWork, taken: Reading, values: Mapping[str, object]) -> bool:
    mine = update(reading).where(reading.c.task == taken.task, reading.c.fence == taken.fence)
    return (await work.connection.execute(mine.values(dict(values)))).rowcount == 1
