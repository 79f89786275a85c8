"""Live cards as rows: claimed with a lease, and what became of them written down."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, Update, bindparam, case, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.card_view import CardKind
from domain.store.schema import campus, live_card, push
from domain.store.unit_of_work import UnitOfWork

# A killed worker's cards come again after this. Whoever wants a card drawn meanwhile raises `wanted` and leaves a
# `due_at` in the future alone, or two workers would send the same card.
LEASE = timedelta(seconds=10)

_DUE = (
    select(live_card.c.id)
    .where(live_card.c.id == bindparam("card"), live_card.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(live_card)
    .where(live_card.c.id == _DUE)
    .values(due_at=func.now() + LEASE, tries=live_card.c.tries + 1, fence=live_card.c.fence + 1)
    .returning(live_card)
)
_RISEN = {"fence": live_card.c.fence + 1}  # whoever knew the row as it was before changes nothing any more


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A card this worker may deliver now; `tries` are attempts since the last delivery, `fence` guards the outcome."""

    id: int
    campus_id: int
    order_id: int
    kind: CardKind
    chat_id: int
    message_id: int | None
    delivered_hash: str | None
    wanted: int
    tries: int
    fence: int


async def claim_card(connection: AsyncConnection, card_id: int) -> CardRow | None:
    """Take the lease of a due card; None when it is not due, or another worker has it."""
    row = (await connection.execute(_CLAIM, {"card": card_id})).mappings().one_or_none()
    return None if row is None else _card_from(row)


async def card_delivered(work: UnitOfWork, card: CardRow, message_id: int | None, digest: str) -> bool:
    """It stands in the chat as drawn; due again at once when somebody wanted more. False when it was overtaken."""
    changed = {
        "message_id": message_id,
        "delivered_hash": digest,
        "delivered": card.wanted,
        "tries": 0,
        "error": None,
        "first_sent_at": func.coalesce(live_card.c.first_sent_at, func.now()),
        "due_at": case((live_card.c.wanted > card.wanted, func.now()), else_=null()),
    }
    statement = _still_ours(card).values(changed).returning(live_card.c.due_at)
    row = (await work.connection.execute(statement)).one_or_none()
    if row is not None and row.due_at is not None:
        work.ring("draw_card", card.id)
    return row is not None


async def card_postponed(work: UnitOfWork, card: CardRow, after: timedelta, error: str | None = None) -> bool:
    """Not delivered: due again after a while. Without an error it was no failure, only a queue. False: overtaken."""
    tries = card.tries if error else card.tries - 1
    changed = {"due_at": func.now() + after, "tries": tries, "error": error}
    return (await work.connection.execute(_still_ours(card).values(changed))).rowcount == 1


async def card_lost_its_message(work: UnitOfWork, card: CardRow) -> None:
    """The message is gone from the chat: send a new one at once."""
    changed = {"due_at": func.now(), "message_id": None, "delivered_hash": None, "error": "message gone"}
    await work.connection.execute(_still_ours(card).values(changed))
    work.ring("draw_card", card.id)


async def card_parked(work: UnitOfWork, card: CardRow, error: str) -> bool:
    """Nothing more is tried until somebody wants the card drawn again. False when it was overtaken."""
    return (await work.connection.execute(_still_ours(card).values(due_at=None, error=error))).rowcount == 1


async def draw_anew(work: UnitOfWork, subject: str) -> None:
    """A parked card is due now, with all its tries before it."""
    again = {"due_at": func.now(), "tries": 0, "error": None, "wanted": live_card.c.wanted + 1, **_RISEN}
    parked = update(live_card).where(live_card.c.id == int(subject), live_card.c.due_at.is_(None))
    await work.connection.execute(parked.values(again))
    work.ring("draw_card", int(subject))


async def move_chat(work: UnitOfWork, old: int, new: int) -> None:
    """A group became a supergroup: everything that names it follows, and its cards are new messages there."""
    for column in (campus.c.runner_group, campus.c.admin_chat):
        await work.connection.execute(update(campus).where(column == old).values({column: new}))
    there = live_card.alias("there")
    twin = select(there.c.id).where(there.c.order_id == live_card.c.order_id, there.c.kind == live_card.c.kind)
    alone = ~twin.where(there.c.chat_id == new).exists()
    due = case((live_card.c.due_at.is_not(None), func.now()), else_=null())  # a worker that has one is overtaken
    moved = {"chat_id": new, "message_id": None, "delivered_hash": None, "due_at": due, **_RISEN}
    await work.connection.execute(update(live_card).where(live_card.c.chat_id == old, alone).values(moved))
    await work.connection.execute(update(live_card).where(live_card.c.chat_id == old).values(due_at=None, **_RISEN))
    unsent = or_(push.c.status == "due", push.c.status == "sending")
    await work.connection.execute(update(push).where(push.c.chat_id == old, unsent).values(chat_id=new))


def _still_ours(card: CardRow) -> Update:
    return update(live_card).where(live_card.c.id == card.id, live_card.c.fence == card.fence).values(_RISEN)


def _card_from(row: RowMapping) -> CardRow:
    plain = {name: row[name] for name in CardRow.__slots__ if name != "kind"}
    return CardRow(kind=CardKind(row["kind"]), **plain)
