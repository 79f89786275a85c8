"""A populated stack whose bot and worker reach Postgres through proxies."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from sandbox.crash.point_watch import SagaSubject, WatchList
from sandbox.crash.postgres_proxy import PostgresProxy, running_proxy
from sandbox.launch.campuses import Campus
from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.processes import start_process, stop_together
from sandbox.launch.stack import Stack
from sandbox.people.populated_stack import PopulatedStack, open_populated_stack

SAGA_OWNER = (
    "SELECT saga.kind, saga.order_id, saga.person_id, orders.customer_id"
    " FROM saga LEFT JOIN orders ON orders.id = saga.order_id WHERE saga.id = $1"
)


class KilledProcess(StrEnum):
    """The process that is killed, by its name in the stack."""

    WORKER = "worker-1"
    BOT = "bot"

    @property
    def module(self) -> str:
        """The module that `python -m` runs."""
        return "bot" if self is KilledProcess.BOT else "workers"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashStack:
    """The stack, and the watches on what each process sends to Postgres."""

    populated_stack: PopulatedStack
    watch_lists: dict[KilledProcess, WatchList]
    next_campuses: Iterator[Campus] = field(repr=False)

    async def is_saga_of(self, saga_id: UUID, subject: SagaSubject) -> bool:
        """Return whether this saga belongs to the subject."""
        for row in await self.populated_stack.query(SAGA_OWNER, saga_id):
            if subject.order_id is not None:
                is_owner = row["order_id"] == subject.order_id
            else:
                is_owner = subject.person_id in (row["person_id"], row["customer_id"])
            return bool(is_owner and row["kind"] == subject.saga_kind)
        return False


@asynccontextmanager
async def start_crash_stack(
    stack: Stack, campuses: Sequence[Campus], victims: Sequence[KilledProcess]
) -> AsyncIterator[CrashStack]:
    """Start these processes behind proxies. Everything else runs already."""
    address = urlsplit(stack.environment["DATABASE_URL"])
    watch_lists = {victim: WatchList() for victim in victims}
    async with open_populated_stack(stack) as populated_stack, AsyncExitStack() as exit_stack:
        for victim in victims:
            proxy = PostgresProxy(
                target=(address.hostname or LOOPBACK, address.port or 5432),
                port=free_port(),
                find_hold=watch_lists[victim].find_hold,
            )
            await exit_stack.enter_async_context(running_proxy(proxy))
            proxied_url = urlunsplit(
                address._replace(netloc=f"{address.netloc.rpartition('@')[0]}@{LOOPBACK}:{proxy.port}")
            )
            settings = {**stack.environment, "DATABASE_URL": proxied_url}
            stack.processes[victim] = start_process(stack.build_program(victim, victim.module, settings=settings))
        for victim in victims:
            await asyncio.to_thread(stack.wait_ready, victim)
        try:
            yield CrashStack(populated_stack=populated_stack, watch_lists=watch_lists, next_campuses=cycle(campuses))
        finally:
            stop_together([stack.processes[victim] for victim in victims])
