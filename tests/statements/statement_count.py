"""Counting of what bot and worker send to Postgres: statements, and the transactions that they are sent in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

OF_A_REQUEST = "RequestHandler._handle_request"  # aiohttp's task of one request: not one of the bot's own loops
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


@dataclass(slots=True, kw_only=True)
class SentStatements:
    """What was sent for one thing that a person did, in the order in which it was sent.

    `transactions` are those with BEGIN and COMMIT, which are two round trips more. `commits` are these, and each
    statement that writes and is a transaction of its own.
    """

    bot: list[str] = field(default_factory=list)
    worker: list[str] = field(default_factory=list)
    transactions: int = 0
    commits: int = 0

    @property
    def round_trips(self) -> int:
        """How often bot or worker waited for Postgres."""
        return len(self.bot) + len(self.worker) + 2 * self.transactions


@dataclass(slots=True, kw_only=True)
class StatementCounter:
    """Fills the present SentStatements; the worker is known by its connections, the bot by its requests."""

    worker_pool: Pool
    present: SentStatements = field(default_factory=SentStatements)
    begun: set[int] = field(default_factory=set)  # connections with a statement in their transaction

    def note_statement(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        """Count a statement."""
        is_worker = connection.engine.pool is self.worker_pool
        if not is_worker and not _is_in_request():
            return
        (self.present.worker if is_worker else self.present.bot).append(" ".join(statement.split()))
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            self.begun.add(id(connection))
        elif statement.lstrip().startswith(WRITES):
            self.present.commits += 1

    def note_commit(self, connection: Connection) -> None:
        """Count the end of a transaction that sent something."""
        if id(connection) in self.begun:
            self.begun.discard(id(connection))
            self.present.transactions += 1
            self.present.commits += 1


def _is_in_request() -> bool:
    task = asyncio.current_task()
    return task is not None and getattr(task.get_coro(), "__qualname__", "") == OF_A_REQUEST


@contextmanager
def counted_statements(worker_pool: Pool) -> Iterator[StatementCounter]:
    """Count inside a `with` block."""
    counter = StatementCounter(worker_pool=worker_pool)
    event.listen(Engine, "before_cursor_execute", counter.note_statement)
    event.listen(Engine, "commit", counter.note_commit)
    try:
        yield counter
    finally:
        event.remove(Engine, "before_cursor_execute", counter.note_statement)
        event.remove(Engine, "commit", counter.note_commit)
