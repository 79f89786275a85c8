"""What is due just now, each in one statement: of one order, or of all, for those who look without a bell."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Interval,
    String,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.store.push_rows import BEHIND_ANOTHER
from domain.store.saga_rows import is_due
from domain.store.schema import live_card, push, saga, saga_signal, stripe_event, timer
from domain.store.unit_of_work import Bell
from domain.timers import TimerStatus

_ORDER = bindparam("order", type_=BigInteger())
_OF_ORDER = union_all(
    select(literal("run_saga").label("job"), cast(saga.c.id, String).label("subject")).where(
        saga.c.order_id == _ORDER, is_due()
    ),
    select(literal("draw_card"), cast(live_card.c.id, String)).where(
        live_card.c.order_id == _ORDER, live_card.c.due_at <= func.now()
    ),
    select(literal("send_push"), cast(push.c.id, String)).where(
        push.c.order_id == _ORDER, push.c.status == "due", push.c.due_at <= func.now()
    ),
)

_MOST, _SINCE = bindparam("most", type_=Integer()), func.now() - bindparam("overdue", type_=Interval())
_SAGAS = union_all(
    select(saga.c.id, saga.c.wake_at).where(saga.c.wake_at <= func.now()).order_by(saga.c.wake_at).limit(_MOST),
    select(saga.c.id, func.now())
    .join(saga_signal, saga_signal.c.saga_id == saga.c.id)
    .where(~saga_signal.c.seen, saga.c.wake_at.is_not(None), saga.c.worker.is_(None))
    .limit(_MOST),
)
# In the order of their indexes, or a plan might read the whole table in the hope of an early find; and `set` is no
# parameter, or a plan for all parameters could not use the index of those that are set.
_SET = timer.c.status == literal_column(f"'{TimerStatus.SET}'")
_TIMER = select(timer.c.id).where(_SET, timer.c.due_at <= func.now()).order_by(timer.c.due_at).limit(1)
_EVENT = (
    select(stripe_event.c.id).where(stripe_event.c.handled_at.is_(None)).order_by(stripe_event.c.received_at).limit(1)
)
_DELIVERED = ("card", "push", "abandoned")
_DELIVERIES = union_all(
    select(literal("card").label("what"), live_card.c.id, live_card.c.due_at)
    .where(live_card.c.due_at <= _SINCE)
    .order_by(live_card.c.due_at)
    .limit(_MOST),
    # One of each chat: those that wait behind another one would crowd it out, as it may have been put off.
    select(literal("push"), push.c.id, push.c.due_at)
    .where(push.c.status == "due", push.c.due_at <= _SINCE, ~BEHIND_ANOTHER)
    .order_by(push.c.due_at, push.c.id)
    .limit(_MOST),
    select(literal("abandoned"), push.c.id, push.c.due_at)
    .where(push.c.status == "sending", push.c.due_at <= func.now())
    .order_by(push.c.due_at)
    .limit(_MOST),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """Numbers, most overdue first; the `abandoned` are messages that were being sent by a worker that is gone."""

    cards: tuple[int, ...] = ()
    pushes: tuple[int, ...] = ()
    abandoned: tuple[int, ...] = ()


async def due_sagas(connection: AsyncConnection, most: int) -> list[UUID]:
    """Sagas that somebody should claim, most overdue first, then those that rest and have a signal."""
    found = await connection.execute(_SAGAS, {"most": most})
    return list(dict.fromkeys(row.id for row in sorted(found, key=lambda row: row.wake_at)))


async def is_timer_due(connection: AsyncConnection) -> bool:
    """Whether a deadline has come."""
    return (await connection.execute(_TIMER)).first() is not None


async def is_event_waiting(connection: AsyncConnection) -> bool:
    """Whether an event of Stripe's is unread."""
    return (await connection.execute(_EVENT)).first() is not None


async def due_deliveries(connection: AsyncConnection, most: int, overdue: timedelta = timedelta(0)) -> Deliverable:
    """What has been due for so long that somebody should deliver it, at most so many of each."""
    found = await connection.execute(_DELIVERIES, {"most": most, "overdue": overdue})
    rows = sorted(found, key=lambda row: (row.due_at, row.id))
    cards, pushes, abandoned = (tuple(row.id for row in rows if row.what == what) for what in _DELIVERED)
    return Deliverable(cards=cards, pushes=pushes, abandoned=abandoned)


async def due_of_order(connection: AsyncConnection, order_id: int) -> list[Bell]:
    """The jobs that its sagas, cards and messages wait for."""
    rows = await connection.execute(_OF_ORDER, {"order": order_id})
    return [Bell(row.job, row.subject, order_id) for row in rows]
