"""What is told about discrepancies: to the admins when one opens, and to the chat that asked for a recheck."""

from datetime import datetime

from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.money import format_money
from domain.payouts.model import Payable
from domain.reconciliation.discrepancy import Discrepancy, DiscrepancyKind, ForeignCounts, build_discrepancy_args
from domain.saga.notifications import MAX_SHOWN_ERROR_LENGTH
from domain.saga.refusals import StripeRefusal


def discrepancy_opened(found: Discrepancy, now: datetime) -> Notification:
    """Tell the admins what differs, once each time it opens."""
    return Notification(
        campus_id=found.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"difference:{found.id}:{now.timestamp()}",
        key="notification-discrepancy",
        buttons=_discrepancy_buttons(found),
        args=build_discrepancy_args(found),
    )


def unbooked_movement_opened(found: Discrepancy, now: datetime) -> Notification:
    """Tell the admins of money that moved and is not booked, and what moved it, once each time it opens."""
    return Notification(
        campus_id=found.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"difference:{found.id}:{now.timestamp()}",
        key="notification-discrepancy-movement",
        buttons=_discrepancy_buttons(found),
        args=build_discrepancy_args(found) | {"type": found.note.partition(" ")[0]},
    )


def paid_at_stripe(owed: Payable, transfer: str, amount: int) -> Notification:
    """Tell the runner once that the campus team sent this (minor units) at Stripe itself."""
    return Notification(
        campus_id=owed.campus_id,
        chat_id=owed.runner_id,
        name=f"paid_at_stripe:{transfer}",
        key="notification-paid-at-stripe",
        order_id=owed.order_id,
        args={"order": owed.order_id, "amount": format_money(amount, owed.currency)},
    )


def unknown_transfer_opened(found: Discrepancy, now: datetime) -> Notification:
    """Tell the admins of a transfer that somebody made at Stripe, once each time it opens: they say what it was."""
    return Notification(
        campus_id=found.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"difference:{found.id}:{now.timestamp()}",
        key="notification-discrepancy-transfer",
        buttons=_discrepancy_buttons(found),
        args=build_discrepancy_args(found),
    )


def discrepancy_remains(found: Discrepancy, chat_id: int, requested_at: datetime) -> Notification:
    """Tell the chat that asked for a recheck that the discrepancy is still there."""
    return Notification(
        campus_id=found.campus_id,
        chat_id=chat_id,
        name=_recheck_name(found, requested_at),
        key="notification-discrepancy-remains",
        buttons=_discrepancy_buttons(found),
        args=build_discrepancy_args(found),
    )


def discrepancy_gone(found: Discrepancy, chat_id: int, requested_at: datetime) -> Notification:
    """Tell the chat that asked for a recheck that the discrepancy is gone."""
    return Notification(
        campus_id=found.campus_id,
        chat_id=chat_id,
        name=_recheck_name(found, requested_at),
        key="notification-discrepancy-gone",
        args=build_discrepancy_args(found),
    )


def foreign_objects_seen(campus_id: int, counts: ForeignCounts, now: datetime) -> Notification:
    """Tell the admins how many objects of others were seen on the Stripe account since they were told last."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"foreign:{now.timestamp()}",
        key="notification-foreign-objects",
        args={
            "payments": counts.payments,
            "refunds": counts.refunds,
            "transfers": counts.transfers,
            "disputes": counts.disputes,
        },
    )


def list_refused(campus_id: int, kind: str, refusal: StripeRefusal, now: datetime) -> Notification:
    """Tell the admins which kind of list Stripe refuses to our key, once a day."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"list_refused:{kind}:{now:%Y-%m-%d}",
        key="notification-list-refused",
        args={
            "kind": kind,
            "error": refusal.message[:MAX_SHOWN_ERROR_LENGTH] or "-",
            "request": refusal.request or "-",
            "type": refusal.access or "other",
        },
    )


def _recheck_name(found: Discrepancy, requested_at: datetime) -> str:
    return f"looked:{found.id}:{requested_at.timestamp()}"


def _discrepancy_buttons(found: Discrepancy) -> list[NotificationButton]:
    recheck = NotificationButton(label="button-recheck", data=pack(Tap.RECHECK_DISCREPANCY, found.id))
    if found.kind is DiscrepancyKind.UNKNOWN_TRANSFER:
        pay = NotificationButton(label="button-transfer-pay", data=pack(Tap.TRANSFER_PAY, found.id))
        other = NotificationButton(label="button-transfer-other", data=pack(Tap.TRANSFER_OTHER, found.id))
        return [recheck, pay, other]
    return [recheck, NotificationButton(label="button-settle", data=pack(Tap.SETTLE_DISCREPANCY, found.id))]
