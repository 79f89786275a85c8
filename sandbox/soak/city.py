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
from sandbox.play.eyes import BEYOND, Eyes, open_eyes
from sandbox.play.sights import Place
from sandbox.play.wire import PlayError, Wire, fields, whole, wired

PATIENCE = 15.0  # seconds people wait for what must come, before they tap again
DATABASE_WITHIN = 40.0  # seconds; Postgres may be restarting
AGAIN_AFTER = 0.3  # seconds between two tries to reach it
AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke while it was being made ready
)
OVER = frozenset({"COMPLETED", "CANCELLED", "EXPIRED"})

Fact = TypeVar("Fact")


class NotSettled(Exception):
    """An order did not get where it had to; `order` is its number, 0 where there is none yet."""

    def __init__(self, words: str, order: int = 0) -> None:
        super().__init__(words)
        self.order = order


@dataclass(slots=True, kw_only=True)
class City:
    """What walks use and count."""

    stack: Stack
    telegram: Wire
    stripe: Wire
    eyes: Eyes
    database: asyncpg.Pool
    give_up_at: float  # of the monotonic clock: what has not happened by then never will
    did: Counter[str] = field(default_factory=Counter)  # what people did, in words
    placed: set[int] = field(default_factory=set)  # orders whose number their customer read
    blocked: set[int] = field(default_factory=set)  # who ever blocked the bot
    customers: list[int] = field(default_factory=list)
    runners: list[int] = field(default_factory=list)

    async def ask(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Read or change the database; while it is away, again and again."""
        deadline = time.monotonic() + DATABASE_WITHIN
        while True:
            try:
                found: list[asyncpg.Record] = await self.database.fetch(query, *arguments)
                return found
            except AWAY:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(AGAIN_AFTER)

    async def order(self, number: int) -> asyncpg.Record:
        """An order as it is committed."""
        return (await self.ask("SELECT * FROM orders WHERE id = $1", number))[0]

    async def catches_up(self) -> None:
        """Wait until everything that has happened so far was seen."""
        last = whole(fields(await self.telegram.get("/sim/events", after=BEYOND))["last"])
        while self.eyes.last_event < last:
            await self.telegram.get("/sim/healthz")  # gives way, too, to whoever reads along

    async def persist(
        self,
        act: Callable[[], Awaitable[object]],
        seen: Callable[[], Fact | None],
        places: frozenset[Place],
        expected: str,
        *,
        order: int = 0,
        known: Callable[[], Awaitable[Fact | None]] | None = None,
    ) -> Fact:
        """Act, look for what must follow, and act again when it does not; `known` asks the database in between.

        NotSettled when nothing helps until the end.
        """
        while True:
            await act()
            try:
                return await self.eyes.until(seen, expected, places, within=PATIENCE)
            except PlayError as failure:
                self.did["had to try again"] += 1
                if known is not None and (fact := await known()) is not None:
                    return fact
                if time.monotonic() > self.give_up_at:
                    raise NotSettled(str(failure), order) from failure


@asynccontextmanager
async def open_city(stack: Stack, *, give_up_after: float) -> AsyncIterator[City]:
    """Follow everything that happens in a running CampusG; `give_up_after` in seconds."""
    async with (
        wired(stack.telegram_url) as telegram,
        wired(stack.stripe_url) as stripe,
        open_eyes(telegram) as eyes,
        asyncpg.create_pool(stack.database_url, min_size=0, max_size=10) as database,
    ):
        yield City(
            stack=stack,
            telegram=telegram,
            stripe=stripe,
            eyes=eyes,
            database=database,
            give_up_at=time.monotonic() + give_up_after,
        )
