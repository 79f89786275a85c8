"""Messages between the campus team and one side of an order, whatever the order's status."""

from enum import StrEnum

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderNotFound
from domain.messaging.notification import ADMIN_CHAT, Notification
from domain.messaging.outbox_repository import notify
from domain.orders.repository import find_order
from domain.orders.states import Order
from domain.support.feedback import shorten_text

# UTF-16 units, of Telegram's 4096 in a text and 1024 in a caption; the rest is for our words.
MAX_TEXT_LENGTH, MAX_CAPTION_LENGTH = 3800, 800


class OrderSide(StrEnum):
    CUSTOMER = "customer"
    RUNNER = "runner"


def find_side(order: Order, person_id: int) -> OrderSide | None:
    """Return the side that this person has in the order; None without one."""
    if person_id == order.customer_id:
        return OrderSide.CUSTOMER
    return OrderSide.RUNNER if person_id == order.runner_id else None


async def send_team_message(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, side: OrderSide, words: str, *, message: str
) -> Member:
    """Send an admin's words to one side of an order, once per `message` (its name); return the reader.

    Raise OrderNotFound when there is no such order, or it has no runner to write to.
    """
    require_permission(admin, Action.SEE_ANY_ORDER)
    order = await find_order(work, campus.id, order_id)
    reader_id = order.customer_id if side is OrderSide.CUSTOMER else order.runner_id
    if reader_id is None:
        raise OrderNotFound
    await _log_message(
        work, campus, order, Actor(role=Role.ADMIN, person_id=admin.person_id), f"wrote_to_{side}", words
    )
    await notify(
        work,
        Notification(
            campus_id=campus.id,
            chat_id=reader_id,
            name=f"team_writes:{campus.id}:{message}",
            key="notification-team-writes",
            order_id=order.id,
            args={"order": order.id, "words": shorten_text(words, MAX_TEXT_LENGTH)},
        ),
    )
    return await find_member(work, campus.id, reader_id)


async def forward_answer_to_team(
    work: UnitOfWork,
    campus: Campus,
    member: Member,
    order_id: int,
    words: str,
    *,
    photo: str | None,
    message: str,
) -> bool:
    """Send the answer of one side to the admin chat.

    Return False, and tell nobody, when the member has no side in this order.
    """
    order = await find_order(work, campus.id, order_id)
    side = find_side(order, member.person_id)
    if side is None:
        return False
    actor = Actor(role=Role.CUSTOMER if side is OrderSide.CUSTOMER else Role.RUNNER, person_id=member.person_id)
    await _log_message(work, campus, order, actor, "wrote_to_team", words)
    said = shorten_text(words, MAX_CAPTION_LENGTH if photo else MAX_TEXT_LENGTH) or "📷"
    await notify(
        work,
        Notification(
            campus_id=campus.id,
            chat_id=ADMIN_CHAT,
            name=f"team_reads:{campus.id}:{message}:{side}",
            key="notification-team-reads",
            order_id=order.id,
            args={"order": order.id, "name": member.first_name, "side": side, "words": said},
            photo=photo,
        ),
    )
    return True


async def _log_message(work: UnitOfWork, campus: Campus, order: Order, actor: Actor, happened: str, words: str) -> None:
    await log_event(
        work,
        actor,
        campus_id=campus.id,
        order_id=order.id,
        subject="message",
        subject_id=order.id,
        happened=happened,
        reason=words,
    )
