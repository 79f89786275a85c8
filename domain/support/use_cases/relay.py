"""Messages between the two sides of an order through the bot, which reveals no account, for a limited time."""

from dataclasses import dataclass

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.repository import find_notification
from domain.messaging.outbox_repository import notify
from domain.messaging.replied_message_repository import ORDER_MESSAGE_KEY, find_replied_messages
from domain.orders.escalations.silent_runner import record_runner_check_in
from domain.orders.repository import find_order, lock_order
from domain.orders.states import STATUSES_WITH_RUNNER, Order
from domain.quotes import shorten_text
from domain.support.notifications.messages import RELAY_KEYS, relay_outcome_unknown, relay_undelivered, relayed_message
from domain.support.writing_cap import require_within_cap

# UTF-16 units, of Telegram's 4096 in a text and 1024 in a caption; the rest is for the writer's name and our words.
MAX_TEXT_LENGTH, MAX_CAPTION_LENGTH = 3900, 850

# Messages about the other side: a reply to one of them is meant for that person.
REPLYABLE_KEYS = (
    ORDER_MESSAGE_KEY,
    *RELAY_KEYS,
    "notification-claimed",
    "notification-bought",
    "notification-arrived",
    "notification-reminder",
    "notification-reminder-locked",
    "notification-pin-renewed",
    "notification-absent",
    "notification-food-left",
    "notification-delivered",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """The message is queued for the other side; `shortened` when it was too long to be sent whole."""

    shortened: bool


@dataclass(frozen=True, slots=True)
class NoRunnerYet:
    """No runner has the order."""


@dataclass(frozen=True, slots=True)
class RelayClosed:
    """The order ended too long ago."""


@dataclass(frozen=True, slots=True)
class OtherSideUnreachable:
    """The other side blocked the bot: nothing can be passed on."""

    name: str


RelayOutcome = Relayed | NoRunnerYet | RelayClosed | OtherSideUnreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondents:
    """Who wrote a relayed message to whom, about which order."""

    order: Order
    writer_id: int
    reader_name: str


async def find_order_of_message(work: UnitOfWork, campus: Campus, chat_id: int, message_id: int) -> Order | None:
    """Return the order that a message of the bot in this chat is about, if there is exactly one.

    Only order messages and notifications about the other side count.
    """
    messages = await find_replied_messages(work, campus.id, chat_id, message_id)
    about = {each.order_id for each in messages if each.key in REPLYABLE_KEYS}
    order_id = about.pop() if len(about) == 1 else None
    return None if order_id is None else await find_order(work, campus.id, order_id)


async def relay_message(
    work: UnitOfWork, campus: Campus, member: Member, order: Order, words: str, *, photo: str | None, message_id: int
) -> RelayOutcome:
    """Send words, a photo, or both to the other side of the order, once for each message.

    Raise NotAllowed for a person who is not, or not any more, one of the two, WroteTooMuch above the cap.
    """
    require_permission(member, Action.WRITE_TO_OTHER_SIDE, own=member.person_id in (order.customer_id, order.runner_id))
    if order.runner_id is None:
        return NoRunnerYet()
    if _is_relay_closed(order, work, campus):
        return RelayClosed()
    other_id = order.customer_id if member.person_id == order.runner_id else order.runner_id
    other = await find_member(work, campus.id, other_id)
    if not other.reachable:
        return OtherSideUnreachable(other.first_name)
    await require_within_cap(work, member, order.id, other_id, photo=photo)
    fitting = shorten_text(words, MAX_TEXT_LENGTH if photo is None else MAX_CAPTION_LENGTH)
    await notify(work, relayed_message(order, member, other_id, fitting, photo, message_id=message_id))
    if member.person_id == order.runner_id:
        await _record_check_in(work, order)
    return Relayed(shortened=fitting != words)


async def _record_check_in(work: UnitOfWork, order: Order) -> None:
    """A runner who writes is not silent."""
    locked = await lock_order(work, order.campus_id, order.id)
    if locked.status in STATUSES_WITH_RUNNER and locked.runner_id == order.runner_id:
        await record_runner_check_in(work, locked)


def _is_relay_closed(order: Order, work: UnitOfWork, campus: Campus) -> bool:
    ended = order.delivered_at or order.ended_at
    return ended is not None and work.now > ended + campus.windows.length("relay")


async def tell_relay_failed(work: UnitOfWork, notification_id: int) -> None:
    """Tell the writer that the other side blocked the bot just before these words were sent.

    Otherwise the writer would believe that they were read. Do nothing for a notification that is no relayed message.
    """
    found = await _find_writer(work, notification_id)
    if found is not None:
        await notify(work, relay_undelivered(found.order, found.writer_id, found.reader_name, notification_id))


async def tell_relay_outcome_unknown(work: UnitOfWork, notification_id: int) -> bool:
    """Tell the writer that nobody knows whether these words arrived; the writer may send them again.

    Return False when there is no writer any more, or the notification is no relayed message.
    """
    found = await _find_writer(work, notification_id)
    if found is None:
        return False
    await notify(work, relay_outcome_unknown(found.order, found.writer_id, found.reader_name, notification_id))
    return True


async def _find_writer(work: UnitOfWork, notification_id: int) -> Correspondents | None:
    relayed = await find_notification(work, notification_id)
    if relayed.key not in RELAY_KEYS or relayed.order_id is None:
        return None
    order = await find_order(work, relayed.campus_id, relayed.order_id)
    writer = order.runner_id if relayed.chat_id == order.customer_id else order.customer_id
    reader = await find_member(work, relayed.campus_id, relayed.chat_id)
    if writer is None:
        return None
    return Correspondents(order=order, writer_id=writer, reader_name=reader.first_name)
