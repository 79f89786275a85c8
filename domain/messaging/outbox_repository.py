"""The outbox: order messages to refresh and notifications to send, written in the commit of what they tell."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Row,
    Text,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.lanes import lane_of
from domain.messaging.notification.model import ADMIN_CHAT, Notification, buttons_to_json
from domain.messaging.notification.sound import MAX_PRIOR_AUDIBLE
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.questions.settling import keep_question
from domain.messaging.tables import notification, order_message

_PRIOR_AUDIBLE = select(func.count()).where(
    notification.c.order_id == bindparam("order", type_=BigInteger()),
    notification.c.chat_id == bindparam("chat", type_=BigInteger()),
    ~notification.c.silent,
    notification.c.key.in_(MAX_PRIOR_AUDIBLE),
)
_REFRESH = (
    update(order_message)
    .where(order_message.c.order_id == bindparam("order", type_=BigInteger()))
    .values(
        requested_revision=order_message.c.requested_revision + 1,
        due_at=func.coalesce(order_message.c.due_at, func.now()),
    )
    .returning(order_message.c.kind, order_message.c.chat_id, order_message.c.due_at)
)
_REFRESH_ALL_OR_PRIVATE = _REFRESH.where(or_(order_message.c.kind != "group", bindparam("group", type_=Boolean())))
_REFRESH_KIND = _REFRESH.where(order_message.c.kind == bindparam("this_kind", type_=Text()))
_INSERT_ORDER_MESSAGE = (
    insert(order_message).values(due_at=func.now()).on_conflict_do_nothing().returning(order_message.c.id)
)
_INSERT, _INSERT_AS_COUNTED = (
    insert(notification)
    .values(due_at=func.now(), silent=silent)
    .on_conflict_do_nothing(index_elements=["name"])
    .returning(notification.c.id)
    for silent in (
        bindparam("is_silent", type_=Boolean()),
        _PRIOR_AUDIBLE.scalar_subquery() > bindparam("most", type_=Integer()),
    )
)


async def notify(work: UnitOfWork, message: Notification) -> None:
    """Insert a notification, once for each name, in the lane of its key.

    One to the admin chat is not inserted where the campus has none: `/stuck` and `/board` show the matter.
    """
    chat_id = message.chat_id
    if chat_id is ADMIN_CHAT:
        query = select(campus.c.admin_chat).where(campus.c.id == message.campus_id)
        chat_id = (await work.connection.execute(query)).scalar_one()
    if chat_id is None:
        return
    values = {
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
    }
    if message.key in MAX_PRIOR_AUDIBLE and not message.silent:
        counted = {"order": message.order_id, "chat": chat_id, "most": MAX_PRIOR_AUDIBLE[message.key]}
        found = await work.connection.execute(_INSERT_AS_COUNTED, values | counted)
    else:
        found = await work.connection.execute(_INSERT, values | {"is_silent": message.silent})
    made = found.scalar_one_or_none()
    if made is not None:
        work.enqueue_after_commit("send_notification", made, message.order_id)
        await keep_question(work, message, made, chat_id)


async def refresh_existing_order_messages(work: UnitOfWork, order_id: int) -> None:
    """Request a refresh of this order's existing order messages; one being sent is sent again afterwards."""
    await request_refresh(work, order_id, group=True)


async def refresh_existing_order_message(work: UnitOfWork, order_id: int, kind: OrderMessageKind) -> None:
    """Request a refresh of this order's existing order messages of one kind."""
    rows = (await work.connection.execute(_REFRESH_KIND, {"order": order_id, "this_kind": kind})).all()
    _enqueue_refreshed(work, order_id, rows)


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


async def request_refresh(work: UnitOfWork, order_id: int, *, group: bool) -> set[tuple[str, int]]:
    """Request a refresh of the order's messages, with `group` also of the runner group's.

    Return the kind and the chat of each.
    """
    rows = (await work.connection.execute(_REFRESH_ALL_OR_PRIVATE, {"order": order_id, "group": group})).all()
    _enqueue_refreshed(work, order_id, rows)
    return {(row.kind, row.chat_id) for row in rows}


def _enqueue_refreshed(work: UnitOfWork, order_id: int, rows: Sequence[Row[Any]]) -> None:
    if any(row.due_at == work.now for row in rows):  # the others were due before, and have a job or are being sent
        work.enqueue_after_commit("update_order_messages", order_id, order_id)


async def insert_order_message(work: UnitOfWork, campus_id: int, order_id: int, kind: str, chat_id: int) -> None:
    """Insert an order message of this kind for the chat; do nothing when there is one."""
    values = {"campus_id": campus_id, "order_id": order_id, "kind": kind, "chat_id": chat_id}
    made = (await work.connection.execute(_INSERT_ORDER_MESSAGE, values)).scalar_one_or_none()
    if made is not None:
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
