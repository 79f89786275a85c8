"""Messages between people that the bot passes on: between both sides of an order, and with the campus team."""

from domain.campuses.people import Member
from domain.messaging.notification.model import ADMIN_CHAT, Notification
from domain.orders.states import Order
from domain.support.order_sides import OrderSide

TEAM_MESSAGE_KEY = "notification-team-writes"  # the campus team's words to one side of an order
# The other side's own words. The last two are of an earlier release, whose sentences did not say which side it is.
RELAY_KEYS = (
    "notification-relayed",
    "notification-relayed-photo",
    "notification-relay",
    "notification-relay-photo",
)
_PHOTO_MARK = "📷"  # a photo without words


def relayed_message(
    order: Order, writer: Member, reader_id: int, words: str, photo: str | None, *, message_id: int
) -> Notification:
    """Pass words, a photo (Telegram's file id), or both to the other side of the order, once for each message.

    It says which side writes: a name alone may be that of anybody.
    """
    side = OrderSide.CUSTOMER if writer.person_id == order.customer_id else OrderSide.RUNNER
    return Notification(
        campus_id=order.campus_id,
        chat_id=reader_id,
        name=f"relay:{order.campus_id}:{message_id}:{writer.person_id}",
        key="notification-relayed" if words else "notification-relayed-photo",
        order_id=order.id,
        args={"name": writer.first_name, "side": side, "order": order.id, "text": words},
        photo=photo,
        written_by=writer.person_id,
    )


def relay_undelivered(order: Order, writer_id: int, reader_name: str, notification_id: int) -> Notification:
    """Tell the writer of this notification that the other side blocked the bot before it was sent."""
    return _to_writer(order, "notification-relay-undelivered", writer_id, reader_name, notification_id)


def relay_outcome_unknown(order: Order, writer_id: int, reader_name: str, notification_id: int) -> Notification:
    """Tell the writer of this notification that nobody knows whether it arrived."""
    return _to_writer(order, "notification-relay-outcome-unknown", writer_id, reader_name, notification_id)


def team_message(order: Order, admin: Member, reader_id: int, words: str, *, message: str) -> Notification:
    """Pass an admin's words to one side of the order, once per `message` (its name)."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=reader_id,
        name=f"team_writes:{order.campus_id}:{message}",
        key="notification-team-writes",
        order_id=order.id,
        args={"order": order.id, "words": words},
        written_by=admin.person_id,
    )


def answer_to_team(
    order: Order, writer: Member, side: OrderSide, words: str, photo: str | None, *, message: str
) -> Notification:
    """Pass the answer of one side of the order to the admin chat, once per `message` (its name)."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"team_reads:{order.campus_id}:{message}:{side}",
        key="notification-team-reads",
        order_id=order.id,
        about=(writer.person_id,),
        args={"order": order.id, "name": writer.first_name, "side": side, "words": words or _PHOTO_MARK},
        photo=photo,
        written_by=writer.person_id,
    )


def _to_writer(order: Order, key: str, writer_id: int, reader_name: str, notification_id: int) -> Notification:
    return Notification(
        campus_id=order.campus_id,
        chat_id=writer_id,
        name=f"not_heard:{notification_id}",
        key=key,
        order_id=order.id,
        args={"name": reader_name, "order": order.id},
        silent=True,
    )
