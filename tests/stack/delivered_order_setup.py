"""A delivered order, an admin chat that is told about it, and the worker's part of sending notifications."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import select

from domain.campuses.tables import campus
from domain.database.actors import SYSTEM
from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.order_message_repository import order_message_from_row
from domain.messaging.outbox_repository import insert_order_message
from domain.messaging.tables import notification, order_message
from domain.order_messages.render import render_order_message
from domain.order_messages.repository import order_message_source_from_row, read_order_views
from domain.order_messages.view import OrderMessageContent
from domain.orders.repository import move_order
from domain.orders.states import OrderEvent
from domain.orders.tables import orders
from tests.stack.bot_stack import NORTH, BotStack, BotUser, Json, wait_until
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.rate_limit import open_telegram_rate_limiter
from workers.telegram.sender import open_telegram_sender
from workers.telegram.sender_context import SenderContext

ADMIN_CHAT_IDS = count(-1_005_000_000_000)


@dataclass(slots=True, kw_only=True)
class AdminChat:
    """The admin chat of the campus north, an admin in it, and a sender for due notifications."""

    stack: BotStack
    context: SenderContext
    chat: int
    sam: BotUser
    seen: set[int] = field(default_factory=set)

    async def write(self, text: str, *, photo: bool = False, reply_to: int | None = None) -> Json:
        """Send a message here as Sam, and return the answer of the stand-in."""
        return await self.sam.write(text, self.chat, photo=photo, reply_to=reply_to)

    async def answer_to(self, text: str, *, reply_to: int | None = None) -> str:
        """Send a message here as Sam, and return the text of the bot's newest message after it."""
        return await self.sam.answer_to(text, self.chat, reply_to=reply_to)

    async def text(self) -> str:
        """The text of the bot's newest message here."""
        return await self.sam.text(self.chat)

    async def tap(self, tap: Tap, subject: int = 0, argument: int = 0) -> Json:
        """Tap a button of the bot's newest message here as Sam, and return the answer."""
        return await self.sam.tap(tap, subject, argument, chat=self.chat)

    async def send_due(self) -> None:
        """Send the due notifications about cases, as a worker does."""

        about_cases, sent = notification.c.name.like("case:%"), notification.c.status == "sent"
        due = sorted(
            row["id"] for row in await self.stack.rows(notification, about_cases, notification.c.status == "due")
        )

        async def all_sent() -> bool:
            for notification_id in due:
                await dispatch_notification(self.context, notification_id)
            return len(await self.stack.rows(notification, notification.c.id.in_(due), sent)) == len(due)

        await wait_until(all_sent)

    async def new_messages(self) -> list[Json]:
        """The bot's messages in the admin chat that this method has not returned before."""
        await self.send_due()
        new = [each for each in await self.sam.messages(self.chat) if each["from"]["is_bot"]]
        fresh = [each for each in new if each["message_id"] not in self.seen]
        self.seen |= {each["message_id"] for each in fresh}
        return fresh


@asynccontextmanager
async def open_admin_chat(stack: BotStack) -> AsyncIterator[AdminChat]:
    """Bind an admin chat to the campus north for the length of a test."""
    sam = await stack.add_admin()
    north, chat = campus.c.id == stack.campuses["north"], next(ADMIN_CHAT_IDS)
    await stack.update_rows(campus, north, admin_chat=chat)  # before the bot is there, else it would say what to do
    await stack.control_telegram("groups", id=chat, title="Desk", members=[sam.id], bots=[NORTH[2]], admins=[NORTH[2]])
    sender = open_telegram_sender(stack.telegram_url, {stack.campuses["north"]: NORTH[1]})
    rate_limiter = open_telegram_rate_limiter(stack.settings.redis_url)
    try:
        context = SenderContext(
            database=stack.work, autocommit=stack.autocommit, sender=sender, rate_limiter=rate_limiter
        )
        yield AdminChat(stack=stack, context=context, chat=chat, sam=sam)
    finally:
        await sender.close()
        await rate_limiter.close()


async def deliver_order(stack: BotStack) -> tuple[BotUser, BotUser, int]:
    """Play an order from the basket to the hand-over, and return its customer, its runner and its number."""
    mei, ana = await stack.add_customer(), await stack.add_runner()
    order_id = await mei.open_order()
    async with stack.work() as work:
        order = work, SYSTEM, stack.campuses["north"], order_id
        await move_order(*order, OrderEvent.CLAIMED, runner_id=ana.id, pin="4817")
        await move_order(*order, OrderEvent.BOUGHT, receipt=450, total=730, runner_share=630)
        await move_order(*order, OrderEvent.PICKED_UP)
        await move_order(*order, OrderEvent.ARRIVED)
        await move_order(*order, OrderEvent.DELIVERED, reason="pin")
    return mei, ana, order_id


async def backdate_delivery(stack: BotStack, order_id: int) -> None:
    """Move the delivery to more than a day ago."""
    await stack.update_rows(orders, orders.c.id == order_id, delivered_at=datetime.now(UTC) - timedelta(hours=25))


async def order_message_for(
    stack: BotStack, kind: OrderMessageKind, order_id: int, viewer: BotUser
) -> OrderMessageContent:
    """Render an order message as a worker would now."""
    shown_to = select(order_message).where(
        order_message.c.order_id == order_id, order_message.c.kind == kind, order_message.c.chat_id == viewer.id
    )
    async with stack.work() as work:
        await insert_order_message(work, stack.campuses["north"], order_id, kind, viewer.id)
        row = order_message_from_row((await work.connection.execute(shown_to)).mappings().one())
        seen = (await read_order_views(work.connection, [row]))[row.id]
        return render_order_message(kind, order_message_source_from_row(seen, row).view, "en")


def button_rows(rendered: OrderMessageContent) -> list[list[str]]:
    """The rows of buttons of an order message."""
    return [[button.label for button in row] for row in rendered.rows]
