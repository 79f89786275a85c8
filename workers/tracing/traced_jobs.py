"""Queue jobs under spans: a saga run goes on with the trace of its row, a send with that of the saga it tells of."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Any
from uuid import UUID

from structlog.contextvars import bind_contextvars

from domain.database.unit_of_work import AutocommitConnectionFactory
from domain.tracing.port import Tracing
from domain.tracing.trace_repository import (
    find_trace_of_notification,
    find_trace_of_order,
    find_trace_of_order_message,
    find_trace_of_saga,
)
from workers.engine.jobs import run_saga, send_notification, update_order_message, update_order_messages
from workers.scheduling.local_tasks import JobFunction

FindTrace = Callable[..., Awaitable[str | None]]  # of a connection and the id of a message
FIND_TRACE_OF_SEND: Mapping[JobFunction, FindTrace] = MappingProxyType(
    {
        update_order_message: find_trace_of_order_message,
        update_order_messages: find_trace_of_order,
        send_notification: find_trace_of_notification,
    }
)


def trace_jobs(
    tracing: Tracing, autocommit: AutocommitConnectionFactory, jobs: Sequence[JobFunction]
) -> Sequence[JobFunction]:
    """Return the jobs with those that act for a person under spans."""
    return tuple(_trace_job(tracing, autocommit, job) for job in jobs)


def _trace_job(tracing: Tracing, autocommit: AutocommitConnectionFactory, job: JobFunction) -> JobFunction:
    if job is run_saga:
        return _trace_run(tracing, autocommit)
    find = FIND_TRACE_OF_SEND.get(job)
    return job if find is None else _trace_send(tracing, autocommit, job, find)


def _trace_run(tracing: Tracing, autocommit: AutocommitConnectionFactory) -> JobFunction:
    @wraps(run_saga)
    async def traced(ctx: dict[str, Any], saga_id: str) -> None:
        async with autocommit() as connection:
            found = await find_trace_of_saga(connection, UUID(saga_id))
        if found is None:
            return
        with tracing.span(f"saga {found.kind}", {"campusg.saga": saga_id}, parent=found.traceparent):
            bind_contextvars(traceparent=tracing.traceparent())
            await run_saga(ctx, saga_id)

    return traced


def _trace_send(
    tracing: Tracing, autocommit: AutocommitConnectionFactory, job: JobFunction, find: FindTrace
) -> JobFunction:
    @wraps(job)
    async def traced(ctx: dict[str, Any], subject_id: str) -> None:
        parent = None
        if tracing.traceparent() is None:  # else the saga that told it runs here
            async with autocommit() as connection:
                parent = await find(connection, int(subject_id))
        with tracing.span(job.__name__, {"campusg.message": int(subject_id)}, parent=parent):
            await job(ctx, subject_id)

    return traced
