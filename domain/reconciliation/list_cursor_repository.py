"""How far each Stripe list was read: a lease held by one worker, and a place that outlives every worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.tables import person
from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.tables import list_cursor
from domain.settings.timeouts import Timeout

# Longer than one turn and its last call. After this, another worker continues the list of a killed one.
LEASE_TTL = Timeout.LIST_LEASE.delta
LIST_SOON = Timeout.LIST_SOON.delta
FIRST_READ_DELAY = Timeout.LIST_FIRST_READ.delta
# A Postgres advisory lock of two numbers: one worker at a time leases a list. A lock of one number is a person's.
LIST_CURSOR_LOCK = (7_260_119, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCursor:
    """One list, leased by this worker. `seen_until`, `newest` and `watermark` are Stripe's times in Unix seconds."""

    task: str
    account: str | None
    seen_until: int | None
    newest: int | None
    watermark: int | None
    cursor: str | None
    fence: int
    failures: int


async def add_list_cursors(work: UnitOfWork, tasks: Mapping[str, str | None]) -> None:
    """Insert the lists to read from now on: task to Stripe account, None for the platform's own.

    Lists that are there already stay as they are.
    """
    rows = [
        {"task": task, "account": account, "due_at": work.now + FIRST_READ_DELAY} for task, account in tasks.items()
    ]
    if rows:
        await work.connection.execute(insert(list_cursor).values(rows).on_conflict_do_nothing())


async def list_accounts_without_cursor(work: UnitOfWork, prefix: str, limit: int) -> list[str]:
    """Return runners' Stripe accounts that have no list (named `prefix` plus account) yet."""
    existing = select(list_cursor.c.task).where(list_cursor.c.task == func.concat(prefix, person.c.stripe_account))
    query = select(person.c.stripe_account).where(person.c.stripe_account.is_not(None), ~existing.exists()).limit(limit)
    return [str(found) for found in (await work.connection.execute(query)).scalars()]


async def lease_list_cursor(work: UnitOfWork, worker: str) -> ListCursor | None:
    """Lease the list that has been due for longest; None when none is due, or another worker has any lease."""
    await work.connection.execute(select(func.pg_advisory_xact_lock(*LIST_CURSOR_LOCK)))
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
    """Return whether the lease is still ours. If it is, nobody takes it before this transaction ends."""
    mine = (list_cursor.c.task == leased.task, list_cursor.c.fence == leased.fence)
    query = select(list_cursor.c.task).where(*mine).with_for_update(read=True)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def record_page_read(
    work: UnitOfWork, leased: ListCursor, *, newest: int | None, watermark: int | None, cursor: str
) -> bool:
    """Save the place up to `cursor` and renew the lease. Return False when another worker has leased the list."""
    place = {"newest": newest, "watermark": watermark, "cursor": cursor}
    return await _write_if_leased(work, leased, {**place, "leased_until": func.now() + LEASE_TTL})


async def record_list_read(
    work: UnitOfWork, leased: ListCursor, *, seen_until: int | None, delay: timedelta, watermark: int | None = None
) -> bool:
    """Record that the list was read to its end, up to `seen_until`, and make it due again after `delay`.

    What has to be read again, from `watermark` on, is read again then.
    """
    reset = {"newest": None, "watermark": watermark, "cursor": None, "failures": 0, "error": None}
    moments = {"due_at": func.now() + delay, "leased_until": None, "ended_at": func.now()}
    return await _write_if_leased(work, leased, {**reset, **moments, "seen_until": seen_until})


async def is_whole_list_read(work: UnitOfWork, task: str, since: datetime) -> bool:
    """Return whether the list was read to its end since then, and nothing of it has to be read again."""
    is_whole = (list_cursor.c.ended_at >= since, list_cursor.c.watermark.is_(None), list_cursor.c.failures == 0)
    query = select(list_cursor.c.task).where(list_cursor.c.task == task, *is_whole)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def release_list_cursor(work: UnitOfWork, leased: ListCursor, *, delay: timedelta) -> None:
    """Give the lease back before the list is at its end; reading goes on from the saved place after `delay`."""
    await _write_if_leased(work, leased, {"due_at": func.now() + delay, "leased_until": None})


async def postpone_list_cursor(
    work: UnitOfWork, leased: ListCursor, error: str, *, delay: timedelta, postpone_all: bool
) -> None:
    """Record a failed read and try again after `delay`, from the first page.

    With `postpone_all` no other list is due before that either, because Stripe itself cannot be reached.
    """
    failed = {"failures": list_cursor.c.failures + 1, "error": error[:300], "leased_until": None}
    is_leased = await _write_if_leased(
        work, leased, failed | {"due_at": func.now() + delay, "cursor": None, "newest": None}
    )
    if is_leased and postpone_all:
        later = update(list_cursor).where(list_cursor.c.due_at < func.now() + delay)
        await work.connection.execute(later.values(due_at=func.now() + delay))


async def record_missed_event(work: UnitOfWork, leased: ListCursor) -> None:
    """Record that the list showed an event that no webhook brought."""
    await _write_if_leased(work, leased, {"missed_at": func.now()})


async def find_missed_at(work: UnitOfWork, leased: ListCursor) -> datetime | None:
    """Return when the list last showed an event that no webhook brought."""
    query = select(list_cursor.c.missed_at).where(list_cursor.c.task == leased.task)
    found: datetime | None = (await work.connection.execute(query)).scalar_one()
    return found


async def make_all_lists_due(work: UnitOfWork) -> None:
    await work.connection.execute(update(list_cursor).values(due_at=func.now()))


async def are_all_lists_read(work: UnitOfWork) -> bool:
    """Return whether no list is due and none is leased."""
    open_still = or_(list_cursor.c.due_at <= func.now(), list_cursor.c.leased_until > func.now())
    query = select(list_cursor.c.task).where(open_still).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is None


REFUNDS = "refunds"
MOVEMENTS = "movements"  # the list of balance transactions: all that moved money, whoever did it


async def read_list_soon(work: UnitOfWork, task: str) -> None:
    """Make the list due now, or one minute after it was last read to its end, whichever is later."""
    soon = func.greatest(func.now(), func.coalesce(list_cursor.c.ended_at + LIST_SOON, func.now()))
    statement = update(list_cursor).where(list_cursor.c.task == task, list_cursor.c.due_at > soon)
    await work.connection.execute(statement.values(due_at=soon))


async def _write_if_leased(work: UnitOfWork, leased: ListCursor, values: Mapping[str, object]) -> bool:
    mine = update(list_cursor).where(list_cursor.c.task == leased.task, list_cursor.c.fence == leased.fence)
    return (await work.connection.execute(mine.values(dict(values)))).rowcount == 1
