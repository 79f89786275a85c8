"""What the database knows of the engine: sagas, timers, the outbox, and what waits to be handled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from domain.campuses.tables import campus
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.tables import dead_letter, stripe_event, telegram_update
from domain.messaging.lane import Lane
from domain.messaging.tables import notification, order_message
from domain.orders.tables import timer
from domain.orders.timers.model import TimerStatus
from domain.saga.definition import SagaStatus
from domain.saga.register import SagaRegister
from domain.saga.tables import saga
from workers.metrics.database_gauge import DatabaseGauge, Reading

NO_CAMPUS = ""  # the label of what belongs to no campus


def seconds_since(moment: ColumnElement[datetime]) -> ColumnElement[float]:
    """Build the seconds since the oldest of these moments; 0 when there is none, or it is in the future."""
    return func.greatest(func.coalesce(func.extract("epoch", func.now() - func.min(moment)), 0), 0)


async def read_one(work: UnitOfWork, query: Select[float]) -> Sequence[Reading]:
    """Return the only value of this statement."""
    return [((), float((await work.connection.execute(query)).scalar_one()))]


async def read_live_sagas(work: UnitOfWork) -> Sequence[Reading]:
    awake, stuck = saga.c.wake_at.is_not(None), saga.c.status == literal_status(SagaStatus.STUCK)
    query = select(saga.c.kind, saga.c.status, func.count()).where(or_(awake, stuck))
    rows = await work.connection.execute(query.group_by(saga.c.kind, saga.c.status))
    found = {(kind, status): count for kind, status, count in rows}
    none_running = {(kind, SagaStatus.RUNNING.value): 0 for kind, _ in work.registers.get(SagaRegister).sagas}
    return list({**none_running, **found}.items())


async def read_stuck_sagas(work: UnitOfWork) -> Sequence[Reading]:
    is_stuck = saga.c.status == literal_status(SagaStatus.STUCK)
    query = (
        select(campus.c.name, func.count(saga.c.id))
        .select_from(campus)
        .join(saga, (saga.c.campus_id == campus.c.id) & is_stuck, isouter=True)
        .group_by(campus.c.name)
    )
    return [((name,), count) for name, count in await work.connection.execute(query)]


async def read_oldest_due_saga(work: UnitOfWork) -> Sequence[Reading]:
    due = (saga.c.wake_at.is_not(None), saga.c.wake_at <= func.now())
    return await read_one(work, select(seconds_since(saga.c.wake_at)).where(*due))


async def read_oldest_due_timer(work: UnitOfWork) -> Sequence[Reading]:
    is_set = timer.c.status == literal_status(TimerStatus.SET)
    return await read_one(work, select(seconds_since(timer.c.due_at)).where(is_set, timer.c.due_at <= func.now()))


async def read_outbox(work: UnitOfWork) -> Sequence[Reading]:
    return [(lane, count) for lane, count, _ in await _read_lanes(work)]


async def read_oldest_due_send(work: UnitOfWork) -> Sequence[Reading]:
    return [(lane, age) for lane, _, age in await _read_lanes(work)]


async def _read_lanes(work: UnitOfWork) -> Sequence[tuple[tuple[str], float, float]]:
    """Return how much is due in each lane, and for how long; order messages are a lane of their own."""
    due = notification.c.due_at.is_not(None) & (notification.c.due_at <= func.now())
    query = select(notification.c.lane, func.count(), seconds_since(notification.c.due_at)).where(due)
    found = {row[0]: row for row in await work.connection.execute(query.group_by(notification.c.lane))}
    due = order_message.c.due_at.is_not(None) & (order_message.c.due_at <= func.now())
    messages = select(func.count(), seconds_since(order_message.c.due_at)).where(due)
    count, age = (await work.connection.execute(messages)).one()
    lanes = [((lane.value,), *(found[lane][1:] if lane in found else (0, 0))) for lane in Lane]
    return [*((lane, float(count), float(age)) for lane, count, age in lanes), (("order_message",), count, float(age))]


async def read_waiting_events(work: UnitOfWork) -> Sequence[Reading]:
    return await read_one(
        work, select(seconds_since(stripe_event.c.received_at)).where(stripe_event.c.handled_at.is_(None))
    )


async def read_waiting_updates(work: UnitOfWork) -> Sequence[Reading]:
    waiting = telegram_update.c.handled_at.is_(None) & ~telegram_update.c.dead_lettered
    return await read_one(work, select(seconds_since(telegram_update.c.received_at)).where(waiting))


async def read_dead_letters(work: UnitOfWork) -> Sequence[Reading]:
    query = (
        select(func.coalesce(campus.c.name, NO_CAMPUS), func.count())
        .select_from(dead_letter)
        .join(campus, campus.c.id == dead_letter.c.campus_id, isouter=True)
        .where(dead_letter.c.ended_at.is_(None))
        .group_by(campus.c.name)
    )
    names = (await work.connection.execute(select(campus.c.name))).scalars()
    found = {row[0]: row[1] for row in await work.connection.execute(query)}
    return [((name,), found.get(name, 0)) for name in (*names, NO_CAMPUS)]


ENGINE_GAUGES = (
    DatabaseGauge(
        name="sagas", description="Saga runs that are not over", labels=("kind", "status"), read=read_live_sagas
    ),
    DatabaseGauge(
        name="sagas_stuck", description="Saga runs that need a person", labels=("campus",), read=read_stuck_sagas
    ),
    DatabaseGauge(
        name="saga_oldest_due_seconds", description="Age of the saga that is due for longest", read=read_oldest_due_saga
    ),
    DatabaseGauge(
        name="timer_oldest_due_seconds",
        description="Age of the timer that is due for longest",
        read=read_oldest_due_timer,
    ),
    DatabaseGauge(name="outbox_due", description="Messages that are due", labels=("lane",), read=read_outbox),
    DatabaseGauge(
        name="outbox_oldest_due_seconds",
        description="Age of the message that is due for longest",
        labels=("lane",),
        read=read_oldest_due_send,
    ),
    DatabaseGauge(
        name="stripe_event_oldest_waiting_seconds",
        description="Age of the oldest Stripe event that is not handled",
        read=read_waiting_events,
    ),
    DatabaseGauge(
        name="update_oldest_waiting_seconds",
        description="Age of the oldest update of Telegram that is not handled",
        read=read_waiting_updates,
    ),
    DatabaseGauge(
        name="dead_letters",
        description="Dead letters that are open; without a campus: the operator's",
        labels=("campus",),
        read=read_dead_letters,
    ),
)
