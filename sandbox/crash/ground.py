"""A whole CampusG whose bot and worker reach Postgres through proxies, and what a case asks of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg

from sandbox.crash.proxy import Proxy, proxying
from sandbox.crash.watch import Lookout, Subject
from sandbox.launch.people import post
from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.processes import Process, start_process, stop_together
from sandbox.launch.stack import Stack
from sandbox.play.cast import Troupe
from sandbox.play.narrator import Narrator
from sandbox.play.quarters import Quarter
from sandbox.play.stage import Stage, set_stage
from sandbox.play.wire import PlayError, Wire, wired

LOOK_EVERY = 0.05  # seconds between two looks into the database
OWNER = (
    "SELECT saga.kind, saga.order_id, saga.person_id, orders.customer_id"
    " FROM saga LEFT JOIN orders ON orders.id = saga.order_id WHERE saga.id = $1"
)


NEWEST = (
    "SELECT saga.id FROM saga LEFT JOIN orders ON orders.id = saga.order_id WHERE saga.kind = $1"
    " AND ((saga.order_id = $2) OR ($2::bigint IS NULL AND $3::bigint IN (saga.person_id, orders.customer_id)))"
    " ORDER BY saga.number DESC LIMIT 1"
)
Fact = TypeVar("Fact")


class Victim(StrEnum):
    """Which process is killed, by its name in the stack."""

    WORKER = "worker-1"
    BOT = "bot"

    @property
    def module(self) -> str:
        """What `python -m` runs."""
        return "bot" if self is Victim.BOT else "workers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The processes, who lives where, and what each process says to Postgres."""

    stack: Stack
    lookouts: dict[Victim, Lookout]
    database: asyncpg.Pool
    stripe: Wire
    turns: Iterator[Quarter] = field(repr=False)

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """Four people nobody has met yet, at the next campus."""
        quarter = next(self.turns)
        mei, ana, ben = quarter.next_customer(), quarter.next_runner(), quarter.next_runner()
        await asyncio.to_thread(post, f"{self.stack.telegram_url}/sim/users", {"id": mei.id, "first_name": "Mei"})
        troupe = Troupe(campus=quarter.campus, mei=mei, ana=ana, ben=ben, sam=quarter.sam)
        told = list[str]()
        async with set_stage(
            self.stack.telegram_url, self.stack.stripe_url, troupe, Narrator(told.append, troupe)
        ) as stage:
            yield stage

    async def ask(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Read the database, past the proxies."""
        found: list[asyncpg.Record] = await self.database.fetch(query, *arguments)
        return found

    async def until(self, query: str, *arguments: object, within: float) -> asyncpg.Record:
        """Wait until a query finds a row, and return it; PlayError after so many seconds."""

        async def look() -> asyncpg.Record | None:
            return next(iter(await self.ask(query, *arguments)), None)

        return await until(look, f"{query} {arguments}", within=within)

    async def is_meant(self, saga: UUID, subject: Subject) -> bool:
        """Whether this saga is the subject's."""
        rows = await self.ask(OWNER, saga)
        if not rows or rows[0]["kind"] != subject.saga:
            return False
        row = rows[0]
        if subject.order is not None:
            return bool(row["order_id"] == subject.order)
        return subject.person in (row["person_id"], row["customer_id"])

    async def saga_of(self, subject: Subject) -> UUID | None:
        """The newest saga that is the subject's."""
        rows = await self.ask(NEWEST, subject.saga, subject.order, subject.person)
        return UUID(str(rows[0]["id"])) if rows else None

    def process(self, victim: Victim) -> Process:
        """The running process of this name."""
        return self.stack.processes[victim]


async def until(look: Callable[[], Awaitable[Fact | None]], expected: str, *, within: float) -> Fact:
    """Look again and again until something is found; PlayError after so many seconds."""
    deadline = time.monotonic() + within
    while (found := await look()) is None:
        if time.monotonic() > deadline:
            raise PlayError(f"not within {within:.0f} s: {expected}")
        await asyncio.sleep(LOOK_EVERY)
    return found


@asynccontextmanager
async def open_ground(
    stack: Stack, quarters: tuple[Quarter, ...], victims: tuple[Victim, ...]
) -> AsyncIterator[Ground]:
    """Start these processes behind proxies, beside everything else, which runs already."""
    lookouts = {victim: Lookout() for victim in victims}
    proxies = {victim: Proxy(target=_address(stack), port=free_port(), ask=lookouts[victim].ask) for victim in victims}
    async with (
        wired(stack.stripe_url) as stripe,
        _all_proxying(tuple(proxies.values())),
        asyncpg.create_pool(stack.database_url, min_size=1, max_size=10) as database,
    ):
        for victim in victims:
            behind = {"DATABASE_URL": _through(stack.database_url, proxies[victim].port)}
            program = stack.program(victim, victim.module, settings={**stack.environment, **behind})
            stack.processes[victim] = start_process(program)
        for victim in victims:
            await asyncio.to_thread(stack.wait_ready, victim)
        try:
            yield Ground(stack=stack, lookouts=lookouts, database=database, stripe=stripe, turns=cycle(quarters))
        finally:
            stop_together([stack.processes[victim] for victim in victims])


@asynccontextmanager
async def _all_proxying(proxies: tuple[Proxy, ...]) -> AsyncIterator[None]:
    if not proxies:
        yield
        return
    async with proxying(proxies[0]), _all_proxying(proxies[1:]):
        yield


def _address(stack: Stack) -> tuple[str, int]:
    parts = urlsplit(stack.database_url)
    return parts.hostname or LOOPBACK, parts.port or 5432


def _through(database_url: str, port: int) -> str:
    parts = urlsplit(database_url)
    user = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{LOOPBACK}:{port}"))
