"""A test stack whose bot and worker reach Postgres through proxies."""

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

from sandbox.crash.point_watch import SagaSubject, WatchList
from sandbox.crash.postgres_proxy import PostgresProxy, running_proxy
from sandbox.launch.ports import LOOPBACK, free_port
from sandbox.launch.processes import Process, start_process, stop_together
from sandbox.launch.stack import Stack
from sandbox.launch.telegram_accounts import post_control_request
from sandbox.play.narrator import Narrator
from sandbox.play.populated_campuses import PopulatedCampus
from sandbox.play.sandbox_client import PlayError, SandboxClient, open_sandbox_client
from sandbox.play.scene_campuses import ScenePeople
from sandbox.play.scene_context import SceneContext, open_scene

POLL_INTERVAL_SECONDS = 0.05  # between two queries
SAGA_OWNER = (
    "SELECT saga.kind, saga.order_id, saga.person_id, orders.customer_id"
    " FROM saga LEFT JOIN orders ON orders.id = saga.order_id WHERE saga.id = $1"
)


NEWEST_SAGA = (
    "SELECT saga.id FROM saga LEFT JOIN orders ON orders.id = saga.order_id WHERE saga.kind = $1"
    " AND ((saga.order_id = $2) OR ($2::bigint IS NULL AND $3::bigint IN (saga.person_id, orders.customer_id)))"
    " ORDER BY saga.number DESC LIMIT 1"
)
Fact = TypeVar("Fact")


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
    """The processes, their people, and the watches on what each process sends to Postgres."""

    stack: Stack
    watch_lists: dict[KilledProcess, WatchList]
    database: asyncpg.Pool
    stripe: SandboxClient
    next_campuses: Iterator[PopulatedCampus] = field(repr=False)

    @asynccontextmanager
    async def new_scene(self) -> AsyncIterator[SceneContext]:
        """Open a scene with four people of the next campus; the customer and the runners are new."""
        populated_campus = next(self.next_campuses)
        customer, runner, second_runner = (
            populated_campus.next_customer(),
            populated_campus.next_runner(),
            populated_campus.next_runner(),
        )
        await asyncio.to_thread(
            post_control_request, f"{self.stack.telegram_url}/sim/users", {"id": customer.id, "first_name": "Mei"}
        )
        scene_people = ScenePeople(
            campus_chats=populated_campus.chats, mei=customer, ana=runner, ben=second_runner, sam=populated_campus.admin
        )
        narration = list[str]()
        async with open_scene(
            self.stack.telegram_url, self.stack.stripe_url, scene_people, Narrator(narration.append, scene_people)
        ) as scene:
            yield scene

    async def query(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Query the database directly, past the proxies."""
        found: list[asyncpg.Record] = await self.database.fetch(query, *arguments)
        return found

    async def wait_for_row(self, query: str, *arguments: object, timeout: float) -> asyncpg.Record:
        """Wait until a query finds a row, and return it. Raise PlayError after `timeout` seconds."""

        async def find() -> asyncpg.Record | None:
            return next(iter(await self.query(query, *arguments)), None)

        return await wait_until_found(find, f"{query} {arguments}", timeout=timeout)

    async def is_saga_of(self, saga_id: UUID, subject: SagaSubject) -> bool:
        """Return whether this saga belongs to the subject."""
        rows = await self.query(SAGA_OWNER, saga_id)
        if not rows or rows[0]["kind"] != subject.saga_kind:
            return False
        row = rows[0]
        if subject.order_id is not None:
            return bool(row["order_id"] == subject.order_id)
        return subject.person_id in (row["person_id"], row["customer_id"])

    async def newest_saga_of(self, subject: SagaSubject) -> UUID | None:
        """Return the newest saga of the subject."""
        rows = await self.query(NEWEST_SAGA, subject.saga_kind, subject.order_id, subject.person_id)
        return UUID(str(rows[0]["id"])) if rows else None

    def process(self, victim: KilledProcess) -> Process:
        """Return the running process of this name."""
        return self.stack.processes[victim]


async def wait_until_found(find: Callable[[], Awaitable[Fact | None]], expected: str, *, timeout: float) -> Fact:
    """Call `find` until it returns something. Raise PlayError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while (found := await find()) is None:
        if time.monotonic() > deadline:
            raise PlayError(f"not within {timeout:.0f} s: {expected}")
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    return found


@asynccontextmanager
async def start_crash_stack(
    stack: Stack, populated_campuses: tuple[PopulatedCampus, ...], victims: tuple[KilledProcess, ...]
) -> AsyncIterator[CrashStack]:
    """Start these processes behind proxies. Everything else runs already."""
    watch_lists = {victim: WatchList() for victim in victims}
    proxies = {
        victim: PostgresProxy(
            target=_database_address(stack), port=free_port(), find_hold=watch_lists[victim].find_hold
        )
        for victim in victims
    }
    async with (
        open_sandbox_client(stack.stripe_url) as stripe,
        _running_proxies(tuple(proxies.values())),
        asyncpg.create_pool(stack.database_url, min_size=1, max_size=10) as database,
    ):
        for victim in victims:
            proxied_settings = {"DATABASE_URL": _proxied_url(stack.database_url, proxies[victim].port)}
            program = stack.build_program(victim, victim.module, settings={**stack.environment, **proxied_settings})
            stack.processes[victim] = start_process(program)
        for victim in victims:
            await asyncio.to_thread(stack.wait_ready, victim)
        try:
            yield CrashStack(
                stack=stack,
                watch_lists=watch_lists,
                database=database,
                stripe=stripe,
                next_campuses=cycle(populated_campuses),
            )
        finally:
            stop_together([stack.processes[victim] for victim in victims])


@asynccontextmanager
async def _running_proxies(proxies: tuple[PostgresProxy, ...]) -> AsyncIterator[None]:
    if not proxies:
        yield
        return
    async with running_proxy(proxies[0]), _running_proxies(proxies[1:]):
        yield


def _database_address(stack: Stack) -> tuple[str, int]:
    parts = urlsplit(stack.database_url)
    return parts.hostname or LOOPBACK, parts.port or 5432


def _proxied_url(database_url: str, port: int) -> str:
    parts = urlsplit(database_url)
    user = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{LOOPBACK}:{port}"))
