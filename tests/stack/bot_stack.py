"""The test stack of the bot: campuses, simulated users who write and tap, and the worker's part of an order."""

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

from bot.app import RunningBot, running_bot
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus, membership, saved_card
from domain.database.actors import SYSTEM
from domain.database.unit_of_work import (
    AutocommitConnectionFactory,
    QueueJob,
    UnitOfWorkFactory,
    create_autocommit_factory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.messaging.buttons import Tap
from domain.orders.repository import find_order, move_order
from domain.orders.states import OrderEvent, OrderStatus
from domain.orders.tables import orders
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import set_timer
from domain.payments.tables import hold
from domain.settings.settings import BotSettings
from sandbox.launch.ports import free_port
from tests.stack.campus_setup import NORTH, SOUTH, bot_settings_for, found_campus
from tests.stack.database_pool import autocommit_database
from workers.registers import build_worker_registers

Json: TypeAlias = Any

ANSWER_TIMEOUT_SECONDS = 20.0  # how long a fact may take to become true on a busy machine
PERSON_IDS = count(10_001)


async def wait_until(fact: Callable[[], Awaitable[Json]], within: float = ANSWER_TIMEOUT_SECONDS) -> Json:
    """Poll until a probe returns something true, and return that."""
    last, pause = time.monotonic() + within, 0.004
    while not (found := await fact()):
        assert time.monotonic() < last, "it never became true"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.02)  # most facts are true within milliseconds, and tests wait for thousands of them
    return found


@dataclass(slots=True, kw_only=True)
class BotStack:
    """The Telegram stand-in, the database and the running bot of one or two campuses."""

    telegram_url: str
    gateway_url: str
    session: aiohttp.ClientSession
    work: UnitOfWorkFactory
    autocommit_work: UnitOfWorkFactory
    autocommit: AutocommitConnectionFactory
    queue_jobs: list[QueueJob]
    settings: BotSettings
    running_bot: RunningBot | None = None
    campuses: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    original_campuses: dict[int, Json] = field(default_factory=dict)

    async def control_telegram(self, path: str, verb: str = "POST", **body: Json) -> Json:
        """Send a control request to the stand-in; a trailing underscore separates `from_` from the keyword."""
        named = {name.rstrip("_"): value for name, value in body.items()}
        async with self.session.request(verb, f"{self.telegram_url}/sim/{path}", json=named) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def wait_until_idle(self, campus: tuple[str, str, str] = NORTH) -> None:
        """Wait until the bot has handled every update and sent every reply (webhooks: the 200 comes last)."""

        async def nothing_pending() -> bool:
            async with self.session.post(f"{self.telegram_url}/bot{campus[1]}/getWebhookInfo") as response:
                info = (await response.json())["result"]
                return bool(info["pending_update_count"] == 0)

        await wait_until(nothing_pending)

    async def calls(self, method: str, after: int = 0) -> list[Json]:
        """The recorded Bot API calls of one method."""
        recorded = await self.control_telegram("calls", "GET", after=after)
        return [call for call in recorded["calls"] if call["method"] == method]

    async def add_person(self, name: str = "Mei", **membership_columns: Json) -> "BotUser":
        """Insert a person who has started the bot; `membership_columns` are columns of their membership."""
        one = BotUser(id=next(PERSON_IDS), stack=self)
        await self.control_telegram("users", id=one.id, first_name=name, language_code="en")
        await self.control_telegram(
            "groups", id=self.groups["north"], title="Runners", members=[one.id], bots=[NORTH[2]]
        )
        await one.write("/start")
        if membership_columns:
            await self.update_rows(membership, membership.c.person_id == one.id, **membership_columns)
        return one

    async def add_runner(self, name: str = "Ana") -> "BotUser":
        """Insert an approved runner."""
        return await self.add_person(name, runner_status=RunnerStatus.APPROVED)

    async def add_customer(self, name: str = "Mei") -> "BotUser":
        """Insert a customer with a saved card."""
        one = await self.add_person(name)
        payment_card = {"payment_method": "pm_1", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
        async with self.autocommit_work() as work:
            await work.connection.execute(insert(saved_card).values(person_id=one.id, **payment_card))
        return one

    async def add_admin(self, name: str = "Sam") -> "BotUser":
        """Insert an admin of the campus north."""
        return await self.add_person(name, is_admin=True)

    async def update_rows(self, table: Table, *where: Json, **values: Json) -> None:
        """Set columns directly, without a use case."""
        async with self.autocommit_work() as work:
            await work.connection.execute(update(table).where(*where).values(**values))

    async def rows(self, table: Table, *where: Json) -> list[Json]:
        """The rows of a table, ordered by their key."""
        async with self.autocommit_work() as work:
            found = await work.connection.execute(select(table).where(*where).order_by(*table.primary_key))
            return [dict(row) for row in found.mappings()]

    async def restore_campuses(self) -> None:
        """Reset every campus to the state it was founded in."""
        for row in await self.rows(campus):
            founded = self.original_campuses[row["id"]]
            changed = {name: founded[name] for name in row if row[name] != founded[name]}
            if changed:
                await self.update_rows(campus, campus.c.id == row["id"], **changed)

    async def order_row(self, order_id: int) -> Json:
        return (await self.rows(orders, orders.c.id == order_id))[0]

    async def publish_order(self, order_id: int) -> None:
        """Play the worker's part of create_order: the hold is made and runners see the order."""
        async with self.work() as work:
            held = {"status": "held", "payment_intent": f"pi_{order_id}"}
            await work.connection.execute(update(hold).where(hold.c.order_id == order_id).values(**held))
            order = await move_order(work, SYSTEM, self.campuses["north"], order_id, OrderEvent.PUBLISHED)
            await set_timer(work, order, TimerKind.EXPIRE, work.now + timedelta(minutes=30))

    async def confirm_hold(self, order_id: int) -> None:
        """Play the worker's part of accept_order."""
        await self.update_rows(orders, orders.c.id == order_id, hold_checked=True)

    async def status(self, order_id: int) -> OrderStatus:
        async with self.autocommit_work() as work:
            return (await find_order(work, self.campuses["north"], order_id)).status


@dataclass(frozen=True, slots=True, kw_only=True)
class BotUser:
    """A simulated user of Telegram."""

    id: int
    stack: BotStack
    bot: tuple[str, str, str] = NORTH

    @property
    def chat(self) -> str:
        return f"@{self.bot[2]}"

    async def write(
        self, text: str, chat: int | None = None, *, photo: bool = False, reply_to: int | None = None
    ) -> Json:
        """Send a message, perhaps as the caption of a photo, and wait until the bot is idle.

        Return the answer of the stand-in.
        """
        body: dict[str, Json] = {"photo": True} if photo else {}
        body |= {} if reply_to is None else {"reply_to": reply_to}
        said = await self.stack.control_telegram("messages", from_=self.id, chat=chat or self.chat, text=text, **body)
        await self.stack.wait_until_idle(self.bot)
        return said

    async def messages(self, chat: int | None = None) -> list[Json]:
        """The messages of a chat."""
        found: list[Json] = await self.stack.control_telegram("messages", "GET", chat=chat or self.chat, user=self.id)
        return found

    async def last_message(self, chat: int | None = None) -> Json:
        return [each for each in await self.messages(chat) if each["from"]["is_bot"]][-1]

    async def text(self) -> str:
        """The text of the bot's newest message."""
        return str((await self.last_message())["text"])

    async def labels(self) -> list[str]:
        """The labels of the buttons under the bot's newest message."""
        return button_labels(await self.last_message())

    async def press(self, label: str) -> Json:
        """Tap the button of the newest message whose label begins with this, and return the answer."""
        message = await self.last_message()
        whole = next((each for each in button_labels(message) if each.startswith(label)), None)
        assert whole is not None, f"no button {label!r} on {message['text']!r}: {button_labels(message)}"
        return await self._tapped(message_id=message["message_id"], label=whole)

    async def tap(
        self, tap: Tap, subject: int = 0, argument: int = 0, *, message_id: int | None = None, chat: int | None = None
    ) -> Json:
        """Tap a button with this data, which may also be old or forged, and return the answer."""
        return await self.forge_tap(f"v1:{tap}:{subject}:{argument}", message_id=message_id, chat=chat)

    async def forge_tap(self, data: str, *, message_id: int | None = None, chat: int | None = None) -> Json:
        """Tap with any data, also with data that no button carries."""
        on = message_id or (await self.last_message(chat))["message_id"]
        return await self._tapped(message_id=on, data=data, chat=chat)

    async def _tapped(self, *, chat: int | None = None, **what: Json) -> Json:
        tapped = await self.stack.control_telegram("taps", from_=self.id, chat=chat or self.chat, **what)
        answer = await self.stack.control_telegram(
            f"taps/{tapped['callback_query_id']}", "GET", wait=ANSWER_TIMEOUT_SECONDS
        )
        assert answer["answered"], "a tap without an answer"
        await self.stack.wait_until_idle(self.bot)
        return answer

    async def order_food(self) -> int:
        """Order food by taps, from [Order food] to the placed order, and return its number."""
        await self.tap(Tap.HOME, argument=1)
        for label in ("🍜", "Koufu", "Chicken rice", "That's all", "Library", "Place order"):
            await self.press(label)
        rows = await self.stack.rows(orders, orders.c.customer_id == self.id)
        assert rows, await self.text()
        return int(max(row["id"] for row in rows))


def button_labels(message: Json) -> list[str]:
    """The labels of the buttons under a message."""
    return [button["text"] for row in message["buttons"] for button in row]


@asynccontextmanager
async def running_bot_stack(
    database_url: str, redis_url: str, telegram_url: str, *, webhooks: bool, names: tuple[str, ...] = ("north", "south")
) -> AsyncIterator[BotStack]:
    """Found the campuses, start the bot and yield the test stack; stop everything at the end."""
    queue_jobs: list[QueueJob] = []

    async def enqueue(enqueued_jobs: Any) -> None:
        queue_jobs.extend(enqueued_jobs)

    engine = create_database_engine(database_url, pool_size=4)
    open_work = create_unit_of_work_factory(engine, enqueue, build_worker_registers())
    port = free_port()
    async with aiohttp.ClientSession() as session:
        try:
            stack = BotStack(
                telegram_url=telegram_url,
                gateway_url=f"http://127.0.0.1:{port}",
                session=session,
                work=open_work,
                autocommit_work=autocommit_database(engine),
                autocommit=create_autocommit_factory(engine),
                queue_jobs=queue_jobs,
                settings=bot_settings_for(database_url, redis_url, telegram_url, port, webhooks=webhooks),
            )
            await _found_campuses(stack, names)
            async with running_bot(stack.settings) as running:
                stack.running_bot = running
                await asyncio.wait_for(running.bot_registry.ready.wait(), 30)
                stack.original_campuses = {row["id"]: row for row in await stack.rows(campus)}
                yield stack
        finally:
            await engine.dispose()


async def _found_campuses(stack: BotStack, names: tuple[str, ...]) -> None:
    for name, token, username in (NORTH, SOUTH):
        await stack.control_telegram("bots", token=token, username=username, name=name)
    for name in names:
        username = {"north": NORTH[2], "south": SOUTH[2]}[name]
        made = await stack.control_telegram(
            "groups", title=f"{name} runners", members=[], bots=[username], admins=[username]
        )
        stack.groups[name] = int(made["id"])
        async with stack.work() as work:
            stack.campuses[name] = await found_campus(work, name, runner_group=stack.groups[name])
    async with stack.work() as work:
        stack.campuses["west"] = await found_campus(work, "west", runner_group=None)  # has no bot


def json_bytes(body: Json) -> bytes:
    return json.dumps(body).encode()
