"""What is told about price increases: to the customer who agrees to one, and to the runner who waits for it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from domain.campuses.windows import Windows
from domain.messaging.buttons import ButtonStyle, Tap, pack
from domain.messaging.notification.model import Notification, NotificationButton
from domain.messaging.notification.notification_buttons import use_other_card_button
from domain.money import format_money
from domain.orders.pricing import Price
from domain.orders.states import Order
from domain.payments.notifications.bank_approval import approval_minutes, approve_with_bank_button
from domain.saga.refusals import CARD_GONE, NOT_POSSIBLE
from domain.saga.run import SagaRun

LIMIT_QUESTION = "notification-limit-increase-requested"
# Why replace_hold was compensated, and the sentence the customer reads.
_REFUSAL_SENTENCES: Mapping[str | None, str] = MappingProxyType(
    {
        "declined": "notification-price-increase-declined",
        "unpaid": "notification-price-increase-unapproved",
        NOT_POSSIBLE: "notification-price-increase-not-possible",
        CARD_GONE: "notification-price-increase-card-gone",
    }
)


def name_limit_questions(order: Order) -> str:
    """Return how the names of all questions of the present claim begin."""
    return f"dearer:{order.claim}:"


def limit_increase_requested(
    order: Order, price: Price, runner_name: str, now: datetime, *, asked_before: bool
) -> Notification:
    """Ask the customer whether the shop limit may become that of `price`; both ceilings are shown."""
    agree = NotificationButton(
        label="button-agree", data=pack(Tap.AGREE, order.id, price.ceiling), style=ButtonStyle.SUCCESS
    )
    disagree = NotificationButton(label="button-disagree", data=pack(Tap.DISAGREE, order.id, price.ceiling))
    return Notification(
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"{name_limit_questions(order)}{now.timestamp()}",
        key=LIMIT_QUESTION,
        order_id=order.id,
        buttons=[agree, disagree],
        args={
            "order": order.id,
            "runner": runner_name,
            "wanted": format_money(price.shop_limit, price.currency),
            "limit": format_money(order.price.shop_limit, price.currency),
            "now": format_money(order.price.ceiling, price.currency),
            "then": format_money(price.ceiling, price.currency),
        },
        silent=asked_before,  # one sound per order is enough
    )


def limit_refused(order: Order, now: datetime) -> Notification:
    """Tell the runner that the customer does not agree: the limit stays."""
    return _to_runner(order, f"dearer_refused:{order.claim}:{now.timestamp()}", "notification-limit-refused")


def limit_increased(order: Order, run: SagaRun) -> Notification:
    """Tell the runner the new limit, that of the order."""
    return _to_runner_once(order, run, "notification-limit-increased")


def limit_not_increased(order: Order, run: SagaRun) -> Notification:
    """Tell the runner that the customer agreed in vain: the limit stays. No bank is named that was not asked."""
    no_bank_asked = run.reason in (NOT_POSSIBLE, CARD_GONE)
    return _to_runner_once(
        order, run, "notification-limit-not-possible" if no_bank_asked else "notification-limit-not-increased"
    )


def price_increase_approval_asked(run: SagaRun, order: Order, wanted: int, url: str, windows: Windows) -> Notification:
    """Send the customer the link with which they approve a hold of `wanted` (minor units).

    The order message shows the current hold only, so the link cannot go there.
    """
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"raise_approval:{run.id}",
        key="notification-price-increase-approval",
        order_id=run.required_order_id,
        buttons=[approve_with_bank_button(url)],
        args={**_ceilings(order, wanted), "minutes": approval_minutes(windows)},
    )


def price_increase_failed(order: Order, run: SagaRun, wanted: int) -> Notification:
    """Tell the customer why the ceiling did not become `wanted` (minor units)."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"not_raised:{run.id}",
        key=_REFUSAL_SENTENCES.get(run.reason, "notification-price-increase-not-reached"),
        order_id=order.id,
        buttons=[use_other_card_button()] if run.reason == "declined" else [],
        args=_ceilings(order, wanted),
    )


def price_increase_overtaken(order: Order, run: SagaRun, wanted: int) -> Notification:
    """Tell the customer, without a sound, that the order changed before the ceiling became `wanted` (minor units)."""
    return Notification(
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"not_raised:{run.id}",
        key="notification-price-increase-order-changed",
        order_id=order.id,
        args=_ceilings(order, wanted),
        silent=True,
    )


def _ceilings(order: Order, wanted: int) -> dict[str, str | int]:
    return {
        "order": order.id,
        "ceiling": format_money(order.price.ceiling, order.price.currency),
        "wanted": format_money(wanted, order.price.currency),
    }


def _to_runner_once(order: Order, run: SagaRun, key: str) -> Notification:
    return _to_runner(order, f"{key}:{run.id}", key)


def _to_runner(order: Order, name: str, key: str) -> Notification:
    return Notification(
        campus_id=order.campus_id,
        chat_id=order.runner_id or 0,
        name=name,
        key=key,
        order_id=order.id,
        args={"order": order.id, "limit": format_money(order.price.shop_limit, order.price.currency)},
    )
