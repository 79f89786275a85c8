"""What the admins are told about holds."""

from domain.campuses.campus import Campus
from domain.messaging.notification.model import ADMIN_CHAT, Notification
from domain.messaging.notification.notification_buttons import see_order_button
from domain.payments.model import ExpiringHold, HoldInUse


def hold_lapsed(hold: HoldInUse) -> Notification:
    """Tell that Stripe does not hold the money any more, while the order goes on."""
    return Notification(
        campus_id=hold.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"hold_lapsed:{hold.id}",
        key="notification-hold-lapsed",
        order_id=hold.order_id,
        buttons=[see_order_button(hold.order_id)],
        args={"order": hold.order_id},
    )


def hold_expiring(hold: ExpiringHold, campus: Campus) -> Notification:
    """Tell when the hold of a purchased order ends, in the time of its campus."""
    return Notification(
        campus_id=campus.id,
        chat_id=ADMIN_CHAT,
        name=f"hold_dying:{hold.id}",
        key="notification-hold-expiring",
        order_id=hold.order_id,
        buttons=[see_order_button(hold.order_id)],
        args={"order": hold.order_id, "when": f"{hold.capture_before.astimezone(campus.zone):%d.%m. %H:%M}"},
    )
