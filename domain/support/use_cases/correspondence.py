"""Messages between the campus team and one side of an order, whatever the order's status."""

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderNotFound
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import notify
from domain.orders.repository import find_order
from domain.orders.states import Order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.quotes import shorten_text
from domain.support.notifications.messages import answer_to_team, team_message
from domain.support.order_sides import OrderSide, find_side
from domain.support.writing_cap import require_within_cap

# UTF-16 units, of Telegram's 4096 in a text and 1024 in a caption; the rest is for our words.
MAX_TEXT_LENGTH, MAX_CAPTION_LENGTH = 3800, 800


async def send_team_message(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, side: OrderSide, words: str, *, message: str
) -> Member:
    """Send an admin's words to one side of an order, once per `message` (its name); return the reader.

    Raise OrderNotFound when there is no such order, or it has no runner to write to, WroteTooMuch above the cap, and
    what `require_uninvolved` raises: to the other side of their own order an admin writes as that side.
    """
    require_permission(admin, Action.WRITE_AS_TEAM, own=False)
    order = await find_order(work, campus.id, order_id)
    subject = subject_of_order(order)
    await require_uninvolved(work, campus, admin, Action.WRITE_AS_TEAM, subject)
    reader_id = order.customer_id if side is OrderSide.CUSTOMER else order.runner_id
    if reader_id is None:
        raise OrderNotFound
    await require_within_cap(work, admin, order.id, reader_id, photo=None)
    await _log_message(
        work, campus, order, Actor(role=Role.ADMIN, person_id=admin.person_id), f"wrote_to_{side}", words
    )
    await notify(work, team_message(order, admin, reader_id, shorten_text(words, MAX_TEXT_LENGTH), message=message))
    if subject.is_own(admin.person_id):
        await tell_admin_act(work, campus, admin, AdminAct.WRITE, subject)
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

    Return False, and tell nobody, when the member has no side in this order. Raise WroteTooMuch above the cap.
    """
    order = await find_order(work, campus.id, order_id)
    side = find_side(order, member.person_id)
    if side is None:
        return False
    await require_within_cap(work, member, order.id, campus.admin_chat, photo=photo)
    actor = Actor(role=Role.CUSTOMER if side is OrderSide.CUSTOMER else Role.RUNNER, person_id=member.person_id)
    await _log_message(work, campus, order, actor, "wrote_to_team", words)
    said = shorten_text(words, MAX_CAPTION_LENGTH if photo else MAX_TEXT_LENGTH)
    await notify(work, answer_to_team(order, member, side, said, photo, message=message))
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
