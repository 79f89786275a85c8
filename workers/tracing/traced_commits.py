"""Units of work of a traced worker: the sagas that a saga starts belong to its trace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory
from domain.tracing.port import Tracing
from domain.tracing.trace_repository import carry_trace


def trace_commits(tracing: Tracing, open_database: UnitOfWorkFactory) -> UnitOfWorkFactory:
    """Return a factory whose transactions give their traceparent to the saga rows they insert."""

    @asynccontextmanager
    async def traced_unit_of_work(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        async with open_database(begin) as work:
            traceparent = tracing.traceparent()
            if traceparent is not None and begin is not Begin.AS_ONE_STATEMENT:
                await carry_trace(work.connection, traceparent)
            yield work

    return traced_unit_of_work
