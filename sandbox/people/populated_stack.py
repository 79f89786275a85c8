"""A running CampusG with people: the clients of both stand-ins, the database, and scenes with new people."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.launch.stack import Stack, ignore_output
from sandbox.people.chat_observer import ChatObserver, observe_chats
from sandbox.people.control_clients import PlayError, StripeControl, TelegramControl, open_control
from sandbox.people.customer import Customer
from sandbox.people.narrator import Narrator, PrintParagraph
from sandbox.people.person import Person
from sandbox.people.runner import Runner

POLL_INTERVAL_SECONDS = 0.04  # between two queries
MAX_CONNECTIONS = 10
DATABASE_TIMEOUT_SECONDS = 40.0  # long, because Postgres may be restarting
DATABASE_RETRY_DELAY_SECONDS = 0.3  # between two tries
DATABASE_UNAVAILABLE_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke during its setup
)

Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulatedStack:
    """The processes, and all that simulated people and the checks after them need."""

    launched: Stack
    telegram: TelegramControl
    stripe: StripeControl
    database: asyncpg.Pool

    @property
    def campuses(self) -> dict[str, Campus]:
        """The campuses by their names."""
        return {campus.name: campus for campus in self.launched.config.campuses}

    async def new_customer(self, campus: Campus) -> PersonAccount:
        """Create the account of a new customer."""
        customer = campus.next_customer()
        await self.telegram.post("users", id=customer.id, first_name=customer.first_name)
        return customer

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

    async def wait_for_row(self, query: str, *arguments: object, timeout: float = 20.0) -> asyncpg.Record:
        """Wait until a query finds a row, and return it. Raise PlayError after `timeout` seconds."""

        async def find() -> asyncpg.Record | None:
            return next(iter(await self.query(query, *arguments)), None)

        return await wait_until_found(find, f"{query} {arguments}", timeout=timeout)

    async def fire_timer(self, order: int, kind: str) -> None:
        """Make a timer of an order due now."""
        due_now = "UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = $2 AND status = 'set'"
        await self.query(due_now, order, kind)

    @asynccontextmanager
    async def open_scene(
        self, campus: Campus, print_paragraph: PrintParagraph = ignore_output, *, coloured: bool = False
    ) -> AsyncIterator["SceneContext"]:
        """Open a scene at a campus. The customer and the runners are new; everything they see and do is printed."""
        mei, ana, ben, sam = await self.new_customer(campus), campus.next_runner(), campus.next_runner(), campus.admin
        narrator = Narrator(print_paragraph, campus, (mei, ana, ben, sam), coloured=coloured)
        tell = narrator.narrate_action
        async with observe_chats(self.telegram, narrator.on_event) as observer:
            yield SceneContext(
                populated_stack=self,
                observer=observer,
                mei=Customer(account=mei, campus=campus, observer=observer, narrate_action=tell),
                ana=Runner(account=ana, campus=campus, observer=observer, narrate_action=tell),
                ben=Runner(account=ben, campus=campus, observer=observer, narrate_action=tell),
                sam=Person(account=sam, campus=campus, observer=observer, narrate_action=tell),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneContext:
    """The people of one scene, and the CampusG they are in."""

    populated_stack: PopulatedStack
    observer: ChatObserver
    mei: Customer
    ana: Runner
    ben: Runner
    sam: Person  # the admin

    @property
    def stripe(self) -> StripeControl:
        """The stand-in for Stripe."""
        return self.populated_stack.stripe


async def wait_until_found(find: Callable[[], Awaitable[Fact | None]], expected: str, *, timeout: float) -> Fact:
    """Call `find` until it returns something. Raise PlayError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while (found := await find()) is None:
        if time.monotonic() > deadline:
            raise PlayError(f"not within {timeout:.1f} s: {expected}")
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    return found


@asynccontextmanager
async def open_populated_stack(stack: Stack) -> AsyncIterator[PopulatedStack]:
    """Connect to a running CampusG."""
    async with (
        open_control(TelegramControl, stack.telegram_url) as telegram,
        open_control(StripeControl, stack.stripe_url) as stripe,
        asyncpg.create_pool(stack.database_url, min_size=0, max_size=MAX_CONNECTIONS) as database,
    ):
        yield PopulatedStack(launched=stack, telegram=telegram, stripe=stripe, database=database)
