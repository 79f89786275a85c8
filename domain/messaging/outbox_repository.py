"""The outbox: order messages to refresh and notifications to send, written in the commit of what they tell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Result,
    Row,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.tables import campus
from domain.database.rows import given_rows
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.lanes import lane_of
from domain.messaging.notification.model import ADMIN_CHAT, Notification, buttons_to_json
from domain.messaging.notification.sound import MAX_PRIOR_AUDIBLE
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.questions.settling import keep_question
from domain.messaging.tables import notification, order_message

_REFRESH = (
    update(order_message)
    .where(order_message.c.order_id == any_(bindparam("orders", type_=ARRAY(BigInteger()))))
    .values(
        requested_revision=order_message.c.requested_revision + 1,
        due_at=func.coalesce(order_message.c.due_at, func.now()),
    )
    .returning(order_message.c.order_id, order_message.c.kind, order_message.c.chat_id, order_message.c.due_at)
)
_REFRESH_ALL_OR_PRIVATE = _REFRESH.where(or_(order_message.c.kind != "group", bindparam("group", type_=Boolean())))
_REFRESH_KIND = _REFRESH.where(order_message.c.kind == bindparam("this_kind", type_=Text()))
_GIVEN_MESSAGES = given_rows(order_message, "campus_id", "order_id", "kind", "chat_id")
_INSERT_ORDER_MESSAGES = (
    insert(order_message)
    .from_select([*_GIVEN_MESSAGES.c.keys(), "due_at"], select(*_GIVEN_MESSAGES.c, func.now()))
    .on_conflict_do_nothing()
    .returning(order_message.c.order_id)
)
_NOTIFICATION_COLUMNS = (
    *("campus_id", "order_id", "name", "chat_id", "lane", "key", "args", "buttons", "photo", "written_by", "about"),
)
_GIVEN = given_rows(notification, *_NOTIFICATION_COLUMNS, "silent", most_audible=Integer)
_PRIOR = notification.alias("prior").c
_PRIOR_AUDIBLE = (
    select(func.count())
    .where(_PRIOR.order_id == _GIVEN.c.order_id, _PRIOR.chat_id == _GIVEN.c.chat_id)
    .where(~_PRIOR.silent, _PRIOR.key.in_(MAX_PRIOR_AUDIBLE))
    .scalar_subquery()
)
_IS_SILENT = or_(_GIVEN.c.silent, and_(_GIVEN.c.most_audible.is_not(None), _GIVEN.c.most_audible < _PRIOR_AUDIBLE))
_INSERT_NOTIFICATIONS = (
    insert(notification)
    .from_select(
        [*_NOTIFICATION_COLUMNS, "silent", "due_at"],
        select(*(_GIVEN.c[name] for name in _NOTIFICATION_COLUMNS), _IS_SILENT, func.now()),
    )
    .on_conflict_do_nothing(index_elements=["name"])
    .returning(notification.c.id, notification.c.name)
)
_ADMIN_CHAT = select(campus.c.admin_chat).where(campus.c.id == bindparam("number"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrderMessage:
    """An order message that a chat has not got: of which order, and of which kind."""

    campus_id: int
    order_id: int
    kind: str
    chat_id: int


async def notify(work: UnitOfWork, message: Notification) -> None:
    """Insert a notification as `notify_all` does."""
    await notify_all(work, [message])


async def notify_all(work: UnitOfWork, messages: Sequence[Notification]) -> None:
    """Insert notifications, once for each name, in the lanes of their keys.

    One to the admin chat is not inserted where the campus has none: `/stuck` and `/board` show the matter. Those of
    one call do not count each other among the sounds of their order.
    """
    chats = {message.name: (message, await _find_chat(work, message)) for message in messages}
    told = {name: (message, chat_id) for name, (message, chat_id) in chats.items() if chat_id is not None}
    if not told:
        return
    rows = [_notification_row(message, chat_id) for message, chat_id in told.values()]
    for made in (await work.connection.execute(_INSERT_NOTIFICATIONS, {"rows": rows})).all():
        message, chat_id = told[made.name]
        work.enqueue_after_commit("send_notification", made.id, message.order_id)
        await keep_question(work, message, made.id, chat_id)


async def _find_chat(work: UnitOfWork, message: Notification) -> int | None:
    if message.chat_id is not ADMIN_CHAT:
        return message.chat_id
    found: int | None = (await work.connection.execute(_ADMIN_CHAT, {"number": message.campus_id})).scalar_one()
    return found


def _notification_row(message: Notification, chat_id: int) -> dict[str, Any]:
    return {
        "campus_id": message.campus_id,
        "order_id": message.order_id,
        "name": message.name,
        "chat_id": chat_id,
        "lane": lane_of(message.key),
        "key": message.key,
        "args": dict(message.args),
        "buttons": buttons_to_json(message.buttons),
        "photo": message.photo,
        "written_by": message.written_by,
        "about": list(message.about),
        "silent": message.silent,
        "most_audible": None if message.silent else MAX_PRIOR_AUDIBLE.get(message.key),
    }


async def refresh_existing_order_messages(work: UnitOfWork, order_id: int) -> None:
    """Request a refresh of this order's existing order messages; one being sent is sent again afterwards."""
    await request_refresh(work, [order_id], group=True)


async def refresh_existing_order_message(work: UnitOfWork, order_id: int, kind: OrderMessageKind) -> None:
    """Request a refresh of this order's existing order messages of one kind."""
    _enqueue_refreshed(work, await work.connection.execute(_REFRESH_KIND, {"orders": [order_id], "this_kind": kind}))


async def resend_existing_order_message(work: UnitOfWork, order_id: int, chat_id: int) -> bool:
    """Send this chat's order message of the order again at its end. Return False when there is none."""
    return await _request_fresh_message_where(work, order_id, order_message.c.chat_id == chat_id)


async def request_fresh_message(work: UnitOfWork, order_id: int, kind: str, chat_id: int) -> bool:
    """Send the order message of this kind again at the end of the chat. Return False when there is none."""
    return await _request_fresh_message_where(
        work, order_id, order_message.c.kind == kind, order_message.c.chat_id == chat_id
    )


async def _request_fresh_message_where(work: UnitOfWork, order_id: int, *which: ColumnElement[bool]) -> bool:
    """Send a new message, which closes the one that stands in the chat.

    The fence rises, so that a worker editing the former one changes nothing.

    An order message without a message in the chat is sent as a fresh one anyway, and only gets a refresh.
    """
    stands = order_message.c.message_id.is_not(None)
    changes = {
        "message_id": None,
        "former": case(
            (stands, func.array_append(order_message.c.former, order_message.c.message_id)),
            else_=order_message.c.former,
        ),
        "sent_hash": None,
        "requested_revision": order_message.c.requested_revision + 1,
        "due_at": case((stands, func.now()), else_=func.coalesce(order_message.c.due_at, func.now())),
        "fence": order_message.c.fence + case((stands, 1), else_=0),
    }
    statement = update(order_message).where(order_message.c.order_id == order_id, *which).values(changes)
    updated = (await work.connection.execute(statement.returning(order_message.c.id))).scalars().all()
    if updated:
        work.enqueue_after_commit("update_order_messages", order_id, order_id)
    return bool(updated)


async def request_refresh(
    work: UnitOfWork, order_ids: Collection[int], *, group: bool
) -> Mapping[int, set[tuple[str, int]]]:
    """Request a refresh of the messages of these orders, with `group` also of the runner group's.

    Return the kind and the chat of each message, by the order.
    """
    refreshed = await work.connection.execute(_REFRESH_ALL_OR_PRIVATE, {"orders": list(order_ids), "group": group})
    existing: dict[int, set[tuple[str, int]]] = {order_id: set() for order_id in order_ids}
    for row in _enqueue_refreshed(work, refreshed):
        existing[row.order_id].add((row.kind, row.chat_id))
    return existing


def _enqueue_refreshed(work: UnitOfWork, refreshed: Result[Any]) -> Sequence[Row[Any]]:
    rows = refreshed.all()
    for row in rows:
        if row.due_at == work.now:  # the others were due before, and have a job or are being sent
            work.enqueue_after_commit("update_order_messages", row.order_id, row.order_id)
    return rows


async def insert_order_message(work: UnitOfWork, campus_id: int, order_id: int, kind: str, chat_id: int) -> None:
    """Insert an order message of this kind for the chat; do nothing when there is one."""
    new = NewOrderMessage(campus_id=campus_id, order_id=order_id, kind=kind, chat_id=chat_id)
    await insert_order_messages(work, [new])


async def insert_order_messages(work: UnitOfWork, new: Sequence[NewOrderMessage]) -> None:
    """Insert these order messages, but for those that are there."""
    made = await work.connection.execute(_INSERT_ORDER_MESSAGES, {"rows": [asdict(each) for each in new]})
    for order_id in made.scalars():
        work.enqueue_after_commit("update_order_messages", order_id, order_id)


async def send_undelivered_order_messages(work: UnitOfWork, campus_id: int, chat_id: int) -> None:
    """Make the order messages due that this chat has not got in their latest state."""
    undelivered = update(order_message).where(
        order_message.c.campus_id == campus_id,
        order_message.c.chat_id == chat_id,
        order_message.c.due_at.is_(None),
        order_message.c.requested_revision > order_message.c.sent_revision,
    )
    await work.connection.execute(undelivered.values(due_at=func.now()))
