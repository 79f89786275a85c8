"""A transaction, the database's clock read with it, and bells to ring once it is committed; or statements singly."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine


@dataclass(frozen=True, slots=True)
class QueueJob:
    """An arq job to ring: its name, the one id it carries, and the order it is about where that is known."""

    name: str
    subject_id: str
    order_id: int | None = field(default=None, compare=False)


_NOW = "SELECT now()"

STATEMENT_CACHE_PARAMETER = "prepared_statement_cache_size"  # as SQLAlchemy calls it in an address
MAX_PREPARED_STATEMENTS = 500  # that a connection keeps prepared
MAX_CONNECTION_AGE_SECONDS = (
    240  # seconds; one that nobody needed for longer may be gone: hosts and proxies let idle ones go
)

Enqueue = Callable[[Sequence[QueueJob]], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class UnitOfWork:
    """What a use case needs: the open transaction, now, and a list of bells it may add to."""

    connection: AsyncConnection
    now: datetime
    queue_jobs: list[QueueJob] = field(default_factory=list)

    def enqueue_after_commit(self, job: str, subject_id: object, order_id: int | None = None) -> None:
        """Ask for a bell after the commit; twice is once. What is rung about one `order` may be rung together."""
        queue_job = QueueJob(job, str(subject_id), order_id)
        if queue_job not in self.queue_jobs:
            self.queue_jobs.append(queue_job)


UnitOfWorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
AutocommitConnectionFactory = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


def create_database_engine(database_url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine for a `postgresql://` address with at most `size` connections."""
    address = database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    address = address.replace("sslmode=", "ssl=")  # asyncpg's word for what libpq and hosted databases call sslmode
    url = make_url(address)
    if STATEMENT_CACHE_PARAMETER not in url.query:  # an operator whose proxy can't keep statements says 0 there
        url = url.update_query_dict({STATEMENT_CACHE_PARAMETER: str(MAX_PREPARED_STATEMENTS)})
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        pool_use_lifo=True,  # the few that are needed stay warm: each connection prepares its statements for itself
        pool_recycle=MAX_CONNECTION_AGE_SECONDS,
    )


def create_unit_of_work_factory(engine: AsyncEngine, enqueue: Enqueue) -> UnitOfWorkFactory:
    """A factory of units of work: leaving the block commits, then rings; an exception does neither."""

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        async with engine.connect() as connection, connection.begin():
            now = (await connection.exec_driver_sql(_NOW)).scalar_one()
            work = UnitOfWork(connection=connection, now=now)
            yield work
        await enqueue(work.queue_jobs)

    return unit_of_work


def create_autocommit_factory(engine: AsyncEngine) -> AutocommitConnectionFactory:
    """A factory of connections on which each statement is a transaction of its own, and one round trip.

    Behind a proxy that keeps no statements prepared the whole block is one, committed when it is left.
    """
    if (
        engine.url.query.get(STATEMENT_CACHE_PARAMETER) == "0"
    ):  # such a proxy keeps a statement's steps together in a transaction only
        return engine.begin
    return engine.execution_options(isolation_level="AUTOCOMMIT").connect
