"""What the admins are told by the risk rules: of pay that waits for them, and of runners who give much back."""

from datetime import datetime

from domain.campuses.people import Member
from domain.messaging.buttons import ButtonStyle, Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import see_order_button
from domain.money import format_money
from domain.orders.states import Order
from domain.risk.verdicts import PayReason


def pay_reversed_admins(order: Order, reversal: str, amount: int, currency: str) -> Notification:
    """Tell the admins that pay (minor units) was taken back at Stripe itself, and waits for their decision."""
    release = NotificationButton(
        label="button-let-pay-go", data=pack(Tap.LET_PAY_GO, order.id), style=ButtonStyle.SUCCESS
    )
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"pay_reversed:{reversal}",
        key="notification-pay-reversed-admins",
        order_id=order.id,
        buttons=[release, see_order_button(order.id)],
        args={"order": order.id, "amount": format_money(amount, currency)},
    )


def pay_reversed_runner(order: Order, runner_id: int, reversal: str, amount: int, currency: str) -> Notification:
    """Tell the runner that pay (minor units) was taken back, and that the campus team decides."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=runner_id,
        name=f"pay_reversed_runner:{reversal}",
        key="notification-pay-reversed",
        order_id=order.id,
        args={"order": order.id, "amount": format_money(amount, currency)},
    )


def pay_held_for_review(order: Order, reason: PayReason, customer: str, runner: str) -> Notification:
    """Tell the admins that the pay for an order waits for them, and why."""
    refund = NotificationButton(label="button-refund-held", data=pack(Tap.REFUND, order.id))
    release = NotificationButton(
        label="button-let-pay-go", data=pack(Tap.LET_PAY_GO, order.id), style=ButtonStyle.SUCCESS
    )
    no_choice = 0  # it asks whom
    bar = NotificationButton(
        label="button-bar-side", data=pack(Tap.BAR_SIDE, order.id, no_choice), style=ButtonStyle.DANGER
    )
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"review:{order.id}",
        key="notification-review",
        order_id=order.id,
        buttons=[release, refund, bar, see_order_button(order.id)],
        args={
            "order": order.id,
            "amount": format_money(order.runner_share or 0, order.price.currency),
            "customer": customer,
            "runner": runner,
            "why": reason,
        },
    )


def gave_back_much(order: Order, runner: Member, count: int, until: datetime) -> Notification:
    """Tell, once in a day, who gave so many orders back that they claim none before `until` (in the campus' zone)."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"gave_back:{order.campus_id}:{runner.person_id}:{until:%Y%m%d}",
        key="notification-gave-back",
        order_id=order.id,
        buttons=[see_order_button(order.id)],
        args={
            "runner": runner.first_name,
            "runner_account": runner.telegram_contact,
            "count": count,
            "when": f"{until:%a %H:%M}",
            "number": runner.person_id,
        },
    )
