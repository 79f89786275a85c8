"""Units of work (a transaction, the database's clock, queue jobs for after the commit) and autocommit connections."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, Protocol

from sqlalchemy import Insert, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from domain.database.registers import Registers
from domain.settings.database_address import STATEMENT_CACHE, DatabaseAddress, read_database_address
from domain.settings.timeouts import Timeout


@dataclass(frozen=True, slots=True)
class QueueJob:
    """An arq job to enqueue: its name, the one id it carries, and the order it is about where that is known."""

    name: str
    subject_id: str
    order_id: int | None = field(default=None, compare=False)


_NOW = "SELECT now()"

MAX_PREPARED_STATEMENTS = 500  # for each connection
MAX_CONNECTION_AGE_SECONDS = Timeout.POSTGRES_CONNECTION_AGE.whole_seconds

Enqueue = Callable[[Sequence[QueueJob]], Awaitable[None]]


class Begin(Enum):
    """How a unit of work begins. Each statement is a round trip, and so are BEGIN and COMMIT."""

    WITH_TIME = auto()
    BY_FIRST_STATEMENT = auto()  # it brings `began_at` along, as `lock_user` and `lease_saga` do
    AS_ONE_STATEMENT = auto()  # which commits by itself, so that a second one would be another transaction


@dataclass(slots=True, kw_only=True)
class UnitOfWork:
    """What a use case needs: the open transaction, its time, the registers, and jobs to enqueue after the commit."""

    connection: AsyncConnection
    registers: Registers
    began_at: datetime | None = None  # by the database's clock; None until a statement has brought it
    queue_jobs: dict[QueueJob, None] = field(default_factory=dict)  # in their order, each once
    deferred: dict[Insert, list[Mapping[str, Any]]] = field(default_factory=dict)
    memo: dict[object, Any] = field(default_factory=dict)  # what was read once for the whole transaction

    @property
    def now(self) -> datetime:
        """The time of the transaction. Raise RuntimeError when it was begun without reading it."""
        if self.began_at is None:
            raise RuntimeError("this unit of work was begun without its time")
        return self.began_at

    def enqueue_after_commit(self, job: str, subject_id: object, order_id: int | None = None) -> None:
        """Enqueue a job after the commit, once even if asked twice. Jobs of one `order_id` may be merged."""
        self.queue_jobs.setdefault(QueueJob(job, str(subject_id), order_id))

    def insert_before_commit(self, statement: Insert, row: Mapping[str, Any]) -> None:
        """Insert a row at the end of the transaction, in one round trip with all others of this statement.

        It is for rows that the transaction itself does not read; who does calls `insert_deferred` first.
        """
        self.deferred.setdefault(statement, []).append(row)

    async def insert_deferred(self) -> None:
        """Insert the rows that were deferred until now."""
        while self.deferred:
            statement = next(iter(self.deferred))
            await self.connection.execute(statement, self.deferred.pop(statement))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what was done inside the block, deferred rows and queue jobs included, when it raises."""
        deferred = {statement: list(rows) for statement, rows in self.deferred.items()}
        queue_jobs, memo = dict(self.queue_jobs), dict(self.memo)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            self.deferred, self.queue_jobs, self.memo = deferred, queue_jobs, memo
            raise


class UnitOfWorkFactory(Protocol):
    """Opens units of work: leaving the block commits, then enqueues; an exception does neither."""

    def __call__(self, begin: Begin = Begin.WITH_TIME, /) -> AbstractAsyncContextManager[UnitOfWork]: ...


AutocommitConnectionFactory = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


def create_database_engine(
    database_url: str, *, pool_size: int = 10, bounded: bool = True, read_only: bool = False
) -> AsyncEngine:
    """Create an engine for a `postgresql://` address with at most `pool_size` connections.

    A command of an operator is not `bounded`: it may read everything in one statement. Postgres refuses what a
    transaction of a `read_only` one would write: each says so as it begins, because a proxy may take no settings.
    """
    address = read_database_address(database_url)
    cached = MAX_PREPARED_STATEMENTS if address.keeps_statements else 0
    return create_async_engine(
        make_url(address.url).update_query_dict({STATEMENT_CACHE: str(cached)}),
        connect_args=_connection_arguments(address, bounded=bounded),
        execution_options={"postgresql_readonly": True} if read_only else {},
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # an error must not repeat what people wrote
        pool_timeout=Timeout.POSTGRES_POOL.seconds,
        pool_use_lifo=True,  # reuses few connections, because each one prepares its statements for itself
        pool_recycle=MAX_CONNECTION_AGE_SECONDS,
    )


def count_connections_in_use(engine: AsyncEngine) -> int:
    """Return how many connections of the engine are in use now."""
    pool = engine.sync_engine.pool
    return pool.checkedout() if isinstance(pool, QueuePool) else 0


def _connection_arguments(address: DatabaseAddress, *, bounded: bool) -> dict[str, Any]:
    """Return asyncpg's arguments; a proxy that keeps no statements takes no settings of a session of ours either.

    There a statement has no name: named ones would stay on connections that other processes use next, and their
    drivers give the same names.
    """
    arguments: dict[str, Any] = dict(address.driver_arguments) | {"timeout": Timeout.POSTGRES_CONNECT.seconds}
    if not address.keeps_statements:
        arguments |= {"statement_cache_size": 0, "prepared_statement_name_func": _name_no_statement}
    if address.server_settings:
        arguments["server_settings"] = dict(address.server_settings)
    if not bounded:
        return arguments
    arguments["command_timeout"] = Timeout.POSTGRES_COMMAND.seconds
    if not address.keeps_statements:
        return arguments
    names = {
        "statement_timeout": Timeout.POSTGRES_STATEMENT,
        "lock_timeout": Timeout.POSTGRES_LOCK,
        "idle_in_transaction_session_timeout": Timeout.POSTGRES_IDLE_TRANSACTION,
    }
    limits = {name: f"{limit.whole_seconds}s" for name, limit in names.items()}
    return arguments | {"server_settings": dict(address.server_settings) | limits}


def _name_no_statement() -> str:
    return ""


def create_unit_of_work_factory(engine: AsyncEngine, enqueue: Enqueue, registers: Registers) -> UnitOfWorkFactory:
    """Create a factory of units of work on this engine."""
    connect_for_one_statement = create_autocommit_factory(engine)

    @asynccontextmanager
    async def unit_of_work(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        async with connect_for_one_statement() if begin is Begin.AS_ONE_STATEMENT else engine.begin() as connection:
            work = UnitOfWork(connection=connection, registers=registers)
            if begin is Begin.WITH_TIME:
                work.began_at = (await connection.exec_driver_sql(_NOW)).scalar_one()
            yield work
            await work.insert_deferred()
        await enqueue(tuple(work.queue_jobs))

    return unit_of_work


def create_autocommit_factory(engine: AsyncEngine) -> AutocommitConnectionFactory:
    """Create a factory of connections on which each statement is a transaction of its own, and one round trip.

    Behind a proxy that keeps no prepared statements the whole block is one transaction, committed on leaving it.
    Such a proxy keeps the steps of a statement together only within a transaction.
    """
    if engine.url.query.get(STATEMENT_CACHE) == "0":
        return engine.begin
    return engine.execution_options(isolation_level="AUTOCOMMIT").connect
