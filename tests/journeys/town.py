"""The running CampusG that all journeys share, and what tests ask of it beside the chats."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from sandbox.launch.people import Person, post
from sandbox.launch.stack import Stack
from sandbox.play.cast import Troupe
from sandbox.play.narrator import Narrator
from sandbox.play.quarters import Quarter
from sandbox.play.stage import Scene, Stage, set_stage
from sandbox.play.verdict import judge
from sandbox.play.wire import PlayError

LOOK_EVERY = 0.03  # seconds between two looks into the database
ASIDE = 40  # paragraphs of a play that are shown when it fails


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The processes, and who lives where."""

    stack: Stack
    quarters: dict[str, Quarter]

    def troupe(self, name: str) -> Troupe:
        """Four people nobody has met yet."""
        quarter = self.quarters[name]
        found = [quarter.next_runner(), quarter.next_runner()]
        mei = quarter.next_customer()
        self.seat(mei)
        return Troupe(campus=quarter.campus, mei=mei, ana=found[0], ben=found[1], sam=quarter.sam)

    def seat(self, person: Person) -> None:
        """Give somebody a Telegram account."""
        post(f"{self.stack.telegram_url}/sim/users", {"id": person.id, "first_name": person.first_name})

    @asynccontextmanager
    async def stage(self, name: str = "east") -> AsyncIterator[Stage]:
        """A stage with a fresh troupe; when the play goes wrong, the test fails with what was seen."""
        troupe, told = self.troupe(name), list[str]()
        narrator = Narrator(told.append, troupe)
        try:
            async with set_stage(self.stack.telegram_url, self.stack.stripe_url, troupe, narrator) as stage:
                yield stage
        except PlayError as failure:
            raise AssertionError("\n".join([*told[-ASIDE:], str(failure)])) from failure

    async def plays(self, scene: Scene, name: str = "east") -> None:
        """Play a scene to its end and look at the money."""
        async with self.stage(name) as stage:
            for ending in await scene(stage):
                await judge(stage.stripe, ending)

    async def ask(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Read the database."""
        connection = await asyncpg.connect(self.stack.database_url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    async def until(self, query: str, *arguments: object, within: float) -> asyncpg.Record:
        """Wait until a query finds a row, and return it; AssertionError after so many seconds."""
        connection = await asyncpg.connect(self.stack.database_url)
        try:
            return await until(lambda: connection.fetchrow(query, *arguments), f"{query} {arguments}", within=within)
        finally:
            await connection.close()


async def until(
    look: Callable[[], Awaitable[asyncpg.Record | None]], expected: str, *, within: float
) -> asyncpg.Record:
    """Look again and again until something is found."""
    deadline = time.monotonic() + within
    while (found := await look()) is None:
        assert time.monotonic() < deadline, f"not within {within:.1f} s: {expected}"
        await asyncio.sleep(LOOK_EVERY)
    return found
