"""The order message in the runner's chat."""

from datetime import datetime
from typing import assert_never

from domain.messaging.buttons import Button, ButtonStyle, Tap, make_button
from domain.order_messages.parts import (
    compose_message,
    format_amount,
    format_day_time,
    format_items,
    format_note,
    format_relay_instruction,
    format_route,
    format_time,
    format_timeline,
    join_lines,
    runner_earnings,
)
from domain.order_messages.view import OrderMessageContent, OrderView
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import (
    DELIVERED_STATUSES,
    STATUSES_WITH_RUNNER,
    Bearer,
    OrderEvent,
    OrderStatus,
    is_event_allowed,
    is_pin_locked,
)
from domain.payouts.model import PLATFORM_REFUSALS, Payable, PayoutStatus
from domain.saga.refusals import NOT_POSSIBLE
from domain.words import say, say_plain


def render_for_runner(view: OrderView, locale: str) -> OrderMessageContent:
    """Return the runner's order message; one line without buttons when the reader no longer holds the order."""
    order = view.order
    if order.runner_id != view.viewer:
        return OrderMessageContent(
            text=say(locale, "order-message-runner-gone", order=order.id, store=order.store_name)
        )
    if order.status is OrderStatus.CANCELLED:
        return compose_message(
            (
                join_lines(
                    say(locale, "order-message-cancelled", order=order.id),
                    format_timeline(view, locale, since_claim=True),
                ),
                _end_lines(view, locale),
            ),
            (_set_up_payout_button(view, locale),),
        )
    return compose_message(
        (
            join_lines(_state_line(view, locale), format_timeline(view, locale, since_claim=True)),
            _next_step(view, locale),
            _delivery_lines(view, locale),
            join_lines(_money_line(view, locale), _payout_missing_line(view, locale)),
            format_relay_instruction(view, locale, view.customer_name),
        ),
        (_next_step_button(view, locale),),
        (_release_button(view, locale), _set_up_payout_button(view, locale)),
    )


def _end_lines(view: OrderView, locale: str) -> str:
    """Say what the end means for the runner's pay: after the purchase an admin decided who bears the cost."""
    order, end_note = view.order, view.order.end_note or "-"
    match order.borne_by:
        case None:
            return say(locale, "order-message-runner-cancelled")
        case Bearer.RUNNER:
            return say(locale, "order-message-runner-closed-unpaid", reason=end_note)
        case Bearer.PLATFORM:
            share = format_amount(view, order.runner_share or 0)
            return join_lines(
                say(locale, "order-message-runner-closed-paid", reason=end_note, share=share),
                _payout_lines(view, locale),
            )
        case _:
            assert_never(order.borne_by)


def _state_line(view: OrderView, locale: str) -> str:
    order = view.order
    match order.status:
        case OrderStatus.ACCEPTED if not order.hold_checked:
            return say(locale, "order-message-runner-checking", order=order.id)
        case OrderStatus.ACCEPTED:
            return say(locale, "order-message-runner-buy", order=order.id)
        case OrderStatus.PLACED:
            return say(locale, "order-message-runner-bought", order=order.id)
        case OrderStatus.ON_THE_WAY:
            return say(locale, "order-message-runner-on-the-way", order=order.id)
        case OrderStatus.ARRIVED:
            return say(locale, "order-message-runner-arrived", order=order.id)
        case OrderStatus.DELIVERED | OrderStatus.COMPLETED:
            return say(locale, "order-message-runner-delivered", order=order.id)
        case OrderStatus.PENDING | OrderStatus.CREATED | OrderStatus.CANCELLED | OrderStatus.EXPIRED:
            return say(locale, "order-message-closed", order=order.id)
        case _:
            assert_never(order.status)


def _next_step(view: OrderView, locale: str) -> str:
    order = view.order
    match order.status:
        case OrderStatus.ACCEPTED if not order.hold_checked:
            return say(locale, "order-message-runner-next-wait")
        case OrderStatus.ACCEPTED:
            return say(
                locale,
                "order-message-runner-next-buy",
                store=order.store_name,
                limit=format_amount(view, order.price.shop_limit),
            )
        case OrderStatus.PLACED:
            return say(locale, "order-message-runner-next-pick-up")
        case OrderStatus.ON_THE_WAY:
            return say(locale, "order-message-runner-next-bring", place=order.drop_point)
        case OrderStatus.ARRIVED if is_pin_locked(order.status, order.pin_tries):
            locked = say(locale, "order-message-runner-next-pin-locked", customer=view.customer_name)
            return join_lines(locked, _leaving_line(view, locale))
        case OrderStatus.ARRIVED:
            pin = say(locale, "order-message-runner-next-pin", customer=view.customer_name)
            return join_lines(pin, _leaving_line(view, locale) if view.can_leave_food else "")
        case (
            OrderStatus.DELIVERED
            | OrderStatus.COMPLETED
            | OrderStatus.PENDING
            | OrderStatus.CREATED
            | OrderStatus.CANCELLED
            | OrderStatus.EXPIRED
        ):
            return _payout_lines(view, locale)
        case _:
            assert_never(order.status)


def _leaving_line(view: OrderView, locale: str) -> str:
    if view.can_leave_food:
        return say(locale, "order-message-runner-may-leave", place=view.order.drop_point)
    if view.leave_from is None:
        return ""
    return say(locale, "order-message-runner-may-leave-from", time=format_time(view, view.leave_from))


def _payout_lines(view: OrderView, locale: str) -> str:
    payable = view.payable
    if payable is None:
        return say(locale, "order-message-payout-soon")
    withheld_line = (
        say(locale, "order-message-payout-withheld", amount=format_amount(view, payable.withheld))
        if payable.withheld
        else ""
    )
    netted_line = (
        say(locale, "order-message-payout-netted", amount=format_amount(view, payable.netted)) if payable.netted else ""
    )
    return join_lines(_payout_state_line(view, payable, locale), withheld_line, netted_line)


def _payout_state_line(view: OrderView, payable: Payable, locale: str) -> str:
    match payable.status:
        case PayoutStatus.OPEN if payable.frozen:
            return say(locale, "order-message-payout-frozen", amount=format_amount(view, payable.due))
        case PayoutStatus.OPEN if payable.held_until is not None:
            return _held_line(view, payable, payable.held_until, locale)
        case PayoutStatus.OPEN if payable.refusal == NOT_POSSIBLE:
            return say(locale, "order-message-payout-not-possible", amount=format_amount(view, payable.due))
        case PayoutStatus.OPEN if payable.refusal in PLATFORM_REFUSALS:
            return say(locale, "order-message-payout-late", amount=format_amount(view, payable.due))
        case PayoutStatus.OPEN:
            return say(locale, "order-message-payout-waits", amount=format_amount(view, payable.due))
        case PayoutStatus.SENDING:
            return say(locale, "order-message-payout-sending", amount=format_amount(view, payable.due))
        case PayoutStatus.PAID:
            return say(
                locale, "order-message-payout-paid", amount=format_amount(view, payable.runner_total - payable.netted)
            )
        case PayoutStatus.ANNULLED:
            return say(locale, "order-message-payout-annulled")
        case _:
            assert_never(payable.status)


def _held_line(view: OrderView, payable: Payable, until: datetime, locale: str) -> str:
    said = {"amount": format_amount(view, payable.due), "when": format_day_time(view, until)}
    if view.open_case is not None:
        return say(locale, "order-message-payout-held-case", **said)
    if payable.held_for is PayDelay.REVIEW:
        return say(locale, "order-message-payout-review", amount=format_amount(view, payable.due))
    return say(locale, "order-message-payout-held", why=payable.held_for or "-", **said)


def _delivery_lines(view: OrderView, locale: str) -> str:
    if view.order.status in DELIVERED_STATUSES:
        return format_route(view, locale)
    customer_line = say(locale, "order-message-runner-for", customer=view.customer_name)
    return join_lines(format_route(view, locale), format_items(view, locale), format_note(view, locale), customer_line)


def _money_line(view: OrderView, locale: str) -> str:
    order = view.order
    if order.receipt is None:
        return say(locale, "order-message-runner-earns", earned=format_amount(view, runner_earnings(view)))
    share = format_amount(view, order.receipt + runner_earnings(view))
    return say(
        locale,
        "order-message-runner-gets",
        share=share,
        receipt=format_amount(view, order.receipt),
        earned=format_amount(view, runner_earnings(view)),
    )


def _next_step_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if is_event_allowed(order.status, OrderEvent.BOUGHT) and order.hold_checked:
        return make_button(say_plain(locale, "button-bought"), Tap.BOUGHT, order.id, order.version, ButtonStyle.SUCCESS)
    if is_event_allowed(order.status, OrderEvent.PICKED_UP):
        return make_button(
            say_plain(locale, "button-picked-up"), Tap.PICKED_UP, order.id, order.version, ButtonStyle.PRIMARY
        )
    if is_event_allowed(order.status, OrderEvent.ARRIVED):
        return make_button(say_plain(locale, "button-here"), Tap.ARRIVED, order.id, order.version, ButtonStyle.PRIMARY)
    if view.can_leave_food:
        return make_button(say_plain(locale, "button-leave"), Tap.LEAVE, order.id, order.version, ButtonStyle.DANGER)
    return None


def _release_button(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if not is_event_allowed(order.status, OrderEvent.RELEASED):
        return None
    return make_button(say_plain(locale, "button-release"), Tap.RELEASE, order.id, order.version, ButtonStyle.DANGER)


def _payout_missing_line(view: OrderView, locale: str) -> str:
    return (
        say(locale, "order-message-runner-no-payout")
        if view.payout_missing and view.order.status in STATUSES_WITH_RUNNER
        else ""
    )


def _set_up_payout_button(view: OrderView, locale: str) -> Button | None:
    """Offer it when money waits for it; during a delivery only when [Release] does not need the row."""
    payable, is_row_free = view.payable, not is_event_allowed(view.order.status, OrderEvent.RELEASED)
    if view.payout_missing and view.order.status in STATUSES_WITH_RUNNER and is_row_free:
        return make_button(say_plain(locale, "button-set-up-payout"), Tap.SET_UP_PAYOUT)
    if (
        payable is None
        or payable.status is not PayoutStatus.OPEN
        or payable.refusal in PLATFORM_REFUSALS
        or payable.frozen
        or payable.held_until is not None
    ):
        return None
    return make_button(say_plain(locale, "button-set-up-payout"), Tap.SET_UP_PAYOUT)
