"""Queries for what is due now, each one statement: of one order, or of all orders for the sweeper."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Integer, Interval, Select, bindparam, exists, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.database.unit_of_work import QueueJob
from domain.inbox.repository import select_unhandled_event
from domain.messaging.due_send_repository import (
    select_abandoned_notifications,
    select_due_notifications,
    select_due_notifications_of_order,
    select_due_order_messages,
    select_order_with_due_messages,
)
from domain.messaging.lane import Lane
from domain.messaging.questions.repository import select_due_questions
from domain.orders.timers.repository import select_due_timer
from domain.saga.lookup_repository import select_due_sagas, select_due_sagas_of_order, select_signalled_sagas


def _with_kind(kind: str, query: Select[Any]) -> Select[Any]:
    """Return the same query with a first column `kind`, which names the rows within a union."""
    return query.with_only_columns(literal(kind).label("kind"), *query.selected_columns)


_ORDER = bindparam("order", type_=BigInteger())
_OF_ORDER = union_all(
    _with_kind("run_saga", select_due_sagas_of_order(_ORDER)),
    _with_kind("update_order_messages", select_order_with_due_messages(_ORDER)),
    _with_kind("send_notification", select_due_notifications_of_order(_ORDER)),
)

TIMERS, SAGAS, STRIPE_EVENTS, OUTBOX = "timers", "sagas", "stripe_events", "outbox"  # as metrics name them
_LIMIT, _DUE_BEFORE = bindparam("most", type_=Integer()), func.now() - bindparam("overdue", type_=Interval())
_DUE_SAGAS = union_all(select_due_sagas(_LIMIT), select_signalled_sagas(_LIMIT))
_FULL = {lane: bindparam(f"full_{lane}", type_=ARRAY(BigInteger())) for lane in Lane}
_NONE_FULL: Mapping[str, list[int]] = MappingProxyType({f"full_{lane}": [] for lane in Lane})
_ORDER_MESSAGE, _QUESTION, _ABANDONED = "order_message", "question", "abandoned"
_DUE_SENDS = union_all(
    _with_kind(_ORDER_MESSAGE, select_due_order_messages(_DUE_BEFORE, _LIMIT, _FULL[Lane.ORDER])),
    _with_kind(_QUESTION, select_due_questions(_DUE_BEFORE, _LIMIT, _FULL[Lane.ORDER])),
    *(_with_kind(lane, select_due_notifications(lane, _DUE_BEFORE, _LIMIT, _FULL[lane])) for lane in Lane),
    _with_kind(_ABANDONED, select_abandoned_notifications(_LIMIT)),
)
_DUE_KINDS = select(
    exists(select_due_timer()).label(TIMERS),
    _DUE_SAGAS.exists().label(SAGAS),
    exists(select_unhandled_event()).label(STRIPE_EVENTS),
    _DUE_SENDS.exists().label(OUTBOX),
)


class DueSend(NamedTuple):
    """The id of a row that is due, and its campus."""

    id: int
    campus_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSends:
    """What is due, most overdue first; `notifications` by lane, without lanes in which none is due.

    Of the order messages of one order that are due, one is among them.

    `abandoned` are notifications that a worker was sending when it stopped.
    """

    order_messages: tuple[DueSend, ...] = ()
    notifications: Mapping[Lane, tuple[DueSend, ...]] = field(default_factory=dict)
    questions: tuple[DueSend, ...] = ()  # settled, and their messages do not say so
    abandoned: tuple[DueSend, ...] = ()


async def find_due_kinds(connection: AsyncConnection, overdue: timedelta = timedelta(0)) -> frozenset[str]:
    """Return the kinds of work of which some is due, of the outbox for at least `overdue`.

    Idle workers ask often. So this is one statement, which reads the first entry of each index.
    """
    found = (await connection.execute(_DUE_KINDS, {"most": 1, "overdue": overdue, **_NONE_FULL})).mappings().one()
    return frozenset(kind for kind, is_due in found.items() if is_due)


async def list_due_sagas(connection: AsyncConnection, limit: int) -> list[UUID]:
    """Return sagas to lease: the due ones, most overdue first, then those asleep with an unseen signal."""
    found = await connection.execute(_DUE_SAGAS, {"most": limit})
    return list(dict.fromkeys(row.id for row in sorted(found, key=lambda row: row.wake_at)))


async def list_due_sends(
    connection: AsyncConnection,
    limit: int,
    overdue: timedelta = timedelta(0),
    full: Mapping[Lane, Collection[int]] = MappingProxyType({}),
) -> DueSends:
    """Return what has been due for at least `overdue`, at most `limit` of each kind, and of each lane.

    `full` are campuses, by lane, of which nothing is wanted now: their backlog must not hide what others wait for.
    """
    left_out = {**_NONE_FULL, **{f"full_{lane}": list(campuses) for lane, campuses in full.items()}}
    found = await connection.execute(_DUE_SENDS, {"most": limit, "overdue": overdue, **left_out})
    ids: dict[str, tuple[DueSend, ...]] = {}
    for row in sorted(found, key=lambda row: (row.due_at, row.id)):
        ids[row.kind] = (*ids.get(row.kind, ()), DueSend(row.id, row.campus_id))
    return DueSends(
        order_messages=ids.get(_ORDER_MESSAGE, ()),
        questions=ids.get(_QUESTION, ()),
        notifications={lane: ids[lane] for lane in Lane if lane in ids},
        abandoned=ids.get(_ABANDONED, ()),
    )


async def list_due_jobs_of_order(connection: AsyncConnection, order_id: int) -> list[QueueJob]:
    """Return a queue job for each due saga and notification of this order, and one for all its order messages."""
    rows = await connection.execute(_OF_ORDER, {"order": order_id})
    return [QueueJob(job, subject_id, order_id) for job, subject_id in rows]
