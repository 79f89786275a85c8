"""What the admins are told of a currency in which the platform receives no money."""

from domain.messaging.notification.model import ADMIN_CHAT, Notification
from domain.messaging.notification.notification_buttons import see_order_button
from domain.orders.states import Order


def settled_elsewhere(order: Order, settled_currency: str) -> Notification:
    """Tell that Stripe converted the payment of the order to `settled_currency`, and what to do."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"settled_elsewhere:{order.id}",
        key="notification-settled-elsewhere",
        order_id=order.id,
        buttons=[see_order_button(order.id)],
        args={"order": order.id, "currency": order.price.currency.upper(), "settled": settled_currency.upper()},
    )
