"""What the soak works with: both stand-ins, everybody's chats, and the database."""

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

RETRY_AFTER_SECONDS = 15.0  # how long people wait for an effect before they tap again
DATABASE_TIMEOUT_SECONDS = 40.0  # long, because Postgres may be restarting
DATABASE_RETRY_DELAY_SECONDS = 0.3  # between two tries
DATABASE_UNAVAILABLE_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke during its setup
)
FINAL_ORDER_STATUSES = frozenset({"COMPLETED", "CANCELLED", "EXPIRED"})

Fact = TypeVar("Fact")


class NotSettledError(Exception):
    """An order did not reach its end. `order_id` is its number, 0 where there is none yet."""

    def __init__(self, message: str, order_id: int = 0) -> None:
        super().__init__(message)
        self.order_id = order_id


@dataclass(slots=True, kw_only=True)
class SoakContext:
    """What the simulated users share, and what they count."""

    stack: Stack
    telegram: SandboxClient
    stripe: SandboxClient
    observer: ChatObserver
    database: asyncpg.Pool
    deadline: float  # monotonic time after which nothing is tried again
    action_counts: Counter[str] = field(default_factory=Counter)  # what people did, in words
    placed_orders: set[int] = field(default_factory=set)  # orders whose number their customer read
    users_who_blocked: set[int] = field(default_factory=set)  # everybody who ever blocked the bot
    customer_ids: list[int] = field(default_factory=list)
    runner_ids: list[int] = field(default_factory=list)

    async def query(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Query or change the database. Retry for DATABASE_TIMEOUT_SECONDS while it is unavailable."""
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
        """Return the committed row of an order."""
        return (await self.query("SELECT * FROM orders WHERE id = $1", number))[0]

    async def catch_up(self) -> None:
        """Wait until the observer has seen all events so far."""
        last = json_integer(json_object(await self.telegram.get("/sim/events", after=AFTER_ALL_EVENTS))["last"])
        while self.observer.last_event < last:
            await self.telegram.get("/sim/healthz")  # also lets the observer's task run

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
        """Act, wait for the effect, and act again when it does not come.

        After each timeout `find_in_database` looks for the effect in the database. Raise NotSettledError when nothing
        helped until the deadline.
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
    """Follow everything that happens in a running CampusG. Actions are retried for `duration` seconds."""
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
