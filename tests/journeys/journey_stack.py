"""The running CampusG that all journeys share, and what tests ask of it beside the chats."""

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

POLL_INTERVAL_SECONDS = 0.03  # seconds between two looks into the database
MAX_SHOWN_PARAGRAPHS = 40  # paragraphs of a play that are shown when it fails


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStack:
    """The processes, and who lives where."""

    processes: Stack
    populated_campuses: dict[str, PopulatedCampus]

    def new_people(self, name: str) -> ScenePeople:
        """Four people nobody has met yet."""
        populated_campus = self.populated_campuses[name]
        found = [populated_campus.next_runner(), populated_campus.next_runner()]
        mei = populated_campus.next_customer()
        self.add_account(mei)
        return ScenePeople(
            campus_chats=populated_campus.chats, mei=mei, ana=found[0], ben=found[1], sam=populated_campus.admin
        )

    def add_account(self, person: PersonAccount) -> None:
        """Give somebody a Telegram account."""
        post_control_request(
            f"{self.processes.telegram_url}/sim/users", {"id": person.id, "first_name": person.first_name}
        )

    @asynccontextmanager
    async def running_scene(self, name: str = "east") -> AsyncIterator[SceneContext]:
        """A stage with a fresh troupe; when the play goes wrong, the test fails with what was seen."""
        people, told = self.new_people(name), list[str]()
        narrator = Narrator(told.append, people)
        try:
            async with open_scene(self.processes.telegram_url, self.processes.stripe_url, people, narrator) as context:
                yield context
        except PlayError as failure:
            raise AssertionError("\n".join([*told[-MAX_SHOWN_PARAGRAPHS:], str(failure)])) from failure

    async def play_scene(self, scene: Scene, name: str = "east") -> None:
        """Play a scene to its end and look at the money."""
        async with self.running_scene(name) as context:
            for ending in await scene(context):
                await check_order_money(context.stripe, ending)

    async def fetch_rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Read the database."""
        connection = await asyncpg.connect(self.processes.database_url)
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    async def wait_for_row(self, query: str, *arguments: object, within: float) -> asyncpg.Record:
        """Wait until a query finds a row, and return it; AssertionError after so many seconds."""
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
    """Look again and again until something is found."""
    deadline = time.monotonic() + within
    while (found := await look()) is None:
        assert time.monotonic() < deadline, f"not within {within:.1f} s: {expected}"
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
    return found
