"""Orders in the state a test needs, messages that a worker would have sent, and updates built by hand."""

from datetime import UTC, datetime
from uuid import uuid4

from domain.messaging.buttons import Tap
from domain.messaging.tables import notification, order_message
from domain.orders.tables import orders
from domain.saga.tables import saga
from tests.stack.bot_stack import NORTH, SECRET, BotStack, BotUser, Json, json_bytes
from tests.stack.raw_updates import UPDATE_IDS, message_content, private_chat


async def open_order(stack: BotStack) -> tuple[int, BotUser]:
    """Insert an order that runners see, and return it with its customer."""
    mei = await stack.add_customer()
    return await mei.open_order(), mei


async def claimed_order(stack: BotStack) -> tuple[int, BotUser, BotUser]:
    """Insert an order claimed by a runner who may buy."""
    order_id, mei = await open_order(stack)
    ana = await stack.add_runner()
    assert "is yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"]
    await stack.confirm_hold(order_id)
    return order_id, mei, ana


async def arrived_order(stack: BotStack) -> tuple[int, BotUser, BotUser]:
    """Insert an order whose runner is at the customer's door."""
    order_id, mei, ana = await claimed_order(stack)
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.ARRIVED):
        await ana.tap(tap, order_id, 2)
    assert (await stack.rows(orders, orders.c.id == order_id))[0]["status"] == "ARRIVED"
    return order_id, mei, ana


async def order_message_of(stack: BotStack, reader: BotUser, order_id: int) -> int:
    """Insert the message of the reader's order message, as a worker would have sent it."""
    number = await _record_sent_message(stack, reader)
    here = (order_message.c.order_id == order_id, order_message.c.chat_id == reader.id)
    await stack.update_rows(order_message, *here, message_id=number)
    return number


async def notification_of(stack: BotStack, reader: BotUser, order_id: int, key: str) -> int:
    """Insert the message of the newest notification of this kind, as a worker would have sent it."""
    number = await _record_sent_message(stack, reader)
    found = await notifications_of(stack, order_id, key, reader)
    await stack.update_rows(
        notification, notification.c.id == found[-1]["id"], message_id=number, status="sent", due_at=None
    )
    return number


async def notifications_of(stack: BotStack, order_id: int, key: str, reader: BotUser | None = None) -> list[Json]:
    """The notifications of this kind about an order, oldest first."""
    rows = await stack.rows(notification, notification.c.order_id == order_id, notification.c.key == key)
    return sorted((row for row in rows if reader is None or row["chat_id"] == reader.id), key=lambda row: row["id"])


async def _record_sent_message(stack: BotStack, reader: BotUser) -> int:
    keyboard = {"inline_keyboard": [[{"text": "Any", "callback_data": "v1:home:0:1"}]]}
    form = {"chat_id": reader.id, "text": "what a worker drew", "reply_markup": keyboard}
    return int((await stack.call_telegram(NORTH[1], "sendMessage", **form))["message_id"])


def raw_message_update(one: BotUser, *, reply_to: int | None = None, **content: Json) -> Json:
    """Build an update that simulated users cannot send: with a file, a sticker, or the same message once more."""
    if reply_to is not None:
        content["reply_to_message"] = {
            "message_id": reply_to,
            "date": 1,
            "chat": private_chat(one.id),
            "text": "a card",
        }
    return {"update_id": next(UPDATE_IDS), **message_content(one.id, **content)}


async def post_update(stack: BotStack, update: Json) -> None:
    """Post this update to the bot of the campus north, as Telegram does."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    async with stack.http.post(
        f"{stack.gateway_url}/telegram/north", data=json_bytes(update), headers=headers
    ) as response:
        assert response.status == 200
    await stack.wait_until_idle()


async def bind_group(admin: BotUser, group: int, *, admins: bool = False) -> None:
    """Make the group the runner group, or the admin chat, as an admin does: with the command, and a yes."""
    await admin.write("/bind admin" if admins else "/bind", group)
    await admin.tap(Tap.BIND, argument=2 if admins else 1, chat=group)


async def make_stuck_saga(stack: BotStack) -> int:
    """Insert a payout that Stripe refused for good, and return its number."""
    row = {
        "id": uuid4(),
        "name": f"pay_out_runner:{uuid4()}",
        "kind": "pay_out_runner",
        "version": 1,
        "campus_id": stack.campuses["north"],
        "status": "stuck",
        "position": 1,
        "data": {},
        "error": "transfers_not_allowed <b>",
        "failing_since": datetime.now(UTC),
    }
    return await stack.insert(saga, **row)
