"""A campus with people, orders and a Telegram stand-in, for tests of the outbox."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import func, select, text, update

from domain.campuses.tables import campus
from domain.inbox.dead_letter import DeadLetter
from domain.inbox.dead_letter_repository import list_dead_letters, requeue_dead_letter
from domain.messaging.buttons import ButtonStyle
from domain.messaging.notification.model import Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.messaging.tables import notification, order_message
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import find_order
from domain.orders.states import Order, OrderStatus
from domain.orders.tables import orders
from tests.stack.frozen import Freezing, FrozenWorker, freeze
from tests.stack.rows import insert_member, insert_row
from tests.stack.telegram_control import TelegramControl
from workers.scheduling.due_work_repository import DueSend, DueSends, list_due_sends
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.outbox_sweeper import OutboxSweeper, Send
from workers.telegram.sender_context import SenderContext

TOKEN, BOT = "4711:post-office", "campus_bot"
MEI, ANA = 1001, 1002
GROUP = -100_200_300_400
PLAIN_GROUP = -4_200_300  # not yet a supergroup
CLAIMED = {"status": OrderStatus.ACCEPTED, "runner_id": ANA, "version": 2, "pin": "0482", "accepted_at": func.now()}
TERMS: dict[str, Any] = {
    "store_name": "Koufu",
    "drop_point": "Hall 3, door",
    "items": [{"name": "rice", "quantity": 1, "price": 420}],
    "currency": "sgd",
    "platform_basis_points": 1000,
}
TERMS |= {"items_cost": 420, "shop_limit": 520, "delivery_fee": 200, "service_fee": 80, "tip": 0, "ceiling": 800}


def line(campus_id: int, words: str, chat_id: int, *, photo: str | None = None, order_id: int = 7) -> Notification:
    """What a customer wrote about an order, for this chat, in the order's own case: 3 of order 7."""
    case = order_id - 4
    return Notification(
        campus_id=campus_id,
        chat_id=chat_id,
        name=f"line:{order_id}:{words}:{chat_id}",
        key="notification-case-more",
        order_id=order_id,
        args={"order": order_id, "case": case, "customer": "Mei (1001)", "words": words},
        buttons=[NotificationButton(label="button-case-answer", data=f"v1:case_answer:{case}:0")],
        photo=photo,
    )


@dataclass(slots=True, kw_only=True)
class SenderStack(TelegramControl):
    """The sender under test, with controls of the database and the Telegram stand-in."""

    context: SenderContext
    redis: Redis
    campus_id: int

    async def add_order(self, group: int = GROUP) -> Order:
        """Insert an order that runners see, with its order messages not sent yet."""
        async with self.context.database() as work:
            await work.connection.execute(update(campus).values(runner_group=group))
            parties = {"campus_id": self.campus_id, "customer_id": MEI}
            moments = {"placed_at": work.now, "created_at": work.now}
            order_id = await insert_row(work, orders, status=OrderStatus.CREATED, **parties, **TERMS, **moments)
            order = await find_order(work, self.campus_id, order_id)
            await refresh_order_messages(work, order)
        return order

    async def shown_order(self) -> Order:
        """Insert an order whose order messages were sent."""
        order = await self.add_order()
        await self.send_all_due()
        return order

    async def show_change(self, order: Order, **changes: object) -> None:
        """Commit a change of the order, and send its order messages."""
        await self.change_order(order, **changes)
        await self.send_all_due()

    async def change_order(self, order: Order, **changes: object) -> None:
        """Commit a change of the order and request its order messages again."""
        async with self.context.database() as work:
            if changes:
                await work.connection.execute(update(orders).where(orders.c.id == order.id).values(changes))
            await refresh_order_messages(work, await find_order(work, self.campus_id, order.id))

    async def notify_about_order(self, order: Order, key: str, chat_id: int = MEI, **words: str | int) -> int:
        """Insert a notification about an order, and return its number."""
        async with self.context.database() as work:
            await notify(
                work,
                Notification(
                    campus_id=self.campus_id,
                    chat_id=chat_id,
                    name=f"{key}:{order.id}",
                    key=key,
                    order_id=order.id,
                    args={"order": order.id, **words},
                ),
            )
            found = await work.connection.execute(select(func.max(notification.c.id)))
            number: int = found.scalar_one()
        return number

    async def add_notification(self, name: str, chat_id: int = MEI) -> int:
        """Insert a notification about no order, and return its number."""
        async with self.context.database() as work:
            await notify(
                work,
                Notification(
                    campus_id=self.campus_id,
                    chat_id=chat_id,
                    name=name,
                    key="notification-payout-waits",
                    buttons=[
                        NotificationButton(label="button-set-up-payout", data="v1:set_up_payout:0:0"),
                        NotificationButton(label="button-cancel-free", data="v1:cancel:7:1", style=ButtonStyle.DANGER),
                    ],
                    args={"order": 7, "amount": "S$6.00"},
                ),
            )
            found = await work.connection.execute(select(notification.c.id).where(notification.c.name == name))
            number: int = found.scalar_one()
        return number

    async def write_line(self, words: str, chat_id: int = MEI, *, photo: str | None = None, order_id: int = 7) -> int:
        """Insert words of a case, and return their number."""
        async with self.context.database() as work:
            await notify(work, line(self.campus_id, words, chat_id, photo=photo, order_id=order_id))
            number: int = (await work.connection.execute(select(func.max(notification.c.id)))).scalar_one()
        return number

    async def upload_photo(self) -> str:
        """Upload a photo and return a file id that Telegram knows."""
        content = base64.b64encode(b"\x89PNG of a receipt").decode()
        said = await self.control_telegram("messages", from_=MEI, chat=f"@{BOT}", text="", picture=content)
        return str(said["message"]["photo"])

    async def execute_sql(self, statement: str, **values: Any) -> None:
        """Change rows without a use case."""
        async with self.context.database() as work:
            await work.connection.execute(text(statement), values)

    async def dead_letters(self) -> Sequence[DeadLetter]:
        """The dead letters that wait for an admin."""
        async with self.context.database() as work:
            return await list_dead_letters(work, self.campus_id)

    async def send_all_due(self) -> None:
        """Run sweeps until nothing is due."""
        while True:
            async with self.context.autocommit() as connection:
                if await list_due_sends(connection, 1) == DueSends():
                    return
            await self.sweep_once()

    async def sweep_once(self) -> None:
        """Run one sweep to the end of everything it starts."""
        sends = self.new_sends()
        await sends.start_due()
        await sends.finish()

    async def end_pause(self, chat_id: int = MEI) -> None:
        """Let the pause of a chat be over, for all workers."""
        await self.redis.delete(f"campusg:pause:{self.campus_id}:{chat_id}")

    async def halt_sender(self, number: int) -> FrozenWorker:
        """Halt a worker that has sent this notification, or knows why not, and has not recorded that."""
        ice = Freezing(database=self.context.database)
        return await freeze(ice, dispatch_notification(replace(self.context, database=ice.work), number))

    def new_sends(self) -> OutboxSweeper:
        """An outbox sweeper of a worker of its own."""
        return OutboxSweeper(sender_context=self.context)

    def notification_send(self, number: int) -> Send:
        """The send of a notification, as an outbox sweeper names it."""
        return dispatch_notification, DueSend(number, self.campus_id)

    async def order_message_row(self, kind: str) -> Any:
        """The row of the only order message of this kind."""
        async with self.context.database() as work:
            return (await work.connection.execute(select(order_message).where(order_message.c.kind == kind))).one()

    async def notification_row(self, number: int) -> Any:
        """The row of a notification."""
        async with self.context.database() as work:
            return (await work.connection.execute(select(notification).where(notification.c.id == number))).one()

    async def make_due(self) -> None:
        """Make everything unfinished due now."""
        async with self.context.database() as work:
            await work.connection.execute(text("UPDATE order_message SET due_at = now() WHERE due_at IS NOT NULL"))
            await work.connection.execute(text("UPDATE notification SET due_at = now() WHERE due_at IS NOT NULL"))

    async def requeue(self, found: DeadLetter) -> None:
        """Let an admin retry a dead letter."""
        async with self.context.database() as work:
            await requeue_dead_letter(work, found)

    async def inject_fault(
        self, kind: str, chat: int | None = MEI, *, method: str = "sendMessage", **more: Any
    ) -> None:
        """Let the next call to this chat fail, or to any chat."""
        await self.control_telegram("faults", kind=kind, method=method, chat=chat, **more)

    async def messages(self, user: int = MEI, chat: int | None = None) -> list[Any]:
        """The messages of a chat as it is now."""
        found: list[Any] = await self.control_telegram("messages", "GET", chat=chat or f"@{BOT}", user=user)
        return found

    async def chat_texts(self, user: int = MEI, chat: int | None = None) -> list[str]:
        """The texts of a chat as it is now, without those the person wrote."""
        return [one["text"] for one in await self.messages(user, chat) if one["text"] not in ("", "/start")]

    async def forget_message(self, chat_id: int, message_id: int) -> None:
        """Delete a message of the bot, as an admin of a group can."""
        await self.call_telegram(TOKEN, "deleteMessage", chat_id=chat_id, message_id=message_id)

    async def wait_until_in_flight(self, method: str) -> None:
        """Wait until a call has met an injected fault."""
        async with asyncio.timeout(20):
            while any(fault["method"] == method for fault in (await self.control_telegram("faults", "GET"))["faults"]):
                continue  # reading is an HTTP request, which lets other tasks run

    async def set_up(self) -> None:
        """Register one bot, two people who started it (Mei and Ana), and the runner groups."""
        await self.control_telegram("bots", token=TOKEN, username=BOT, name="Campus")
        for number, name in ((MEI, "Mei"), (ANA, "Ana")):
            await self.add_reader(number, name)
        for group, title, kind in ((GROUP, "Runners", "supergroup"), (PLAIN_GROUP, "Small", "group")):
            about: dict[str, Any] = {"members": [ANA], "bots": [BOT], "admins": [BOT]}
            await self.control_telegram("groups", id=group, title=title, type=kind, **about)

    async def add_reader(self, number: int, name: str) -> None:
        """Insert a person who started the bot."""
        await self.control_telegram("users", id=number, first_name=name, language_code="en")
        await self.control_telegram("messages", from_=number, chat=f"@{BOT}", text="/start")
        async with self.context.database() as work:
            await insert_member(work, self.campus_id, number, name)
