"""The test stack that all journeys share, and its database."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from sandbox.launch.stack import Stack
from sandbox.launch.telegram_accounts import PersonAccount, post_control_request
from sandbox.play.money_check import check_order_money
from sandbox.play.narrator import Narrator
from sandbox.play.populated_campuses import PopulatedCampus
from sandbox.play.sandbox_client import PlayError
from sandbox.play.scene_campuses import ScenePeople
from sandbox.play.scene_context import Scene, SceneContext, open_scene

POLL_INTERVAL_SECONDS = 0.03  # between two queries
MAX_SHOWN_PARAGRAPHS = 40  # how many printed paragraphs of a failed scene are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStack:
    """The processes and their campuses."""

    processes: Stack
    populated_campuses: dict[str, PopulatedCampus]

    def new_people(self, name: str) -> ScenePeople:
        """Return four people of a campus; the customer and the runners are new."""
        populated_campus = self.populated_campuses[name]
        found = [populated_campus.next_runner(), populated_campus.next_runner()]
        mei = populated_campus.next_customer()
        self.add_account(mei)
        return ScenePeople(
            campus_chats=populated_campus.chats, mei=mei, ana=found[0], ben=found[1], sam=populated_campus.admin
        )

    def add_account(self, person: PersonAccount) -> None:
        """Create a person's Telegram account."""
        post_control_request(
            f"{self.processes.telegram_url}/sim/users", {"id": person.id, "first_name": person.first_name}
        )

    @asynccontextmanager
    async def running_scene(self, name: str = "east") -> AsyncIterator[SceneContext]:
        """Open a scene with new people. When it fails, raise AssertionError with what was printed."""
        people, paragraphs = self.new_people(name), list[str]()
        narrator = Narrator(paragraphs.append, people)
        try:
            async with open_scene(self.processes.telegram_url, self.processes.stripe_url, people, narrator) as context:
                yield context
        except PlayError as failure:
            raise AssertionError("\n".join([*paragraphs[-MAX_SHOWN_PARAGRAPHS:], str(failure)])) from failure

    async def play_scene(self, scene: Scene, name: str = "east") -> None:
        """Play a scene to its end and check the money."""
        async with self.running_scene(name) as context:
            for ending in await scene(context):
                await check_order_money(context.stripe, ending)

    async def fetch_rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Query the database."""
        connection = await asyncpg.connect(self.processes.database_url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    async def wait_for_row(self, query: str, *arguments: object, within: float) -> asyncpg.Record:
        """Wait until a query finds a row, and return it. Raise AssertionError after `within` seconds."""
        connection = await asyncpg.connect(self.processes.database_url)
        try:
            return await poll_until_found(
                lambda: connection.fetchrow(query, *arguments), f"{query} {arguments}", within=within
            )
        finally:
            await connection.close()


async def poll_until_found(
    look: Callable[[], Awaitable[asyncpg.Record | None]], expected: str, *, within: float
) -> asyncpg.Record:
    """Call `look` until it returns something. Raise AssertionError after `within` seconds."""
    deadline = time.monotonic() + within
    while (found := await look()) is None:
        assert time.monotonic() < deadline, f"not within {within:.1f} s: {expected}"
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    return found
