"""An order that was handed over, an admin chat to hear of it, and the worker's part of sending what is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.card_view import Card, CardKind
from domain.cards import draw
from domain.order import OrderEvent
from domain.store.card_rows import CardRow
from domain.store.card_views import read_sight, sight_from
from domain.store.events import SYSTEM
from domain.store.orders import move
from domain.store.schema import campus, orders, push
from tests.bot.founding import NORTH
from tests.bot.stage import Json, Somebody, Stage, until
from workers.buckets import open_buckets
from workers.messages import Office, send_push
from workers.telegram_sender import open_sender


@dataclass(slots=True, kw_only=True)
class Desk:
    """The admin chat of the north, an admin in it, and a sender of what is due."""

    stage: Stage
    office: Office
    chat: int
    sam: Somebody
    seen: set[int] = field(default_factory=set)

    async def post(self) -> None:
        """Send what is due about cases, as a worker does."""

        about_cases, sent = push.c.name.like("case:%"), push.c.status == "sent"
        due = sorted(row["id"] for row in await self.stage.rows(push, about_cases, push.c.status == "due"))

        async def all_sent() -> bool:
            for push_id in due:
                await send_push(self.office, push_id)
            return len(await self.stage.rows(push, push.c.id.in_(due), sent)) == len(due)

        await until(all_sent)

    async def told(self) -> list[Json]:
        """The bot's messages in the admin chat that were not looked at before."""
        await self.post()
        new = [each for each in await self.sam.messages(self.chat) if each["from"]["is_bot"]]
        fresh = [each for each in new if each["message_id"] not in self.seen]
        self.seen |= {each["message_id"] for each in fresh}
        return fresh


@asynccontextmanager
async def desk_of(stage: Stage) -> AsyncIterator[Desk]:
    """An admin chat for the north, for the length of a test."""
    sam = await stage.admin()
    made = await stage.sim("groups", title="Desk", members=[sam.id], bots=[NORTH[2]], admins=[NORTH[2]])
    north, chat = campus.c.id == stage.campuses["north"], int(made["id"])
    await stage.change(campus, north, admin_chat=chat)
    sender = open_sender(stage.telegram, {stage.campuses["north"]: NORTH[1]})
    buckets = open_buckets(stage.settings.redis_url)
    try:
        office = Office(database=stage.work, singly=stage.singly, sender=sender, buckets=buckets)
        yield Desk(stage=stage, office=office, chat=chat, sam=sam)
    finally:
        await sender.close()
        await buckets.close()


async def delivered(stage: Stage) -> tuple[Somebody, Somebody, int]:
    """A customer and her runner, and their order from the basket to the door."""
    mei, ana = await stage.customer(), await stage.runner()
    order_id = await mei.order_food()
    await stage.publish(order_id)
    async with stage.work() as work:
        order = work, SYSTEM, stage.campuses["north"], order_id
        await move(*order, OrderEvent.CLAIMED, runner_id=ana.id, pin="4817")
        await move(*order, OrderEvent.BOUGHT, receipt=450, total=730, runner_share=630)
        await move(*order, OrderEvent.PICKED_UP)
        await move(*order, OrderEvent.ARRIVED)
        await move(*order, OrderEvent.DELIVERED, reason="pin")
    return mei, ana, order_id


async def long_ago(stage: Stage, order_id: int) -> None:
    """It was delivered more than a day ago."""
    await stage.change(orders, orders.c.id == order_id, delivered_at=datetime.now(UTC) - timedelta(hours=25))


async def card(stage: Stage, kind: CardKind, order_id: int, viewer: Somebody) -> Card:
    """A card as a worker would draw it now."""
    row = CardRow(
        id=0,
        campus_id=stage.campuses["north"],
        order_id=order_id,
        kind=kind,
        chat_id=viewer.id,
        message_id=None,
        delivered_hash=None,
        wanted=1,
        tries=0,
        fence=0,
    )
    async with stage.work() as work:
        return draw(kind, sight_from(await read_sight(work.connection, row), row).view, "en")


def labels(drawn: Card) -> list[list[str]]:
    """The rows of buttons on a card."""
    return [[button.words for button in row] for row in drawn.rows]


async def reply(one: Somebody, to: int, text: str, chat: int | None = None, **more: Json) -> None:
    """Write in answer to a message, with `photo=True` under a picture, and wait for what the bot does about it."""
    stage = one.stage
    await stage.sim("messages", from_=one.id, chat=chat or one.chat, text=text, reply_to=to, **more)
    await stage.quiet()


async def show(one: Somebody, caption: str, chat: int | None = None) -> None:
    """Send a picture with a caption."""
    await one.stage.sim("messages", from_=one.id, chat=chat or one.chat, text=caption, photo=True)
    await one.stage.quiet()
