"""The engine of a campus: what is due, what fails or is stuck, what waits to be sent, and how much was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select

from console.reading.order_repository import StoredRun, run_from_row
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.tables import stripe_event, telegram_update
from domain.messaging.tables import notification, order_message
from domain.orders.tables import timer
from domain.orders.timers.model import TimerStatus
from domain.saga.definition import SagaStatus
from domain.saga.tables import saga

DAY = timedelta(hours=24)
MAX_RUNS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCount:
    """How much of something is due, and since when the oldest; `what` is words, or the name of a lane."""

    what: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRate:
    """The runs of one kind that started in a day, by where they are, and the middle of how long they took."""

    kind: str
    started: int
    done: int
    compensated: int
    live: int
    median_seconds: float | None


async def read_due(work: UnitOfWork, campus_id: int) -> Sequence[DueCount]:
    """Return what is due now: of this campus, and the Stripe events, which belong to no campus before they are read."""
    now = func.now()
    unhandled = (telegram_update.c.handled_at.is_(None), ~telegram_update.c.dead_lettered)
    is_set = timer.c.status == literal_status(TimerStatus.SET)
    due_saga = (saga.c.campus_id == campus_id, saga.c.wake_at.is_not(None), saga.c.wake_at <= now)
    due_timer = (timer.c.campus_id == campus_id, is_set, timer.c.due_at <= now)
    new_events = stripe_event.c.handled_at.is_(None)
    updates = (telegram_update.c.campus_id == campus_id, *unhandled)
    return [
        await _count(work, "saga runs", _select(saga.c.wake_at, *due_saga)),
        await _count(work, "timers", _select(timer.c.due_at, *due_timer)),
        await _count(work, "updates of Telegram", _select(telegram_update.c.received_at, *updates)),
        await _count(work, "events of Stripe, of all campuses", _select(stripe_event.c.received_at, new_events)),
        *await _read_outbox(work, campus_id),
    ]


def _select(moment: ColumnElement[datetime], *conditions: ColumnElement[bool]) -> Select[int, datetime]:
    return select(func.count(), func.min(moment)).where(*conditions)


async def _count(work: UnitOfWork, what: str, query: Select[int, datetime]) -> DueCount:
    count, oldest = (await work.connection.execute(query)).one()
    return DueCount(what=what, count=count, oldest=oldest)


async def _read_outbox(work: UnitOfWork, campus_id: int) -> Sequence[DueCount]:
    cards = (
        order_message.c.campus_id == campus_id,
        order_message.c.due_at.is_not(None),
        order_message.c.due_at <= func.now(),
    )
    notes = (
        select(notification.c.lane, func.count(), func.min(notification.c.due_at))
        .where(
            notification.c.campus_id == campus_id,
            notification.c.due_at.is_not(None),
            notification.c.due_at <= func.now(),
        )
        .group_by(notification.c.lane)
        .order_by(notification.c.lane)
    )
    lanes = await work.connection.execute(notes)
    found = [DueCount(what=lane, count=count, oldest=oldest) for lane, count, oldest in lanes]
    return [await _count(work, "order messages", _select(order_message.c.due_at, *cards)), *found]


async def list_troubled_runs(work: UnitOfWork, campus_id: int) -> Sequence[StoredRun]:
    """Return the runs of this campus that are stuck, then those that fail and will try again, the oldest first."""
    is_stuck = saga.c.status == literal_status(SagaStatus.STUCK)
    failing = (saga.c.wake_at.is_not(None), saga.c.failing_since.is_not(None))
    stuck = select(saga).where(saga.c.campus_id == campus_id, is_stuck).order_by(saga.c.number).limit(MAX_RUNS)
    tried = select(saga).where(saga.c.campus_id == campus_id, *failing).order_by(saga.c.number).limit(MAX_RUNS)
    rows = [
        *(await work.connection.execute(stuck)).mappings(),
        *(await work.connection.execute(tried)).mappings(),
    ]
    return [run_from_row(work, row) for row in rows]


async def read_rates(work: UnitOfWork, campus_id: int) -> Sequence[KindRate]:
    """Return the runs that started in 24 hours, by kind."""
    taken = func.extract("epoch", saga.c.ended_at - saga.c.started_at)
    query = (
        select(
            saga.c.kind,
            func.count(),
            func.count().filter(saga.c.status == SagaStatus.DONE),
            func.count().filter(saga.c.status == SagaStatus.COMPENSATED),
            func.count().filter(saga.c.ended_at.is_(None)),
            func.percentile_cont(0.5).within_group(taken),
        )
        .where(saga.c.started_at > func.now() - DAY, saga.c.campus_id == campus_id)
        .group_by(saga.c.kind)
        .order_by(saga.c.kind)
    )
    return [
        KindRate(
            kind=kind,
            started=started,
            done=done,
            compensated=compensated,
            live=live,
            median_seconds=None if middle is None else float(middle),
        )
        for kind, started, done, compensated, live, middle in await work.connection.execute(query)
    ]
