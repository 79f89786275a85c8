"""Requests to show an order's committed state in the chats of its customer, its runner and the runner group."""

from domain.campuses.repository import find_runner_group
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import insert_order_message, request_fresh_message, request_refresh
from domain.orders.states import Order, OrderStatus


async def refresh_order_messages(work: UnitOfWork, order: Order, *, group: bool = True) -> None:
    """Refresh or insert the order messages of the customer, the runners and, with `group`, the bound group.

    An order that is open to runners is shown in the group that is bound now, even when a former group has it too.
    """
    existing = await request_refresh(work, order.id, group=group)
    if ("customer", order.customer_id) not in existing:
        await insert_order_message(work, order.campus_id, order.id, "customer", order.customer_id)
    if order.runner_id is not None and ("runner", order.runner_id) not in existing:
        await insert_order_message(work, order.campus_id, order.id, "runner", order.runner_id)
    if group and (order.status is OrderStatus.CREATED or all(kind != "group" for kind, _ in existing)):
        runner_group = await find_runner_group(work, order.campus_id)
        if runner_group is not None and ("group", runner_group) not in existing:
            await insert_order_message(work, order.campus_id, order.id, "group", runner_group)


async def resend_order_message(work: UnitOfWork, order: Order, kind: str, chat_id: int) -> None:
    """Send the order message again at the end of the chat; the old message stays as it was."""
    if not await request_fresh_message(work, order.id, kind, chat_id):
        await insert_order_message(work, order.campus_id, order.id, kind, chat_id)
