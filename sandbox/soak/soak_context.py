"""The whole place as the soak sees it: both stand-ins, everybody's screens, and the database beside the programs."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import asyncpg

from sandbox.launch.stack import Stack
from sandbox.play.chat_observer import AFTER_ALL_EVENTS, ChatObserver, observe_chats
from sandbox.play.observed_messages import ChatRef
from sandbox.play.sandbox_client import PlayError, SandboxClient, json_integer, json_object, open_sandbox_client

RETRY_AFTER_SECONDS = 15.0  # seconds people wait for what must come, before they tap again
DATABASE_TIMEOUT_SECONDS = 40.0  # seconds; Postgres may be restarting
DATABASE_RETRY_DELAY_SECONDS = 0.3  # seconds between two tries to reach it
DATABASE_UNAVAILABLE_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke while it was being made ready
)
FINAL_ORDER_STATUSES = frozenset({"COMPLETED", "CANCELLED", "EXPIRED"})

Fact = TypeVar("Fact")


class NotSettledError(Exception):
    """An order did not get where it had to; `order` is its number, 0 where there is none yet."""

    def __init__(self, message: str, order_id: int = 0) -> None:
        super().__init__(message)
        self.order_id = order_id


@dataclass(slots=True, kw_only=True)
class SoakContext:
    """What walks use and count."""

    stack: Stack
    telegram: SandboxClient
    stripe: SandboxClient
    observer: ChatObserver
    database: asyncpg.Pool
    deadline: float  # of the monotonic clock: what has not happened by then never will
    action_counts: Counter[str] = field(default_factory=Counter)  # what people did, in words
    placed_orders: set[int] = field(default_factory=set)  # orders whose number their customer read
    users_who_blocked: set[int] = field(default_factory=set)  # who ever blocked the bot
    customer_ids: list[int] = field(default_factory=list)
    runner_ids: list[int] = field(default_factory=list)

    async def query(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Read or change the database; while it is away, again and again."""
        deadline = time.monotonic() + DATABASE_TIMEOUT_SECONDS
        while True:
            try:
                found: list[asyncpg.Record] = await self.database.fetch(query, *arguments)
                return found
            except DATABASE_UNAVAILABLE_ERRORS:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(DATABASE_RETRY_DELAY_SECONDS)

    async def order(self, number: int) -> asyncpg.Record:
        """An order as it is committed."""
        return (await self.query("SELECT * FROM orders WHERE id = $1", number))[0]

    async def catch_up(self) -> None:
        """Wait until everything that has happened so far was seen."""
        last = json_integer(json_object(await self.telegram.get("/sim/events", after=AFTER_ALL_EVENTS))["last"])
        while self.observer.last_event < last:
            await self.telegram.get("/sim/healthz")  # gives way, too, to whoever reads along

    async def retry_until(
        self,
        action: Callable[[], Awaitable[object]],
        find_in_chat: Callable[[], Fact | None],
        chat_refs: frozenset[ChatRef],
        expected: str,
        *,
        order_id: int = 0,
        find_in_database: Callable[[], Awaitable[Fact | None]] | None = None,
    ) -> Fact:
        """Act, look for what must follow, and act again when it does not; `known` asks the database in between.

        NotSettledError when nothing helps until the end.
        """
        while True:
            await action()
            try:
                return await self.observer.wait_until(find_in_chat, expected, chat_refs, timeout=RETRY_AFTER_SECONDS)
            except PlayError as failure:
                self.action_counts["had to try again"] += 1
                if find_in_database is not None and (fact := await find_in_database()) is not None:
                    return fact
                if time.monotonic() > self.deadline:
                    raise NotSettledError(str(failure), order_id) from failure


@asynccontextmanager
async def open_soak_context(stack: Stack, *, duration: float) -> AsyncIterator[SoakContext]:
    """Follow everything that happens in a running CampusG; `order_timeout` in seconds."""
    async with (
        open_sandbox_client(stack.telegram_url) as telegram,
        open_sandbox_client(stack.stripe_url) as stripe,
        observe_chats(telegram) as observer,
        asyncpg.create_pool(stack.database_url, min_size=0, max_size=10) as database,
    ):
        yield SoakContext(
            stack=stack,
            telegram=telegram,
            stripe=stripe,
            observer=observer,
            database=database,
            deadline=time.monotonic() + duration,
        )
