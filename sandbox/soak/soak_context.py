"""What the simulated users of the soak share: everybody's chats, the database, the time left, and what they did."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from sandbox.launch.stack import Stack
from sandbox.people.chat_observer import ChatObserver, observe_chats
from sandbox.people.populated_stack import PopulatedStack, open_populated_stack

FINAL_ORDER_STATUSES = frozenset({"COMPLETED", "CANCELLED", "EXPIRED"})


class NotSettledError(Exception):
    """An order did not reach its end. `order_id` is its number, 0 where there is none yet."""

    def __init__(self, message: str, order_id: int = 0) -> None:
        super().__init__(message)
        self.order_id = order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakContext:
    """What the simulated users share, and what they count."""

    populated_stack: PopulatedStack
    observer: ChatObserver
    deadline: float  # monotonic time after which nothing is tried again
    action_counts: Counter[str] = field(default_factory=Counter)  # what people did, in words
    placed_orders: set[int] = field(default_factory=set)  # orders whose number their customer read
    users_who_blocked: set[int] = field(default_factory=set)  # everybody who ever blocked the bot
    customer_ids: list[int] = field(default_factory=list)
    runner_ids: list[int] = field(default_factory=list)

    async def query(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Query the database, also while it restarts."""
        return await self.populated_stack.query(query, *arguments)

    async def order(self, number: int) -> asyncpg.Record:
        """Return the committed row of an order."""
        return (await self.query("SELECT * FROM orders WHERE id = $1", number))[0]

    def require_time(self, expected: str, order: int) -> None:
        """Raise NotSettledError when the time of the soak is over."""
        if time.monotonic() > self.deadline:
            raise NotSettledError(expected, order)


@asynccontextmanager
async def open_soak_context(stack: Stack, *, duration: float) -> AsyncIterator[SoakContext]:
    """Follow everything that happens in a running CampusG. Actions are retried for `duration` seconds."""
    async with open_populated_stack(stack) as populated_stack, observe_chats(populated_stack.telegram) as observer:
        yield SoakContext(populated_stack=populated_stack, observer=observer, deadline=time.monotonic() + duration)
