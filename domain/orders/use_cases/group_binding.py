"""An admin binds the chat that is the runner group or the admin chat."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.campuses.repository import save_bound_chat
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import GroupTaken
from domain.messaging.lost_group_repository import make_waiting_messages_due
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.outbox_repository import notify, request_fresh_message
from domain.orders.notifications.groups import chat_bound, chat_unbound
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import list_orders_in_status
from domain.orders.states import OrderStatus


def require_bindable_chat(campus: Campus, admin: Member, *, chat_id: int, topic: int | None, admins: bool) -> bool:
    """Return whether the chat, or its topic, has this role already. Raise GroupTaken when it has the other one."""
    require_permission(admin, Action.BIND_GROUP)
    if chat_id == (campus.runner_group if admins else campus.admin_chat):
        raise GroupTaken
    return chat_id == _bound_chat(campus, admins=admins) and topic == campus.topic_of(chat_id)


async def bind_chat(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    *,
    chat_id: int,
    topic: int | None,
    title: str,
    invite: str | None,
    admins: bool,
) -> None:
    """Make this chat the runner group, or the admin chat (`admins`); tell the former one and the admin chat.

    In a forum `topic` is the one to write in.

    A new runner group gets the orders that are open. Raise GroupTaken when the chat has the other role already.
    """
    if not require_bindable_chat(campus, admin, chat_id=chat_id, topic=topic, admins=admins):
        await _tell_and_log(work, campus, admin, chat_id=chat_id, title=title, admins=admins)
    await save_bound_chat(work, campus.id, chat_id=chat_id, topic=topic, invite=invite, admins=admins)
    await make_waiting_messages_due(work, campus.id, chat_id)
    if not admins:
        for order in await list_orders_in_status(work, campus.id, OrderStatus.CREATED):
            if chat_id == campus.runner_group and topic != campus.runner_topic:  # it stands in another topic
                await request_fresh_message(work, order.id, OrderMessageKind.GROUP, chat_id)
            await refresh_order_messages(work, order)


async def _tell_and_log(
    work: UnitOfWork, campus: Campus, admin: Member, *, chat_id: int, title: str, admins: bool
) -> None:
    former = _bound_chat(campus, admins=admins)
    await notify(work, chat_bound(campus, admin, work.now, chat_id=chat_id, title=title, admins=admins))
    if former not in (None, chat_id, campus.admin_chat):  # the admin chat has read it
        await notify(work, chat_unbound(campus, former, admin, work.now))
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=None,
        subject="campus",
        subject_id=campus.id,
        happened="bound_admin_chat" if admins else "bound_runner_group",
        before=None if former is None else str(former),
        after=str(chat_id),
    )


def _bound_chat(campus: Campus, *, admins: bool) -> int | None:
    return campus.admin_chat if admins else campus.runner_group
