"""A group is lost, in which the bot may not write: the admins are told, no order is taken, and all returns by itself.

Telegram tells of it in different ways, and of some not at all. So whoever notices records it here: the bot, when its
rights change and when it looks at its groups; a worker, when a message is refused.
"""

from collections.abc import Sequence

from domain.campuses.campus import Campus, CampusGroup
from domain.campuses.lost_group_repository import (
    find_group,
    try_lose_group,
    try_regain_group,
    why_lost,
)
from domain.campuses.people_repository import list_admin_ids
from domain.campuses.repository import find_campus
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.group_refusals import is_topic_refused
from domain.messaging.lost_group_repository import make_waiting_messages_due
from domain.messaging.notification.model import ADMIN_CHAT
from domain.messaging.outbox_repository import notify
from domain.orders.notifications.lost_groups import group_lost, group_regained, order_unseen
from domain.orders.repository import find_order, list_orders_in_status
from domain.orders.states import Order, OrderStatus

MAX_LISTED = 30  # order numbers; a campus has fewer open orders


async def record_group_lost(work: UnitOfWork, campus_id: int, chat_id: int, why: str) -> bool:
    """Record that the bot may not write in a group, and tell every admin in private, once, which orders nobody sees.

    Return whether it is a group of the campus: what is for it waits.
    """
    campus = await find_campus(work, campus_id)
    group = find_group(campus, chat_id)
    if group is None:
        return False
    if await try_lose_group(work, campus_id, group, why):
        orders = await _list_shown_orders(work, campus, group)
        listed = ", ".join(f"#{order.id}" for order in orders[:MAX_LISTED])
        for reader in await _list_readers(work, campus, group):
            await notify(work, group_lost(campus, reader, group, why, listed, len(orders), work.now))
        await _log(work, campus, group, "lost", why)
    return True


async def record_group_regained(work: UnitOfWork, campus_id: int, chat_id: int, *, topic_too: bool = True) -> None:
    """Record that the bot may write in a group again: what waited is sent, and the admins are told.

    With `topic_too` false only the rights in the group are known, and one lost by its topic stays lost.
    """
    campus = await find_campus(work, campus_id)
    group = find_group(campus, chat_id)
    if group is None:
        return
    why = why_lost(campus, group)
    if why is None or (is_topic_refused(why) and not topic_too):
        return
    if await try_regain_group(work, campus_id, group):
        await make_waiting_messages_due(work, campus_id, chat_id)
        count = len(await _list_shown_orders(work, campus, group))
        for reader in await _list_readers(work, campus, group):
            await notify(work, group_regained(campus, reader, group, count, work.now))
        await _log(work, campus, group, "regained", None)


async def tell_order_unseen(work: UnitOfWork, campus_id: int, order_id: int) -> None:
    """Tell every admin, once, of an order that was published after the runner group was lost: nobody sees it."""
    campus = await find_campus(work, campus_id)
    since = campus.runner_group_lost_at
    order = await find_order(work, campus_id, order_id)
    if since is None or order.status is not OrderStatus.CREATED or order.created_at is None:
        return
    if order.created_at <= since:  # the admins read of it when the group was lost
        return
    for reader in await _list_readers(work, campus, CampusGroup.RUNNERS):
        await notify(work, order_unseen(campus, reader, order.id, since))


async def _list_readers(work: UnitOfWork, campus: Campus, group: CampusGroup) -> Sequence[int | None]:
    """Return every admin; and the admin chat, unless it is the lost one."""
    admins = await list_admin_ids(work, campus.id)
    is_told_there = group is CampusGroup.RUNNERS and campus.admin_chat is not None and campus.admin_chat_lost is None
    return [*admins, ADMIN_CHAT] if is_told_there else admins


async def _list_shown_orders(work: UnitOfWork, campus: Campus, group: CampusGroup) -> Sequence[Order]:
    if group is CampusGroup.ADMINS:
        return ()
    return await list_orders_in_status(work, campus.id, OrderStatus.CREATED)


async def _log(work: UnitOfWork, campus: Campus, group: CampusGroup, happened: str, why: str | None) -> None:
    await log_event(
        work,
        SYSTEM,
        campus_id=campus.id,
        order_id=None,
        subject="campus",
        subject_id=campus.id,
        happened=f"{happened}_{group}",
        before=None,
        after=None,
        reason=why,
    )
