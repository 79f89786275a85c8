"""Requests to show an order's committed state in the chats of its customer, its runner and the runner group."""

from collections.abc import Collection

from domain.campuses.repository import find_runner_group
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import (
    NewOrderMessage,
    insert_order_message,
    insert_order_messages,
    request_fresh_message,
    request_refresh,
)
from domain.orders.states import Order, OrderStatus


async def refresh_order_messages(work: UnitOfWork, order: Order, *, group: bool = True) -> None:
    """Refresh or insert the order messages of one order, as `refresh_messages_of_orders` does."""
    await refresh_messages_of_orders(work, [order], group=group)


async def refresh_messages_of_orders(work: UnitOfWork, orders: Collection[Order], *, group: bool = True) -> None:
    """Refresh or insert the order messages of the customers, the runners and, with `group`, the bound groups.

    An order that is open to runners is shown in the group that is bound now, even when a former group has it too.
    """
    if not orders:
        return
    existing = await request_refresh(work, [order.id for order in orders], group=group)
    lacking, groups = list[NewOrderMessage](), dict[int, int | None]()
    for order in orders:
        chats, wanted = existing[order.id], {"customer": order.customer_id, "runner": order.runner_id}
        if group and (order.status is OrderStatus.CREATED or all(kind != "group" for kind, _ in chats)):
            if order.campus_id not in groups:
                groups[order.campus_id] = await find_runner_group(work, order.campus_id)
            wanted["group"] = groups[order.campus_id]
        lacking += [
            NewOrderMessage(campus_id=order.campus_id, order_id=order.id, kind=kind, chat_id=chat_id)
            for kind, chat_id in wanted.items()
            if chat_id is not None and (kind, chat_id) not in chats
        ]
    if lacking:
        await insert_order_messages(work, lacking)


async def resend_order_message(work: UnitOfWork, order: Order, kind: str, chat_id: int) -> None:
    """Send the order message again at the end of the chat; the old message stays as it was."""
    if not await request_fresh_message(work, order.id, kind, chat_id):
        await insert_order_message(work, order.campus_id, order.id, kind, chat_id)
