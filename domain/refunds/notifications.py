"""What is told about refunds and disputes: to both sides of the order, and to the admins."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import see_order_button
from domain.money import format_money
from domain.orders.states import Order
from domain.refunds.model import REFUNDED_AT_STRIPE, Dispute, Refund, RefundOrigin


def refund_made(refund: Refund, customer_id: int) -> Notification:
    """Tell the customer what goes back to their card, and why if an admin said so."""
    is_explained = refund.origin is RefundOrigin.ADMIN
    return Notification(
        campus_id=refund.campus_id,
        chat_id=customer_id,
        name=f"refunded:{refund.id}",
        key="notification-refunded" if is_explained else "notification-money-returned",
        order_id=refund.order_id,
        args=_refund_args(refund) | ({"reason": refund.reason} if is_explained else {}),
    )


def refunded_at_stripe(refund: Refund, left: int) -> Notification:
    """Tell the admins of a refund that a person made at Stripe itself, and what is `left` to refund (minor units)."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"refunded_at_stripe:{refund.id}",
        key="notification-refunded-at-stripe",
        order_id=refund.order_id,
        buttons=[see_order_button(refund.order_id)],
        args=_refund_args(refund) | {"left": format_money(left, refund.currency)},
    )


def fraud_warned(*, campus_id: int, order_id: int) -> Notification:
    """Tell the admins once that a bank suspects fraud behind a payment; a dispute may follow."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"fraud_warning:{order_id}",
        key="notification-fraud-warning",
        order_id=order_id,
        buttons=[
            see_order_button(order_id),
            NotificationButton(label="bot-button-refund", data=pack(Tap.REFUND, order_id)),
        ],
        args={"order": order_id},
    )


def refund_made_runner(refund: Refund) -> Notification:
    """Tell the runner which part of the refund they bear, and why."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=refund.required_runner_id,
        name=f"refunded_runner:{refund.id}",
        key="notification-refunded-runner",
        order_id=refund.order_id,
        args={
            **_refund_args(refund),
            "runner_amount": format_money(refund.runner_amount, refund.currency),
            "reason": refund.reason,
        },
    )


def refund_refused(refund: Refund, reason: str | None) -> Notification:
    """Tell the admins why the refund was not made: nothing went back to the customer now."""
    is_made_elsewhere = reason == REFUNDED_AT_STRIPE
    return Notification(
        campus_id=refund.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"refund_refused:{refund.id}",
        key="notification-refund-made-elsewhere" if is_made_elsewhere else "notification-refund-refused",
        order_id=refund.order_id,
        buttons=[see_order_button(refund.order_id)],
        args=_refund_args(refund) | ({} if is_made_elsewhere else {"reason": reason or "-"}),
    )


def return_refused(refund: Refund, reason: str | None) -> Notification:
    """Tell the admins once for each payment that what was captured too much did not go back yet, and why."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"return_refused:{refund.payment_intent}",
        key="notification-return-refused",
        order_id=refund.order_id,
        buttons=[
            see_order_button(refund.order_id),
            NotificationButton(label="bot-button-refund", data=pack(Tap.REFUND, refund.order_id)),
        ],
        args=_refund_args(refund) | {"reason": reason or "-"},
    )


def refund_failed(refund: Refund, customer_id: int) -> Notification:
    """Tell the customer that their bank sent the refund back."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=customer_id,
        name=f"refund_failed:{refund.id}",
        key="notification-refund-failed",
        order_id=refund.order_id,
        args=_refund_args(refund),
    )


def refund_failed_admins(refund: Refund, reason: str) -> Notification:
    """Tell the admins why the bank sent the refund back."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"refund_failed_admins:{refund.id}",
        key="notification-refund-failed-admins",
        order_id=refund.order_id,
        buttons=[see_order_button(refund.order_id)],
        args={**_refund_args(refund), "reason": reason},
    )


def refund_failed_runner(refund: Refund) -> Notification:
    """Tell the runner that their part of the refund is owed to them again."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=refund.required_runner_id,
        name=f"refund_failed_runner:{refund.id}",
        key="notification-refund-failed-runner",
        order_id=refund.order_id,
        args={"order": refund.order_id, "amount": format_money(refund.runner_amount, refund.currency)},
    )


def runner_debt_opened(refund: Refund, amount: int, reason: str) -> Notification:
    """Tell the admins what the runner owes (minor units), and why it could not be taken back."""
    return Notification(
        campus_id=refund.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"debt:{refund.id}",
        key="notification-runner-debt-admins",
        order_id=refund.order_id,
        about=() if refund.runner_id is None else (refund.runner_id,),
        buttons=[see_order_button(refund.order_id)],
        args={"order": refund.order_id, "amount": format_money(amount, refund.currency), "reason": reason},
    )


def dispute_opened(
    dispute: Dispute, order: Order, zone: ZoneInfo, answer_by: datetime | None, *, proof: str
) -> Notification:
    """Tell the admins all that they need to answer the bank; `proof` is what proves the hand-over."""
    moments = {
        "placed": order.placed_at,
        "accepted": order.accepted_at,
        "bought": order.bought_at,
        "arrived": order.arrived_at,
        "delivered": order.delivered_at,
    }
    return Notification(
        campus_id=dispute.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"dispute:{dispute.dispute}",
        key="notification-dispute",
        asks_about=dispute.dispute,
        order_id=order.id,
        buttons=[_answer_button(dispute), see_order_button(order.id)],
        args={
            **_dispute_args(dispute),
            **{name: "-" if at is None else f"{at.astimezone(zone):%H:%M}" for name, at in moments.items()},
            "reason": dispute.reason,
            "by": "-" if answer_by is None else f"{answer_by.astimezone(zone):%d.%m. %H:%M}",
            "day": f"{order.placed_at.astimezone(zone):%d.%m.}",
            "proof": proof,
        },
    )


def dispute_unanswered(dispute: Dispute, until: datetime | None, stage: str) -> Notification:
    """Remind the admins of a dispute without an answer; `until` is at the campus.

    `stage` is first, last or over; or again, when the bank needs another answer than that to its inquiry.
    """
    return Notification(
        campus_id=dispute.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"dispute_unanswered:{dispute.name}:{stage}",
        key="notification-dispute-unanswered",
        asks_about=dispute.dispute,
        order_id=dispute.order_id,
        buttons=[*([] if stage == "over" else [_answer_button(dispute)]), see_order_button(dispute.order_id)],
        args=_dispute_args(dispute) | {"by": "-" if until is None else f"{until:%d.%m. %H:%M}", "status": stage},
    )


def evidence_sent(dispute: Dispute, photos: str) -> Notification:
    """Tell the admins that the bank has our evidence, and whether the order's photos were in it, or why not."""
    return _dispute_closed(dispute, "notification-evidence-sent", proof=photos)


def evidence_refused(dispute: Dispute, reason: str) -> Notification:
    """Tell the admins why Stripe did not take the evidence; each try may be refused."""
    return Notification(
        campus_id=dispute.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"evidence_refused:{dispute.name}:{dispute.answers_refused}",
        key="notification-evidence-refused",
        asks_about=dispute.dispute,
        order_id=dispute.order_id,
        buttons=[_answer_button(dispute), see_order_button(dispute.order_id)],
        args=_dispute_args(dispute) | {"reason": reason},
    )


def dispute_won(dispute: Dispute) -> Notification:
    """Tell the admins that the bank gave the money back."""
    return _dispute_closed(dispute, "notification-dispute-won")


def dispute_won_pay_kept(dispute: Dispute, *, can_pay: bool) -> Notification:
    """Tell the admins that the bank gave the money back, while another dispute keeps what is owed to the runner."""
    ways = [_pay_anyway_button(dispute)] if can_pay else []
    return _dispute_closed(dispute, "notification-dispute-won-kept", ways)


def dispute_lost(dispute: Dispute) -> Notification:
    """Tell the admins that the bank keeps the money: they decide whether the runner is paid."""
    return _dispute_closed(dispute, "notification-dispute-lost", [_pay_anyway_button(dispute)])


def _dispute_closed(
    dispute: Dispute, key: str, buttons: Sequence[NotificationButton] = (), **more: str
) -> Notification:
    return Notification(
        campus_id=dispute.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"{key}:{dispute.name}",
        key=key,
        order_id=dispute.order_id,
        buttons=[*buttons, see_order_button(dispute.order_id)],
        args=_dispute_args(dispute) | more,
    )


def _answer_button(dispute: Dispute) -> NotificationButton:
    return NotificationButton(label="button-answer-dispute", data=pack(Tap.ANSWER_DISPUTE, dispute.order_id))


def _pay_anyway_button(dispute: Dispute) -> NotificationButton:
    return NotificationButton(label="button-pay-anyway", data=pack(Tap.PAY_ANYWAY, dispute.order_id))


def _refund_args(refund: Refund) -> dict[str, str | int]:
    return {"order": refund.order_id, "amount": format_money(refund.amount, refund.currency)}


def _dispute_args(dispute: Dispute) -> dict[str, str | int]:
    return {"order": dispute.order_id, "amount": format_money(dispute.amount, dispute.currency)}
