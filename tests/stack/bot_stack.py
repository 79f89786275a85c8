"""The test stack of the bot: campuses, simulated users who write and tap, and the worker's part of an order."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, TypeAlias

from sqlalchemy import Table, delete, select, update

from bot.app import RunningBot
from domain.campuses.people import RunnerStatus
from domain.campuses.tables import campus, membership, saved_card
from domain.database.actors import SYSTEM
from domain.database.unit_of_work import (
    AutocommitConnectionFactory,
    QueueJob,
    UnitOfWorkFactory,
)
from domain.messaging.buttons import Tap
from domain.orders.repository import find_order, move_order
from domain.orders.states import OrderEvent, OrderStatus
from domain.orders.tables import orders
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import set_timer
from domain.payments.tables import hold
from domain.settings.settings import BotSettings
from tests.stack.rows import insert_row
from tests.stack.telegram_control import TelegramControl

Json: TypeAlias = Any

SECRET = "letters-of-the-webhook-secret"
STRIPE_SECRET, CONNECT_SECRET = "whsec_of_the_platform_endpoint", "whsec_of_the_connect_endpoint"
OLDER_STRIPE_SECRET = "whsec_of_the_platform_before"
NORTH, SOUTH = ("north", "7001:north", "north_bot"), ("south", "7002:south", "south_bot")
ANSWER_TIMEOUT_SECONDS = 20.0  # how long a fact may take to become true on a busy machine
PERSON_IDS = count(10_001)
BASKET_PATH = ("🍜", "Koufu", "Chicken rice", "That's all")  # the buttons to a basket that has no drop point yet


async def wait_until(fact: Callable[[], Awaitable[Json]], within: float = ANSWER_TIMEOUT_SECONDS) -> Json:
    """Poll until a probe returns something true, and return that."""
    last, pause = time.monotonic() + within, 0.004
    while not (found := await fact()):
        assert time.monotonic() < last, "it never became true"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.02)  # most facts are true within milliseconds, and tests wait for thousands of them
    return found


@dataclass(slots=True, kw_only=True)
class BotStack(TelegramControl):
    """The Telegram stand-in, the database and the running bot of one or two campuses."""

    gateway_url: str
    work: UnitOfWorkFactory
    autocommit_work: UnitOfWorkFactory
    autocommit: AutocommitConnectionFactory
    queue_jobs: list[QueueJob]
    settings: BotSettings
    running_bot: RunningBot | None = None
    campuses: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    original_campuses: dict[int, Json] = field(default_factory=dict)

    async def wait_until_idle(self, campus: tuple[str, str, str] = NORTH) -> None:
        """Wait until the bot has handled every update (webhooks: the 200 comes last) and its reply queue is empty."""

        async def nothing_pending() -> bool:
            pending = (await self.call_telegram(campus[1], "getWebhookInfo"))["pending_update_count"]
            return bool(pending == 0) and (self.running_bot is None or self.running_bot.reply_queue.is_idle)

        await wait_until(nothing_pending)

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
        await self.insert(saved_card, person_id=one.id, **payment_card)
        return one

    async def add_admin(self, name: str = "Sam") -> "BotUser":
        """Insert an admin of the campus north."""
        return await self.add_person(name, is_admin=True)

    async def update_rows(self, table: Table, *where: Json, **values: Json) -> None:
        """Set columns directly, without a use case."""
        async with self.autocommit_work() as work:
            await work.connection.execute(update(table).where(*where).values(**values))

    async def insert(self, table: Table, **values: Json) -> int:
        """Insert a row without a use case, and return its number."""
        async with self.autocommit_work() as work:
            return await insert_row(work, table, **values)

    async def delete_rows(self, table: Table, *where: Json) -> None:
        """Delete rows without a use case."""
        async with self.autocommit_work() as work:
            await work.connection.execute(delete(table).where(*where))

    async def row(self, table: Table, *where: Json) -> Json:
        """The only row of a table that fits."""
        (row,) = await self.rows(table, *where)
        return row

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
        """The order as it is stored."""
        return await self.row(orders, orders.c.id == order_id)

    async def runner_status(self, one: "BotUser") -> str:
        """Whether this person is a runner of the campus north."""
        here = membership.c.campus_id == self.campuses["north"]
        return str((await self.row(membership, membership.c.person_id == one.id, here))["runner_status"])

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
        self, text: str, chat: int | None = None, *, photo: bool | str = False, reply_to: int | None = None
    ) -> Json:
        """Send a message, perhaps as the caption of a photo, and wait until the bot is idle.

        `photo` is the file id of one that was sent before, or True for a new one.
        Return the answer of the stand-in.
        """
        body: dict[str, Json] = {"photo": photo} if photo else {}
        body |= {} if reply_to is None else {"reply_to": reply_to}
        said = await self.stack.control_telegram("messages", from_=self.id, chat=chat or self.chat, text=text, **body)
        await self.stack.wait_until_idle(self.bot)
        return said

    async def change_message(self, message_id: int, text: str, chat: int | None = None) -> None:
        """Edit one's own message, and wait until the bot is idle."""
        body: dict[str, Json] = {"chat": chat or self.chat, "message_id": message_id, "text": text}
        await self.stack.control_telegram("edits", from_=self.id, **body)
        await self.stack.wait_until_idle(self.bot)

    async def write_album(self, count: int, text: str = "", chat: int | None = None, **more: Json) -> list[str]:
        """Send photos together, and return their file ids when the bot is idle."""
        said = await self.stack.control_telegram(
            "albums", from_=self.id, chat=chat or self.chat, text=text, count=count, **more
        )
        await self.stack.wait_until_idle(self.bot)
        return [message["photo"] for message in said["messages"]]

    async def messages(self, chat: int | None = None) -> list[Json]:
        """The messages of a chat."""
        found: list[Json] = await self.stack.control_telegram("messages", "GET", chat=chat or self.chat, user=self.id)
        return found

    async def last_message(self, chat: int | None = None) -> Json:
        return [each for each in await self.messages(chat) if each["from"]["is_bot"]][-1]

    async def text(self, chat: int | None = None) -> str:
        """The text of the bot's newest message."""
        return str((await self.last_message(chat))["text"])

    async def answer_to(
        self, text: str, chat: int | None = None, *, photo: bool | str = False, reply_to: int | None = None
    ) -> str:
        """Send a message, and return the text of the bot's newest message after it."""
        await self.write(text, chat, photo=photo, reply_to=reply_to)
        return await self.text(chat)

    async def labels(self) -> list[str]:
        """The labels of the buttons under the bot's newest message."""
        return button_labels(await self.last_message())

    async def press(self, *labels: str) -> Json:
        """Tap the button of the newest message whose label begins with each label, and return the last answer."""
        answer: Json = None
        for label in labels:
            message = await self.last_message()
            whole = next((each for each in button_labels(message) if each.startswith(label)), None)
            assert whole is not None, f"no button {label!r} on {message['text']!r}: {button_labels(message)}"
            answer = await self._tapped(message_id=message["message_id"], label=whole)
        return answer

    async def screen_after(self, *labels: str) -> str:
        """Press these buttons one after the other, and return the text of the bot's newest message after it."""
        await self.press(*labels)
        return await self.text()

    async def tap(
        self, tap: Tap, subject: int = 0, argument: int = 0, *, message_id: int | None = None, chat: int | None = None
    ) -> Json:
        """Tap a button with this data, which may also be old or forged, and return the answer."""
        return await self.forge_tap(f"v1:{tap}:{subject}:{argument}", message_id=message_id, chat=chat)

    async def screen_after_tap(self, tap: Tap, subject: int = 0, argument: int = 0) -> str:
        """Tap a button with this data, and return the text of the bot's newest message after it."""
        await self.tap(tap, subject, argument)
        return await self.text()

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
        await self.press(*BASKET_PATH, "Library", "Place order")
        rows = await self.stack.rows(orders, orders.c.customer_id == self.id)
        assert rows, await self.text()
        return int(max(row["id"] for row in rows))

    async def open_order(self) -> int:
        """Order food, play the worker's part until runners see it, and return the order's number."""
        order_id = await self.order_food()
        await self.stack.publish_order(order_id)
        return order_id


def button_labels(message: Json) -> list[str]:
    """The labels of the buttons under a message."""
    return [button["text"] for row in message["buttons"] for button in row]


def json_bytes(body: Json) -> bytes:
    return json.dumps(body).encode()
