"""The order message in the customer's chat."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from domain.messaging.buttons import Button, ButtonStyle, Tap, make_button
from domain.order_messages.debt import format_debt, has_open_debt, pay_debt_button
from domain.order_messages.feedback import format_feedback, problem_button, rating_buttons
from domain.order_messages.parts import (
    compose_message,
    format_amount,
    format_items,
    format_note,
    format_relay_instruction,
    format_route,
    format_time,
    format_timeline,
    join_lines,
)
from domain.order_messages.view import OrderMessageContent, OrderView
from domain.orders.sagas.pay_delay import lacks_receipt_photo
from domain.orders.states import (
    ABANDONED_STATUSES,
    FINAL_ORDER_STATUSES,
    OrderEvent,
    OrderStatus,
    is_event_allowed,
    is_pin_locked,
)
from domain.payments.model import HoldStatus
from domain.words import say, say_plain

_PAYMENT_END_REASONS = frozenset({"unpaid", "declined", "hold_gone", "card_gone"})  # another payment card may help

CUSTOMER_STATE_KEYS: Mapping[OrderStatus, str] = MappingProxyType(
    {
        OrderStatus.PENDING: "order-message-customer-pending",
        OrderStatus.CREATED: "order-message-customer-created",
        OrderStatus.ACCEPTED: "order-message-customer-accepted",
        OrderStatus.PLACED: "order-message-customer-placed",
        OrderStatus.ON_THE_WAY: "order-message-customer-on-the-way",
        OrderStatus.ARRIVED: "order-message-customer-arrived",
        OrderStatus.DELIVERED: "order-message-customer-delivered",
        OrderStatus.COMPLETED: "order-message-customer-completed",
        OrderStatus.CANCELLED: "order-message-cancelled",
        OrderStatus.EXPIRED: "order-message-customer-expired",
    }
)


def render_for_customer(view: OrderView, locale: str) -> OrderMessageContent:
    """Return the customer's order message: state, times, next step, items and money."""
    return compose_message(
        (
            join_lines(_state_line(view, locale), format_timeline(view, locale)),
            say(locale, "order-message-customer-silent") if view.runner_silent else "",
            join_lines(_next_step(view, locale), format_feedback(view, locale)),
            join_lines(format_route(view, locale), format_items(view, locale), format_note(view, locale)),
            _money_lines(view, locale),
            format_relay_instruction(view, locale, view.runner_name),
        ),
        (_approve_button(view, locale), pay_debt_button(view, locale)),
        (_cancel_button(view, locale),),
        (*rating_buttons(view, locale), _photo_button(view, locale)),
        (
            _order_again_button(view, locale),
            problem_button(view, locale),
            _other_card_button(view, locale),
            _receipt_button(view, locale),
        ),
    )


def _state_line(view: OrderView, locale: str) -> str:
    order = view.order
    if order.status is OrderStatus.PENDING:
        return _pending_state_line(view, locale)
    if has_open_debt(view):
        return say(locale, "order-message-customer-owes", order=order.id)
    runner = view.runner_name or say(locale, "order-message-unnamed-runner")
    return say(locale, CUSTOMER_STATE_KEYS[order.status], order=order.id, runner=runner)


def _pending_state_line(view: OrderView, locale: str) -> str:
    match None if view.hold is None else view.hold.status:
        case HoldStatus.APPROVAL:
            return say(locale, "order-message-customer-approval", order=view.order.id)
        case HoldStatus.REFUSED:
            return say(locale, "order-message-customer-refused", order=view.order.id)
        case HoldStatus.RELEASED:
            return say(locale, "order-message-customer-released", order=view.order.id)
        case HoldStatus.HELD:
            return say(locale, "order-message-customer-held", order=view.order.id)
        case _:
            return say(locale, CUSTOMER_STATE_KEYS[OrderStatus.PENDING], order=view.order.id)


def _next_step(view: OrderView, locale: str) -> str:
    order = view.order
    match order.status:
        case OrderStatus.PENDING:
            return _pending_next_step(view, locale)
        case OrderStatus.CREATED:
            again = say(locale, "order-message-customer-given-back") if order.releases else ""
            until = "" if view.expires_at is None else format_time(view, view.expires_at)
            return join_lines(again, say(locale, "order-message-customer-until", time=until) if until else "")
        case OrderStatus.ACCEPTED:
            return say(locale, "order-message-customer-next-accepted")
        case OrderStatus.PLACED | OrderStatus.ON_THE_WAY:
            return say(locale, "order-message-customer-next-bought")
        case OrderStatus.ARRIVED:
            pin = (
                say(locale, "order-message-customer-pin-locked")
                if is_pin_locked(order.status, order.pin_tries)
                else say(locale, "order-message-customer-pin", place=order.drop_point, pin=order.pin or "")
            )
            return join_lines(pin, say(locale, "order-message-customer-may-leave") if view.can_leave_food else "")
        case OrderStatus.DELIVERED | OrderStatus.COMPLETED:
            return say(locale, "order-message-customer-left", place=order.drop_point) if order.proof_photo else ""
        case OrderStatus.EXPIRED:
            return ""
        case OrderStatus.CANCELLED:
            return _cancellation_line(view, locale)
        case _:
            assert_never(order.status)


def _pending_next_step(view: OrderView, locale: str) -> str:
    if view.hold is not None and view.hold.status is HoldStatus.APPROVAL:
        until = view.order.placed_at + view.campus.windows.length("payment")
        return say(locale, "order-message-customer-next-approval", time=format_time(view, until))
    return ""


def _cancellation_line(view: OrderView, locale: str) -> str:
    match view.order.end_reason:
        case "customer":
            return say(locale, "order-message-why-customer")
        case "unpaid":
            return say(locale, "order-message-why-unpaid")
        case "declined":
            return say(locale, "order-message-why-declined")
        case "not_possible":
            return say(locale, "order-message-why-not-possible")
        case "card_gone":
            return say(locale, "order-message-why-card-gone")
        case "hold_gone":
            return say(locale, "order-message-why-hold-gone")
        case "admin":
            return say(locale, "order-message-why-admin", reason=view.order.end_note or "-")
        case "closed":
            return say(locale, "order-message-why-closed", reason=view.order.end_note or "-")
        case None | "withdrawn":
            return ""
        case _:
            return say(locale, "order-message-why-not-started")


def _money_lines(view: OrderView, locale: str) -> str:
    order, price = view.order, view.order.price
    if order.status in ABANDONED_STATUSES:
        return _hold_line(view, locale)
    if order.total is None or order.receipt is None:
        return say(
            locale,
            "order-message-money-ceiling",
            ceiling=format_amount(view, price.ceiling),
            limit=format_amount(view, price.shop_limit),
            added=format_amount(view, price.fees_and_tip),
        )
    if owed := format_debt(view, locale):
        return owed
    parts = {"receipt": format_amount(view, order.receipt), "added": format_amount(view, price.fees_and_tip)}
    if order.status is OrderStatus.COMPLETED:
        left = price.ceiling - order.total if view.debt is None else 0
        rest = say(locale, "order-message-money-rest", amount=format_amount(view, left)) if left else ""
        back = (
            say(locale, "order-message-money-refunded", amount=format_amount(view, view.refunded))
            if view.refunded
            else ""
        )
        return join_lines(
            say(locale, "order-message-money-paid", total=format_amount(view, order.total), **parts),
            rest,
            back,
            _no_receipt_line(view, locale),
        )
    total = say(
        locale,
        "order-message-money-total",
        total=format_amount(view, order.total),
        ceiling=format_amount(view, price.ceiling),
        **parts,
    )
    return join_lines(total, _no_receipt_line(view, locale))


def _no_receipt_line(view: OrderView, locale: str) -> str:
    """Say that the receipt is above the estimate without a photo: only the customer knows what was bought."""
    if not lacks_receipt_photo(view.order):
        return ""
    return say(locale, "order-message-money-no-receipt", receipt=format_amount(view, view.order.receipt or 0))


def _hold_line(view: OrderView, locale: str) -> str:
    """Return what happens to a hold that is no longer needed; it counts as released only once Stripe said so."""
    hold = view.hold
    if hold is None or hold.refusal is not None:
        return say(locale, "order-message-hold-none")
    match hold.status:
        case HoldStatus.REQUESTED | HoldStatus.APPROVAL | HoldStatus.HELD:
            return say(locale, "order-message-hold-releasing", amount=format_amount(view, hold.amount))
        case HoldStatus.RELEASED:
            return say(locale, "order-message-hold-released", amount=format_amount(view, hold.amount))
        case HoldStatus.REFUSED:
            return say(locale, "order-message-hold-none")
        case HoldStatus.CAPTURED:
            return say(locale, "order-message-hold-captured", amount=format_amount(view, hold.captured))
        case _:
            assert_never(hold.status)


def _approve_button(view: OrderView, locale: str) -> Button | None:
    hold = view.hold
    if view.order.status is not OrderStatus.PENDING or hold is None or hold.status is not HoldStatus.APPROVAL:
        return None
    if hold.approval_url is None:
        return None
    return Button(label=say_plain(locale, "button-approve-with-bank"), url=hold.approval_url, style=ButtonStyle.SUCCESS)


def _cancel_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if not (is_event_allowed(order.status, OrderEvent.CANCELLED) or is_event_allowed(order.status, OrderEvent.UNPAID)):
        return None
    return make_button(
        say_plain(locale, "button-cancel-order"), Tap.CANCEL, order.id, order.version, ButtonStyle.DANGER
    )


def _order_again_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.status not in FINAL_ORDER_STATUSES:
        return None
    return make_button(say_plain(locale, "button-order-again"), Tap.TRY_AGAIN, order.id, order.version)


def _other_card_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.status is not OrderStatus.CANCELLED or order.end_reason not in _PAYMENT_END_REASONS:
        return None
    return make_button(say_plain(locale, "button-use-other-card"), Tap.ADD_CARD, order.id, order.version)


def _receipt_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.receipt is None or order.receipt_photo is None:
        return None
    return make_button(say_plain(locale, "button-see-receipt"), Tap.SEE_RECEIPT, order.id, order.version)


def _photo_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.proof_photo is None:
        return None
    return make_button(say_plain(locale, "button-see-photo"), Tap.SEE_PHOTO, order.id, order.version)
