"""Which message of the bot a reply answers or a tap was on, found by its message id, stored or still on its way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.tables import notification, order_message

ORDER_MESSAGE_KEY = "order_message"
DAY = timedelta(days=1)  # what a person writes later answers nobody by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliedMessage:
    """An order message (`key` is ORDER_MESSAGE_KEY), or a notification by its sentence's key and its name."""

    key: str
    name: str
    order_id: int | None
    about: tuple[int, ...] = ()  # the people whom the reply means; none: the sides of the order


async def find_replied_messages(
    work: UnitOfWork, campus_id: int, chat_id: int, message_id: int
) -> Sequence[RepliedMessage]:
    """Return the message with this id in a chat with this campus's bot; nothing for other messages.

    A reply may come before the id is stored. Then it means one of the messages being sent to the chat: its id is
    higher than all that are stored there, because Telegram counts up.
    """
    order_messages = _select_order_messages().where(
        order_message.c.campus_id == campus_id, order_message.c.chat_id == chat_id
    )
    notifications = _select_notifications().where(
        notification.c.campus_id == campus_id, notification.c.chat_id == chat_id
    )
    by_number = (
        order_messages.where(order_message.c.message_id == message_id),
        notifications.where(notification.c.message_id == message_id),
    )
    found = await _read(work, *by_number)
    if found:
        return found
    # An order message that Telegram refused for good has tries too, but is not due any more.
    begun = or_(order_message.c.tries > 0, order_message.c.unknown_sends > 0)
    first_time = (order_message.c.message_id.is_(None), begun, order_message.c.due_at.is_not(None))
    being_sent = await _read(
        work,
        order_messages.where(*first_time),
        notifications.where(notification.c.status == NotificationStatus.SENDING),
    )
    found = await _read(work, *by_number)  # again: the id may have been stored between the two reads
    if found:
        return found
    newer = (
        order_messages.where(order_message.c.message_id > message_id),
        notifications.where(notification.c.message_id > message_id),
    )
    return () if await _read(work, *(each.limit(1) for each in newer)) else being_sent


async def find_last_words(
    work: UnitOfWork, campus_id: int, chat_id: int, keys: Collection[str]
) -> RepliedMessage | None:
    """Return the newest message with one of these keys that a person got in the last day; None without one."""
    lately = notification.c.written_at > work.now - DAY
    here = (notification.c.campus_id == campus_id, notification.c.chat_id == chat_id, notification.c.key.in_(keys))
    newest = _select_notifications().where(*here, lately, notification.c.message_id.is_not(None))
    found = await _read(work, newest.order_by(notification.c.message_id.desc()).limit(1))
    return found[0] if found else None


async def is_copy_of_order_message(
    work: UnitOfWork, campus_id: int, chat_id: int, message_id: int, *, order_id: int
) -> bool:
    """Return whether a message with the order's button is not the one that is kept up to date in this chat.

    The id of that one must be known. A message that stands there for something else is none either.
    """
    asked = {"campus": campus_id, "chat": chat_id, "order": order_id, "message": message_id}
    return bool((await work.connection.execute(_IS_COPY, asked)).scalar_one())


def _is_copy() -> Select[tuple[bool]]:
    """Build the question whether a message is a copy of the one that is kept up to date."""
    campus, chat, message = (bindparam(name, type_=BigInteger()) for name in ("campus", "chat", "message"))
    here = (order_message.c.campus_id == campus, order_message.c.chat_id == chat)
    sent = (notification.c.campus_id == campus, notification.c.chat_id == chat)
    of_order = order_message.c.order_id == bindparam("order")
    kept = exists().where(*here, of_order, order_message.c.message_id.is_not(None))
    known = or_(
        exists().where(*here, order_message.c.message_id == message),
        exists().where(*sent, notification.c.message_id == message),
    )
    return select(and_(kept, ~known))


_IS_COPY = _is_copy()


def _select_order_messages() -> Select[Any]:
    nobody = cast(literal_column("'[]'"), notification.c.about.type).label("about")
    return select(literal(ORDER_MESSAGE_KEY).label("key"), literal("").label("name"), order_message.c.order_id, nobody)


def _select_notifications() -> Select[Any]:
    return select(notification.c.key, notification.c.name, notification.c.order_id, notification.c.about)


async def _read(work: UnitOfWork, *queries: Select[Any]) -> Sequence[RepliedMessage]:
    rows = (await work.connection.execute(union_all(*queries))).mappings().all()
    return [RepliedMessage(**{**row, "about": tuple(row["about"])}) for row in rows]
