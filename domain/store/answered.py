"""Which message of ours somebody answers: by its number in her chat, known or just being given."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, literal, select, union_all

from domain.store.schema import live_card, push
from domain.store.unit_of_work import UnitOfWork

CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A card (its key is CARD), or a push by its sentence's key and its name."""

    key: str
    name: str
    order_id: int | None


async def told_under(work: UnitOfWork, campus_id: int, chat_id: int, message_id: int) -> Sequence[Told]:
    """The message with this number in a chat with this campus' bot; nothing for one that is no card and no push.

    Who answers before the number was written down means one of those that are on their way to her: its number is
    higher than all that are known there, for Telegram counts up.
    """
    cards = _cards().where(live_card.c.campus_id == campus_id, live_card.c.chat_id == chat_id)
    pushes = _pushes().where(push.c.campus_id == campus_id, push.c.chat_id == chat_id)
    by_number = (cards.where(live_card.c.message_id == message_id), pushes.where(push.c.message_id == message_id))
    known = await _read(work, *by_number)
    if known:
        return known
    # One that Telegram refused for good has tries too, but is due no more.
    first_time = (live_card.c.message_id.is_(None), live_card.c.tries > 0, live_card.c.due_at.is_not(None))
    under_way = await _read(work, cards.where(*first_time), pushes.where(push.c.status == "sending"))
    known = await _read(work, *by_number)  # once more: it may have arrived between the two looks
    if known:
        return known
    newer = (cards.where(live_card.c.message_id > message_id), pushes.where(push.c.message_id > message_id))
    return () if await _read(work, *(each.limit(1) for each in newer)) else under_way


def _cards() -> Select[tuple[str, str, int]]:
    return select(literal(CARD).label("key"), literal("").label("name"), live_card.c.order_id)


def _pushes() -> Select[tuple[str, str, int]]:
    return select(push.c.key, push.c.name, push.c.order_id)


async def _read(work: UnitOfWork, *queries: Select[tuple[str, str, int]]) -> Sequence[Told]:
    rows = (await work.connection.execute(union_all(*queries))).mappings().all()
    return [Told(key=row["key"], name=row["name"], order_id=row["order_id"]) for row in rows]
