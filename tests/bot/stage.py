"""A campus with its bot running, people who write and tap, and the worker's part of an order played by hand."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, TypeAlias

import aiohttp
from sqlalchemy import Table, insert, select, update

from bot.app import Running, running_bot
from domain.buttons import Tap, pack
from domain.order import OrderEvent, OrderStatus
from domain.people import RunnerStatus
from domain.settings import BotSettings
from domain.store.events import SYSTEM
from domain.store.orders import find_order, move
from domain.store.schema import campus, hold, membership, orders, saved_card
from domain.store.timers import set_timer
from domain.store.unit_of_work import Bell, Database, Singly, connect, database, singly
from domain.timers import TimerKind
from sandbox.launch.ports import free_port
from tests.bot.founding import NORTH, SOUTH, found_campus, settings_for
from tests.databases import at_once_in

Json: TypeAlias = Any

WITHIN = 8.0  # seconds a fact may take to become true on a busy machine
IDENTITIES = count(10_001)


async def until(fact: Callable[[], Awaitable[Json]], within: float = WITHIN) -> Json:
    """Wait for something to become true, and give it."""
    last, pause = time.monotonic() + within, 0.004
    while not (found := await fact()):
        assert time.monotonic() < last, "it never became true"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.02)  # most facts are true in a moment, and tests wait for thousands of them
    return found


@dataclass(slots=True, kw_only=True)
class Stage:
    """The sandbox, the database and the running bot of one or two campuses."""

    telegram: str
    door: str
    session: aiohttp.ClientSession
    work: Database
    at_once: Database
    singly: Singly
    bells: list[Bell]
    settings: BotSettings
    running: Running | None = None
    campuses: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    founded: dict[int, Json] = field(default_factory=dict)

    async def sim(self, path: str, verb: str = "POST", **body: Json) -> Json:
        """A control request to the sandbox; a trailing underscore keeps `from_` apart from the keyword."""
        named = {name.rstrip("_"): value for name, value in body.items()}
        async with self.session.request(verb, f"{self.telegram}/sim/{path}", json=named) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def quiet(self, campus: tuple[str, str, str] = NORTH) -> None:
        """Wait until the bot has taken everything and said what it had to say (webhooks: 200 comes last)."""

        async def nothing_pending() -> bool:
            async with self.session.post(f"{self.telegram}/bot{campus[1]}/getWebhookInfo") as response:
                info = (await response.json())["result"]
                return bool(info["pending_update_count"] == 0)

        await until(nothing_pending)

    async def calls(self, method: str, after: int = 0) -> list[Json]:
        """The recorded Bot API calls of one method."""
        recorded = await self.sim("calls", "GET", after=after)
        return [call for call in recorded["calls"] if call["method"] == method]

    async def somebody(self, name: str = "Mei", **standing: Json) -> "Somebody":
        """A new person who has started the bot; `standing` are columns of her membership."""
        one = Somebody(id=next(IDENTITIES), stage=self)
        await self.sim("users", id=one.id, first_name=name, language_code="en")
        await self.sim("groups", id=self.groups["north"], title="Runners", members=[one.id], bots=[NORTH[2]])
        await one.write("/start")
        if standing:
            await self.change(membership, membership.c.person_id == one.id, **standing)
        return one

    async def runner(self, name: str = "Ana") -> "Somebody":
        """An approved runner."""
        return await self.somebody(name, runner_status=RunnerStatus.APPROVED)

    async def customer(self, name: str = "Mei") -> "Somebody":
        """Somebody with a saved card."""
        one = await self.somebody(name)
        card = {"payment_method": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
        async with self.at_once() as work:
            await work.connection.execute(insert(saved_card).values(person_id=one.id, **card))
        return one

    async def admin(self, name: str = "Sam") -> "Somebody":
        """An admin of the north."""
        return await self.somebody(name, is_admin=True)

    async def change(self, table: Table, *where: Json, **values: Json) -> None:
        """Set columns by hand."""
        async with self.at_once() as work:
            await work.connection.execute(update(table).where(*where).values(**values))

    async def rows(self, table: Table, *where: Json) -> list[Json]:
        """What stands in a table, in the order of its key."""
        async with self.at_once() as work:
            found = await work.connection.execute(select(table).where(*where).order_by(*table.primary_key))
            return [dict(row) for row in found.mappings()]

    async def put_back(self) -> None:
        """The campuses become what they were founded as."""
        for row in await self.rows(campus):
            founded = self.founded[row["id"]]
            changed = {name: founded[name] for name in row if row[name] != founded[name]}
            if changed:
                await self.change(campus, campus.c.id == row["id"], **changed)

    async def order(self, order_id: int) -> Json:
        """The row of an order."""
        return (await self.rows(orders, orders.c.id == order_id))[0]

    async def publish(self, order_id: int) -> None:
        """The worker's part of create_order: the hold is made, runners may see the job."""
        async with self.work() as work:
            held = {"status": "held", "payment_intent": f"pi_{order_id}"}
            await work.connection.execute(update(hold).where(hold.c.order_id == order_id).values(**held))
            order = await move(work, SYSTEM, self.campuses["north"], order_id, OrderEvent.PUBLISHED)
            await set_timer(work, order, TimerKind.EXPIRE, work.now + timedelta(minutes=30))

    async def check_hold(self, order_id: int) -> None:
        """The worker's part of accept_order."""
        await self.change(orders, orders.c.id == order_id, hold_checked=True)

    async def status(self, order_id: int) -> OrderStatus:
        """Where an order stands."""
        async with self.at_once() as work:
            return (await find_order(work, self.campuses["north"], order_id)).status


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person with a phone."""

    id: int
    stage: Stage
    bot: tuple[str, str, str] = NORTH

    @property
    def chat(self) -> str:
        """The private chat with the bot."""
        return f"@{self.bot[2]}"

    async def write(
        self, text: str, chat: int | None = None, *, photo: bool = False, reply_to: int | None = None
    ) -> Json:
        """Write, perhaps below a photo, and wait for what the bot does about it; gives the sandbox's answer."""
        body: dict[str, Json] = {"photo": True} if photo else {}
        body |= {} if reply_to is None else {"reply_to": reply_to}
        said = await self.stage.sim("messages", from_=self.id, chat=chat or self.chat, text=text, **body)
        await self.stage.quiet(self.bot)
        return said

    async def messages(self, chat: int | None = None) -> list[Json]:
        """What is in a chat."""
        found: list[Json] = await self.stage.sim("messages", "GET", chat=chat or self.chat, user=self.id)
        return found

    async def last(self, chat: int | None = None) -> Json:
        """The bot's newest message."""
        return [each for each in await self.messages(chat) if each["from"]["is_bot"]][-1]

    async def text(self) -> str:
        """The words of the bot's newest message."""
        return str((await self.last())["text"])

    async def labels(self) -> list[str]:
        """The buttons under the bot's newest message."""
        return labels_of(await self.last())

    async def press(self, label: str) -> Json:
        """Tap the button of the newest message that begins with these words; gives the answer."""
        message = await self.last()
        whole = next((each for each in labels_of(message) if each.startswith(label)), None)
        assert whole is not None, f"no button {label!r} on {message['text']!r}: {labels_of(message)}"
        return await self._tapped(message_id=message["message_id"], label=whole)

    async def tap(
        self, tap: Tap, subject: int = 0, version: int = 0, *, message_id: int | None = None, chat: int | None = None
    ) -> Json:
        """Tap a button with this data, as those on cards carry it; gives the answer."""
        return await self.forge(pack(tap, subject, version), message_id=message_id, chat=chat)

    async def forge(self, data: str, *, message_id: int | None = None, chat: int | None = None) -> Json:
        """Tap with any data."""
        on = message_id or (await self.last(chat))["message_id"]
        return await self._tapped(message_id=on, data=data, chat=chat)

    async def _tapped(self, *, chat: int | None = None, **what: Json) -> Json:
        tapped = await self.stage.sim("taps", from_=self.id, chat=chat or self.chat, **what)
        answer = await self.stage.sim(f"taps/{tapped['callback_query_id']}", "GET", wait=WITHIN)
        assert answer["answered"], "a tap without an answer"
        await self.stage.quiet(self.bot)
        return answer

    async def order_food(self) -> int:
        """From [Order food] to a placed order; gives its number."""
        await self.tap(Tap.HOME, version=1)
        for label in ("🍜", "Koufu", "Chicken rice", "That's all", "Library", "Place order"):
            await self.press(label)
        rows = await self.stage.rows(orders, orders.c.customer_id == self.id)
        assert rows, await self.text()
        return int(max(row["id"] for row in rows))


def labels_of(message: Json) -> list[str]:
    """The buttons under a message."""
    return [button["text"] for row in message["buttons"] for button in row]


@asynccontextmanager
async def set_stage(
    database_url: str, redis_url: str, telegram: str, *, webhooks: bool, names: tuple[str, ...] = ("north", "south")
) -> AsyncIterator[Stage]:
    """Found the campuses, start the bot, and give the stage; leaving it stops everything."""
    bells: list[Bell] = []

    async def ring(rung: Any) -> None:
        bells.extend(rung)

    engine = connect(database_url, size=4)
    open_work = database(engine, ring)
    port = free_port()
    async with aiohttp.ClientSession() as session:
        try:
            stage = Stage(
                telegram=telegram,
                door=f"http://127.0.0.1:{port}",
                session=session,
                work=open_work,
                at_once=at_once_in(engine),
                singly=singly(engine),
                bells=bells,
                settings=settings_for(database_url, redis_url, telegram, port, webhooks=webhooks),
            )
            await _furnish(stage, names)
            async with running_bot(stage.settings) as running:
                stage.running = running
                await asyncio.wait_for(running.served.ready.wait(), 30)
                stage.founded = {row["id"]: row for row in await stage.rows(campus)}
                yield stage
        finally:
            await engine.dispose()


async def _furnish(stage: Stage, names: tuple[str, ...]) -> None:
    for name, token, username in (NORTH, SOUTH):
        await stage.sim("bots", token=token, username=username, name=name)
    for name in names:
        username = {"north": NORTH[2], "south": SOUTH[2]}[name]
        made = await stage.sim("groups", title=f"{name} runners", members=[], bots=[username], admins=[username])
        stage.groups[name] = int(made["id"])
        async with stage.work() as work:
            stage.campuses[name] = await found_campus(work, name, runner_group=stage.groups[name])
    async with stage.work() as work:
        stage.campuses["west"] = await found_campus(work, "west", runner_group=None)  # has no bot


def dumped(body: Json) -> bytes:
    """JSON as bytes."""
    return json.dumps(body).encode()
