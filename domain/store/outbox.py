"""The outbox: order messages to refresh and notifications to send, written in the commit of what they tell."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.notification_sound import MAX_PRIOR_AUDIBLE, is_audible
from domain.order import Order, OrderStatus
from domain.store.schema import campus, notification, order_message
from domain.store.schema.outbox_tables import ORDER_MESSAGE_KINDS
from domain.store.unit_of_work import UnitOfWork


async def refresh_existing_order_messages(work: UnitOfWork, order_id: int) -> None:
    """Request a refresh of this order's existing order messages; one being sent is sent again afterwards."""
    await _request_refresh(work, order_id, order_message.c.kind.in_(ORDER_MESSAGE_KINDS))


async def refresh_order_messages(work: UnitOfWork, order: Order, *, group: bool = True) -> None:
    """Refresh or insert the order messages of the customer, the runners and, with `group`, the bound group.

    An order that is open to runners is shown in the group that is bound now, even when a former group has it too.
    """
    existing = await _request_refresh(work, order.id, or_(order_message.c.kind != "group", literal(group)))
    if ("customer", order.customer_id) not in existing:
        await _insert_order_message(work, order, "customer", order.customer_id)
    if order.runner_id is not None and ("runner", order.runner_id) not in existing:
        await _insert_order_message(work, order, "runner", order.runner_id)
    if group and (order.status is OrderStatus.CREATED or all(kind != "group" for kind, _ in existing)):
        chat = select(campus.c.runner_group).where(campus.c.id == order.campus_id)
        runner_group = (await work.connection.execute(chat)).scalar_one()
        if runner_group is not None and ("group", runner_group) not in existing:
            await _insert_order_message(work, order, "group", runner_group)


async def resend_order_message(work: UnitOfWork, order: Order, kind: str, chat_id: int) -> None:
    """Send the order message again at the end of the chat; the old message stays as it was."""
    if not await _request_fresh_message(
        work, order.id, order_message.c.kind == kind, order_message.c.chat_id == chat_id
    ):
        await _insert_order_message(work, order, kind, chat_id)


async def resend_existing_order_message(work: UnitOfWork, order_id: int, chat_id: int) -> bool:
    """Send this chat's order message of the order again at its end. Return False when there is none."""
    return await _request_fresh_message(work, order_id, order_message.c.chat_id == chat_id)


async def _request_fresh_message(work: UnitOfWork, order_id: int, *which: ColumnElement[bool]) -> bool:
    """Forget the message that stands in the chat, and raise the fence so that a worker editing it changes nothing.

    An order message without a message in the chat is sent as a fresh one anyway, and only gets a refresh.
    """
    stands = order_message.c.message_id.is_not(None)
    changes = {
        "message_id": None,
        "sent_hash": None,
        "requested_revision": order_message.c.requested_revision + 1,
        "due_at": case((stands, func.now()), else_=func.coalesce(order_message.c.due_at, func.now())),
        "fence": order_message.c.fence + case((stands, 1), else_=0),
    }
    statement = update(order_message).where(order_message.c.order_id == order_id, *which).values(changes)
    updated = (await work.connection.execute(statement.returning(order_message.c.id))).scalars().all()
    for order_message_id in updated:
        work.enqueue_after_commit("update_order_message", order_message_id, order_id)
    return bool(updated)


async def _request_refresh(work: UnitOfWork, order_id: int, which: ColumnElement[bool]) -> set[tuple[str, int]]:
    statement = (
        update(order_message)
        .where(order_message.c.order_id == order_id, which)
        .values(
            requested_revision=order_message.c.requested_revision + 1,
            due_at=func.coalesce(order_message.c.due_at, func.now()),
        )
        .returning(order_message.c.id, order_message.c.kind, order_message.c.chat_id, order_message.c.due_at)
    )
    rows = (await work.connection.execute(statement)).all()
    for row in rows:
        if row.due_at == work.now:  # otherwise it was due before and has its queue job, or it is being sent now
            work.enqueue_after_commit("update_order_message", row.id, order_id)
    return {(row.kind, row.chat_id) for row in rows}


async def _insert_order_message(work: UnitOfWork, order: Order, kind: str, chat_id: int) -> None:
    values = {"campus_id": order.campus_id, "order_id": order.id, "kind": kind, "chat_id": chat_id}
    statement = (
        insert(order_message).values(**values, due_at=func.now()).on_conflict_do_nothing().returning(order_message.c.id)
    )
    made = (await work.connection.execute(statement)).scalar_one_or_none()
    if made is not None:
        work.enqueue_after_commit("update_order_message", made, order.id)


async def tell(
    work: UnitOfWork,
    *,
    campus_id: int,
    chat_id: int,
    name: str,
    key: str,
    order_id: int | None = None,
    buttons: list[dict[str, str]] | None = None,
    args: Mapping[str, str | int] | None = None,
    photo: str | None = None,
    silent: bool = False,
) -> None:
    """Insert a notification, once for each `name`; `key` and `args` make its sentence.

    `buttons` are rows of one: {"key": label, "data": callback data, perhaps "style"} or {"key": label, "url": link}.
    With a `photo` (Telegram's file id) the sentence is its caption, and the Bot API takes at most 1024 characters.
    It makes no sound when `silent`, nor when its order has had as many sounds as MAX_PRIOR_AUDIBLE allows.
    """
    if key in MAX_PRIOR_AUDIBLE and not silent:
        silent = not is_audible(key, await _count_audible_notifications(work, order_id, chat_id))
    message = insert(notification).values(
        campus_id=campus_id,
        order_id=order_id,
        name=name,
        chat_id=chat_id,
        key=key,
        args=dict(args or {}),
        buttons=buttons or [],
        photo=photo,
        silent=silent,
        due_at=func.now(),
    )
    statement = message.on_conflict_do_nothing(index_elements=["name"]).returning(notification.c.id)
    made = (await work.connection.execute(statement)).scalar_one_or_none()
    if made is not None:
        work.enqueue_after_commit("send_notification", made, order_id)


async def _count_audible_notifications(work: UnitOfWork, order_id: int | None, chat_id: int) -> int:
    counted_keys = notification.c.key.in_(MAX_PRIOR_AUDIBLE)
    query = select(func.count()).where(
        notification.c.order_id == order_id, notification.c.chat_id == chat_id, ~notification.c.silent, counted_keys
    )
    found: int = (await work.connection.execute(query)).scalar_one()
    return found


async def tell_admins(
    work: UnitOfWork,
    *,
    campus_id: int,
    name: str,
    key: str,
    order_id: int | None = None,
    buttons: list[dict[str, str]] | None = None,
    args: Mapping[str, str | int] | None = None,
    photo: str | None = None,
) -> None:
    """Insert a notification to the admin chat. Without one, insert nothing: `/stuck` and `/board` show the matter."""
    query = select(campus.c.admin_chat).where(campus.c.id == campus_id)
    chat_id = (await work.connection.execute(query)).scalar_one()
    if chat_id is not None:
        await tell(
            work,
            campus_id=campus_id,
            chat_id=chat_id,
            name=name,
            key=key,
            order_id=order_id,
            buttons=buttons,
            args=args,
            photo=photo,
        )
