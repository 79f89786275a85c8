"""An admin binds the chat that is the runner group or the admin chat."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.campuses.repository import save_bound_chat
from domain.database.unit_of_work import UnitOfWork
from domain.errors import GroupTaken
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import list_orders_in_status
from domain.orders.states import OrderStatus


async def bind_chat(
    work: UnitOfWork, campus: Campus, admin: Member, *, chat_id: int, invite: str | None, admins: bool
) -> None:
    """Make this chat the runner group, or the admin chat (`admins`).

    A new runner group gets the orders that are open. Raise GroupTaken when the chat has the other role already.
    """
    require_permission(admin, Action.BIND_GROUP)
    if chat_id == (campus.runner_group if admins else campus.admin_chat):
        raise GroupTaken
    await save_bound_chat(work, campus.id, chat_id=chat_id, invite=invite, admins=admins)
    if not admins:
        for order in await list_orders_in_status(work, campus.id, OrderStatus.CREATED):
            await refresh_order_messages(work, order)
