"""Jobs as far as a test wants them, messages that a worker would have sent, and updates written by hand."""

from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

from sqlalchemy import insert

from domain.buttons import Tap
from domain.store.schema import live_card, orders, push, saga
from tests.bot.founding import NORTH, SECRET
from tests.bot.stage import Json, Somebody, Stage, dumped

NUMBERS = count(50_000_000)  # of updates and messages no stand-in gives


async def job(stage: Stage) -> tuple[int, Somebody]:
    """An order that runners see, and its customer."""
    mei = await stage.customer()
    order_id = await mei.order_food()
    await stage.publish(order_id)
    return order_id, mei


async def claimed(stage: Stage) -> tuple[int, Somebody, Somebody]:
    """The same, held by a runner who may buy."""
    order_id, mei = await job(stage)
    ana = await stage.runner()
    assert "is yours" in (await ana.tap(Tap.CLAIM, order_id, 1))["text"]
    await stage.check_hold(order_id)
    return order_id, mei, ana


async def arrived(stage: Stage) -> tuple[int, Somebody, Somebody]:
    """The same, at the customer's door."""
    order_id, mei, ana = await claimed(stage)
    for tap in (Tap.BOUGHT_AS_ESTIMATED, Tap.PICKED_UP, Tap.HERE):
        await ana.tap(tap, order_id, 2)
    assert (await stage.rows(orders, orders.c.id == order_id))[0]["status"] == "ARRIVED"
    return order_id, mei, ana


async def card_of(stage: Stage, reader: Somebody, order_id: int) -> int:
    """The message of the reader's card of this order, as a worker would have sent it."""
    number = await _sent(stage, reader)
    here = (live_card.c.order_id == order_id, live_card.c.chat_id == reader.id)
    await stage.change(live_card, *here, message_id=number)
    return number


async def push_of(stage: Stage, reader: Somebody, order_id: int, key: str) -> int:
    """The message of the newest push of this kind, as a worker would have sent it."""
    number = await _sent(stage, reader)
    found = await pushes(stage, order_id, key, reader)
    await stage.change(push, push.c.id == found[-1]["id"], message_id=number, status="sent", due_at=None)
    return number


async def pushes(stage: Stage, order_id: int, key: str, reader: Somebody | None = None) -> list[Json]:
    """The pushes of this kind about an order, oldest first."""
    rows = await stage.rows(push, push.c.order_id == order_id, push.c.key == key)
    return sorted((row for row in rows if reader is None or row["chat_id"] == reader.id), key=lambda row: row["id"])


async def _sent(stage: Stage, reader: Somebody) -> int:
    keyboard = {"inline_keyboard": [[{"text": "Any", "callback_data": "v1:home:0:1"}]]}
    form = {"chat_id": reader.id, "text": "what a worker drew", "reply_markup": keyboard}
    async with stage.session.post(f"{stage.telegram}/bot{NORTH[1]}/sendMessage", json=form) as response:
        return int((await response.json())["result"]["message_id"])


def written_by(one: Somebody, *, reply_to: int | None = None, **content: Json) -> Json:
    """An update with what the stand-in's people can't send: files, stickers, or the same message once more."""
    chat = {"id": one.id, "type": "private", "first_name": "Somebody"}
    sender = {"id": one.id, "is_bot": False, "first_name": "Somebody", "language_code": "en"}
    message = {"message_id": next(NUMBERS), "date": 1, "chat": chat, "from": sender, **content}
    if reply_to is not None:
        message["reply_to_message"] = {"message_id": reply_to, "date": 1, "chat": chat, "text": "a card"}
    return {"update_id": next(NUMBERS), "message": message}


async def posted(stage: Stage, update: Json) -> None:
    """Telegram brings this update to the north."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    async with stage.session.post(f"{stage.door}/telegram/north", data=dumped(update), headers=headers) as response:
        assert response.status == 200


async def stuck_saga(stage: Stage) -> int:
    """A pay-out that Stripe refused for good; gives its number."""
    row = {
        "id": uuid4(),
        "name": f"pay_out_runner:{uuid4()}",
        "kind": "pay_out_runner",
        "version": 1,
        "campus_id": stage.campuses["north"],
        "status": "stuck",
        "position": 1,
        "data": {},
        "error": "transfers_not_allowed <b>",
        "failing_since": datetime.now(UTC),
    }
    async with stage.work() as work:
        found = await work.connection.execute(insert(saga).values(row).returning(saga.c.number))
        return int(found.scalar_one())
