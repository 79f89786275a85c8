"""What the admins are told about holds."""

from domain.campuses.campus import Campus
from domain.messaging.notification.model import ADMIN_CHAT, Notification
from domain.messaging.notification.notification_buttons import see_order_button
from domain.money import format_money
from domain.orders.states import Order
from domain.payments.model import ExpiringHold, Hold, HoldInUse


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


def captured_at_stripe(order: Order, hold: Hold, amount: int) -> Notification:
    """Tell that a person at Stripe captured `amount` minor units before the order was completed."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"captured_at_stripe:{hold.id}",
        key="notification-captured-at-stripe",
        order_id=order.id,
        buttons=[see_order_button(order.id)],
        args={
            "order": order.id,
            "amount": format_money(amount, hold.currency),
            "held": format_money(hold.amount, hold.currency),
        },
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
