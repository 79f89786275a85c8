"""What the admins are told about an order."""

from datetime import datetime

from domain.campuses.people import Member
from domain.campuses.windows import Windows
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import see_order_button
from domain.money import format_money
from domain.orders.states import Order


def runner_silent(order: Order, runner: Member, customer: Member, since: datetime, now: datetime) -> Notification:
    """Tell, once for each status, who is silent, since when, and how to reach both sides."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"silent:{order.id}:{order.status}",
        key="notification-silent-admins",
        order_id=order.id,
        about=(runner.person_id,),
        buttons=[see_order_button(order.id)],
        args={
            "order": order.id,
            "status": order.status,
            "minutes": int((now - since).total_seconds() // 60),
            "runner": runner.first_name,
            "runner_account": runner.telegram_contact,
            "customer": customer.first_name,
            "customer_account": customer.telegram_contact,
        },
    )


def claim_ended_admins(order: Order, runner: Member, windows: Windows) -> Notification:
    """Tell who had an order for as long as anybody may have it without buying; once for each release."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"claim_ended:{order.id}:{order.releases}",
        key="notification-claim-ended-admins",
        order_id=order.id,
        buttons=[see_order_button(order.id)],
        args={"order": order.id, "runner": runner.first_name, "minutes": round(windows.purchase / 60)},
    )


def delivery_late(order: Order, runner: Member, customer: Member, since: datetime, now: datetime) -> Notification:
    """Tell, once for each order, that the food was bought long ago and is not handed over, whatever its runner says."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"delivery_late:{order.id}",
        key="notification-delivery-late",
        order_id=order.id,
        buttons=[see_order_button(order.id)],
        args={
            "order": order.id,
            "minutes": int((now - since).total_seconds() // 60),
            "runner": runner.first_name,
            "runner_account": runner.telegram_contact,
            "customer": customer.first_name,
            "customer_account": customer.telegram_contact,
        },
    )


def pin_locked(order: Order) -> Notification:
    """Tell that the runner typed too many wrong PINs, once for each PIN."""
    new_pin = NotificationButton(label="button-new-pin", data=pack(Tap.NEW_PIN, order.id))
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"pin_locked:{order.id}:{order.version}",
        key="notification-pin-locked",
        order_id=order.id,
        about=() if order.runner_id is None else (order.runner_id,),
        buttons=[new_pin, see_order_button(order.id)],
        args={"order": order.id},
    )


def customer_not_reached(order: Order) -> Notification:
    """Tell, once, that the customer cannot be told that the runner waits: an admin decides what becomes of the food."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"not_reached:{order.id}",
        key="notification-customer-not-reached",
        order_id=order.id,
        about=(order.customer_id,),
        buttons=[see_order_button(order.id)],
        args={"order": order.id, "place": order.drop_point},
    )


def price_above_limit(order: Order, runner_name: str, wanted: int) -> Notification:
    """Tell, once for each order, that the shop wants `wanted` (minor units), which is more than the limit."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"above_limit:{order.id}",
        key="notification-limit-exceeded-admins",
        order_id=order.id,
        about=() if order.runner_id is None else (order.runner_id,),
        args={
            "order": order.id,
            "runner": runner_name,
            "store": order.store_name,
            "limit": format_money(order.price.shop_limit, order.price.currency),
            "wanted": format_money(wanted, order.price.currency),
        },
    )
