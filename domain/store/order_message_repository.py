"""Live cards as rows: claimed with a lease, and what became of them written down."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import RowMapping, Update, bindparam, case, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.order_message_view import OrderMessageKind
from domain.store.schema import campus, notification, order_message
from domain.store.unit_of_work import UnitOfWork

# A killed worker's cards come again after this. Whoever wants a card drawn meanwhile raises `wanted` and leaves a
# `due_at` in the future alone, or two workers would send the same card.
LEASE_TTL = timedelta(seconds=10)

_DUE = (
    select(order_message.c.id)
    .where(order_message.c.id == bindparam("number"), order_message.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_LEASE = (
    update(order_message)
    .where(order_message.c.id == _DUE)
    .values(due_at=func.now() + LEASE_TTL, tries=order_message.c.tries + 1, fence=order_message.c.fence + 1)
    .returning(order_message)
)
_RISEN = {"fence": order_message.c.fence + 1}  # whoever knew the row as it was before changes nothing any more


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMessageRow:
    """A card this worker may deliver now; `tries` are attempts since the last delivery, `fence` guards the outcome."""

    id: int
    campus_id: int
    order_id: int
    kind: OrderMessageKind
    chat_id: int
    message_id: int | None
    sent_hash: str | None
    requested_revision: int
    tries: int
    fence: int


async def lease_order_message(connection: AsyncConnection, order_message_id: int) -> OrderMessageRow | None:
    """Take the lease of a due card; None when it is not due, or another worker has it."""
    row = (await connection.execute(_LEASE, {"number": order_message_id})).mappings().one_or_none()
    return None if row is None else _order_message_from_row(row)


async def record_order_message_sent(
    work: UnitOfWork, message: OrderMessageRow, message_id: int | None, digest: str
) -> bool:
    """It stands in the chat as drawn; due again at once when somebody wanted more. False when it was overtaken."""
    changed = {
        "message_id": message_id,
        "sent_hash": digest,
        "sent_revision": message.requested_revision,
        "tries": 0,
        "error": None,
        "first_sent_at": func.coalesce(order_message.c.first_sent_at, func.now()),
        "due_at": case((order_message.c.requested_revision > message.requested_revision, func.now()), else_=null()),
    }
    statement = _update_if_leased(message).values(changed).returning(order_message.c.due_at)
    row = (await work.connection.execute(statement)).one_or_none()
    if row is not None and row.due_at is not None:
        work.enqueue_after_commit("update_order_message", message.id)
    return row is not None


async def postpone_order_message(
    work: UnitOfWork, message: OrderMessageRow, after: timedelta, error: str | None = None
) -> bool:
    """Not delivered: due again after a while. Without an error it was no failure, only a queue. False: overtaken."""
    tries = message.tries if error else message.tries - 1
    changed = {"due_at": func.now() + after, "tries": tries, "error": error}
    return (await work.connection.execute(_update_if_leased(message).values(changed))).rowcount == 1


async def record_order_message_gone(work: UnitOfWork, message: OrderMessageRow) -> None:
    """The message is gone from the chat: send a new one at once."""
    changed = {"due_at": func.now(), "message_id": None, "sent_hash": None, "error": "message gone"}
    await work.connection.execute(_update_if_leased(message).values(changed))
    work.enqueue_after_commit("update_order_message", message.id)


async def give_up_order_message(work: UnitOfWork, message: OrderMessageRow, error: str) -> bool:
    """Nothing more is tried until somebody wants the card drawn again. False when it was overtaken."""
    return (await work.connection.execute(_update_if_leased(message).values(due_at=None, error=error))).rowcount == 1


async def retry_order_message(work: UnitOfWork, subject: str) -> None:
    """A parked card is due now, with all its tries before it."""
    retried = {
        "due_at": func.now(),
        "tries": 0,
        "error": None,
        "requested_revision": order_message.c.requested_revision + 1,
        **_RISEN,
    }
    given_up = update(order_message).where(order_message.c.id == int(subject), order_message.c.due_at.is_(None))
    await work.connection.execute(given_up.values(retried))
    work.enqueue_after_commit("update_order_message", int(subject))


async def migrate_chat(work: UnitOfWork, old: int, new: int) -> None:
    """A group became a supergroup: everything that names it follows, and its cards are new messages there."""
    for column in (campus.c.runner_group, campus.c.admin_chat):
        await work.connection.execute(update(campus).where(column == old).values({column: new}))
    there = order_message.alias("there")
    twin = select(there.c.id).where(there.c.order_id == order_message.c.order_id, there.c.kind == order_message.c.kind)
    alone = ~twin.where(there.c.chat_id == new).exists()
    due = case((order_message.c.due_at.is_not(None), func.now()), else_=null())  # a worker that has one is overtaken
    moved = {"chat_id": new, "message_id": None, "sent_hash": None, "due_at": due, **_RISEN}
    await work.connection.execute(update(order_message).where(order_message.c.chat_id == old, alone).values(moved))
    await work.connection.execute(
        update(order_message).where(order_message.c.chat_id == old).values(due_at=None, **_RISEN)
    )
    unsent = or_(notification.c.status == "due", notification.c.status == "sending")
    await work.connection.execute(update(notification).where(notification.c.chat_id == old, unsent).values(chat_id=new))


def _update_if_leased(message: OrderMessageRow) -> Update:
    return (
        update(order_message)
        .where(order_message.c.id == message.id, order_message.c.fence == message.fence)
        .values(_RISEN)
    )


def _order_message_from_row(row: RowMapping) -> OrderMessageRow:
    plain = {name: row[name] for name in OrderMessageRow.__slots__ if name != "kind"}
    return OrderMessageRow(kind=OrderMessageKind(row["kind"]), **plain)
