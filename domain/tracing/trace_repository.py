"""The traceparent of a trace in Postgres: a saga row takes it from its transaction, and a worker goes on with it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, String, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.messaging.tables import notification, order_message
from domain.saga.tables import TRACEPARENT_SETTING, saga

# What is told after a saga began or ended belongs to its trace for so long.
TELLING_WINDOW = timedelta(seconds=10)
_CARRY = select(func.set_config(TRACEPARENT_SETTING, bindparam("traceparent", type_=String), True))
_OF_SAGA = select(saga.c.traceparent, saga.c.kind).where(saga.c.id == bindparam("this"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrace:
    """Where the trace of a saga run goes on: under this traceparent, if it has one."""

    traceparent: str | None
    kind: str


async def carry_trace(connection: AsyncConnection, traceparent: str) -> None:
    """Let the saga rows that this transaction inserts keep this traceparent."""
    await connection.execute(_CARRY, {"traceparent": traceparent})


async def find_trace_of_saga(connection: AsyncConnection, saga_id: UUID) -> StoredTrace | None:
    row = (await connection.execute(_OF_SAGA, {"this": saga_id})).one_or_none()
    return None if row is None else StoredTrace(traceparent=row.traceparent, kind=row.kind)


async def find_trace_of_order_message(connection: AsyncConnection, order_message_id: int) -> str | None:
    """Return the traceparent of the newest saga of the order that this message shows, if it began or ended just now."""
    of_message = select(order_message.c.order_id).where(order_message.c.id == order_message_id)
    return await _find_newest(connection, of_message)


async def find_trace_of_order(connection: AsyncConnection, order_id: int) -> str | None:
    """Return the traceparent of the newest saga of this order, if it began or ended just now."""
    return await _find_newest(connection, select(literal(order_id)))


async def find_trace_of_notification(connection: AsyncConnection, notification_id: int) -> str | None:
    """Return the traceparent of the newest saga of the order that this is about, if it began or ended just now."""
    of_notification = select(notification.c.order_id).where(notification.c.id == notification_id)
    return await _find_newest(connection, of_notification)


async def _find_newest(connection: AsyncConnection, order_id: Select[Any]) -> str | None:
    recent = func.now() - TELLING_WINDOW
    query = (
        select(saga.c.traceparent)
        .where(saga.c.order_id == order_id.scalar_subquery().cast(BigInteger))
        .where(or_(saga.c.started_at > recent, saga.c.ended_at > recent, saga.c.wake_at.is_not(None)))
        .order_by(saga.c.number.desc())
        .limit(1)
    )
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found
