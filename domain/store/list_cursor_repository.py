"""How far each of Stripe's lists was read: a lease that one worker has, and a watermark that survives all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.store.schema import list_cursor, person
from domain.store.unit_of_work import UnitOfWork

LEASE_TTL = timedelta(
    seconds=90
)  # longer than a round and the call it ends with: a killed worker's rounds move on then
FIRST_READ_DELAY = timedelta(seconds=60)  # a new deployment has nothing to compare yet
LIST_CURSOR_LOCK_ID = 7_260_119  # of Postgres' advisory locks: who takes a reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCursor:
    """One list, taken by this worker. Times are Stripe's, in seconds of the epoch."""

    task: str
    account: str | None
    seen_until: int | None
    newest: int | None
    watermark: int | None
    cursor: str | None
    fence: int
    failures: int


async def add_list_cursors(work: UnitOfWork, tasks: Mapping[str, str | None]) -> None:
    """Lists to read from now on, by their task, with the account they are of; known ones stay as they are."""
    rows = [
        {"task": task, "account": account, "due_at": work.now + FIRST_READ_DELAY} for task, account in tasks.items()
    ]
    if rows:
        await work.connection.execute(insert(list_cursor).values(rows).on_conflict_do_nothing())


async def list_accounts_without_cursor(work: UnitOfWork, prefix: str, limit: int) -> list[str]:
    """Runners' accounts whose list (`prefix` and the account) nobody reads yet."""
    existing = select(list_cursor.c.task).where(list_cursor.c.task == func.concat(prefix, person.c.stripe_account))
    query = select(person.c.stripe_account).where(person.c.stripe_account.is_not(None), ~existing.exists()).limit(limit)
    return [str(found) for found in (await work.connection.execute(query)).scalars()]


async def lease_list_cursor(work: UnitOfWork, worker: str) -> ListCursor | None:
    """The list that is due for longest, leased; None when none is, or while another worker reads any of them."""
    await work.connection.execute(select(func.pg_advisory_xact_lock(LIST_CURSOR_LOCK_ID)))
    leased = list_cursor.c.leased_until > func.now()
    others = select(list_cursor.c.task).where(leased, list_cursor.c.worker != worker).exists()
    free = or_(list_cursor.c.leased_until.is_(None), ~leased)
    due = list_cursor.c.due_at <= func.now()
    query = select(list_cursor.c.task).where(due, free, ~others).order_by(list_cursor.c.due_at).limit(1)
    values = {"worker": worker, "leased_until": func.now() + LEASE_TTL, "fence": list_cursor.c.fence + 1}
    statement = (
        update(list_cursor).where(list_cursor.c.task == query.scalar_subquery()).values(values).returning(list_cursor)
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else ListCursor(**{name: row[name] for name in ListCursor.__slots__})


async def still_taken(work: UnitOfWork, leased: ListCursor) -> bool:
    """Whether no other worker took the list meanwhile; if so, none does before this transaction ends."""
    mine = (list_cursor.c.task == leased.task, list_cursor.c.fence == leased.fence)
    query = select(list_cursor.c.task).where(*mine).with_for_update(read=True)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def record_page_read(
    work: UnitOfWork, leased: ListCursor, *, newest: int | None, watermark: int | None, cursor: str
) -> bool:
    """Written down up to `cursor`, and the lease renewed; False when it went to another worker meanwhile."""
    place = {"newest": newest, "watermark": watermark, "cursor": cursor}
    return await _write_if_leased(work, leased, {**place, "leased_until": func.now() + LEASE_TTL})


async def record_list_read(work: UnitOfWork, leased: ListCursor, *, seen_until: int | None, delay: timedelta) -> bool:
    """The whole list is read up to then; it is due `again` after now."""
    reset = {"newest": None, "watermark": None, "cursor": None, "failures": 0, "error": None}
    moments = {"due_at": func.now() + delay, "leased_until": None, "ended_at": func.now()}
    return await _write_if_leased(work, leased, {**reset, **moments, "seen_until": seen_until})


async def release_list_cursor(work: UnitOfWork, leased: ListCursor, *, delay: timedelta) -> None:
    """The round is over before the list is: go on where it stands."""
    await _write_if_leased(work, leased, {"due_at": func.now() + delay, "leased_until": None})


async def postpone_list_cursor(
    work: UnitOfWork, leased: ListCursor, error: str, *, delay: timedelta, postpone_all: bool
) -> None:
    """It failed: later, and with `everything` whatever else is due not before that, as Stripe itself is away."""
    failed = {"failures": list_cursor.c.failures + 1, "error": error[:300], "leased_until": None}
    is_leased = await _write_if_leased(
        work, leased, failed | {"due_at": func.now() + delay, "cursor": None, "newest": None}
    )
    if is_leased and postpone_all:
        later = update(list_cursor).where(list_cursor.c.due_at < func.now() + delay)
        await work.connection.execute(later.values(due_at=func.now() + delay))


async def make_all_lists_due(work: UnitOfWork) -> None:
    """Somebody waits for all of it."""
    await work.connection.execute(update(list_cursor).values(due_at=func.now()))


async def are_all_lists_read(work: UnitOfWork) -> bool:
    """Whether nothing is due, and nobody reads."""
    open_still = or_(list_cursor.c.due_at <= func.now(), list_cursor.c.leased_until > func.now())
    query = select(list_cursor.c.task).where(open_still).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is None


async def read_list_soon(work: UnitOfWork, task: str) -> None:
    """Somebody has a reason to look: due now, unless it was at its end within the last minute."""
    soon = func.greatest(func.now(), func.coalesce(list_cursor.c.ended_at + timedelta(minutes=1), func.now()))
    statement = update(list_cursor).where(list_cursor.c.task == task, list_cursor.c.due_at > soon)
    await work.connection.execute(statement.values(due_at=soon))


async def _write_if_leased(work: UnitOfWork, leased: ListCursor, values: Mapping[str, object]) -> bool:
    mine = update(list_cursor).where(list_cursor.c.task == leased.task, list_cursor.c.fence == leased.fence)
    return (await work.connection.execute(mine.values(dict(values)))).rowcount == 1
