"""The customer's card: what became of her order, what it will cost at most, and what she can do now."""

from types import MappingProxyType
from typing import assert_never

from domain.buttons import Button, Style, Tap, button
from domain.card_aftercare import problem, said, thumbs
from domain.card_debt import debt_line, owes, pay
from domain.card_lines import amount, clock, compose, item_lines, lines, note, relay_hint, route, timeline
from domain.card_view import Card, OrderView
from domain.order import MOST_PIN_TRIES, OrderEvent, OrderStatus, allowed
from domain.payment import HoldStatus
from domain.words import say, say_plain

_FOR_MONEY = frozenset({"unpaid", "declined", "hold_gone"})  # an order's end that another card may cure

_STATES = MappingProxyType(
    {
        OrderStatus.CREATED: "card-customer-created",
        OrderStatus.ACCEPTED: "card-customer-accepted",
        OrderStatus.PLACED: "card-customer-placed",
        OrderStatus.ON_THE_WAY: "card-customer-on-the-way",
        OrderStatus.ARRIVED: "card-customer-arrived",
        OrderStatus.DELIVERED: "card-customer-delivered",
        OrderStatus.COMPLETED: "card-customer-completed",
        OrderStatus.CANCELLED: "card-cancelled",
        OrderStatus.EXPIRED: "card-customer-expired",
    }
)


def draw_for_customer(view: OrderView, locale: str) -> Card:
    """State, times, what to do next, what was ordered, the money."""
    return compose(
        (
            lines(_state(view, locale), timeline(view, locale)),
            say(locale, "card-customer-silent") if view.runner_silent else "",
            lines(_next(view, locale), said(view, locale)),
            lines(route(view, locale), item_lines(view, locale), note(view, locale)),
            _money(view, locale),
            relay_hint(view, locale, view.runner_name),
        ),
        (_approve(view, locale), pay(view, locale)),
        (_cancel(view, locale),),
        (*thumbs(view, locale), _see_photo(view, locale)),
        (_again(view, locale), problem(view, locale), _other_card(view, locale), _see_receipt(view, locale)),
    )


def _state(view: OrderView, locale: str) -> str:
    order = view.order
    if order.status is OrderStatus.PENDING:
        return _state_pending(view, locale)
    if owes(view):
        return say(locale, "card-customer-owes", order=order.id)
    runner = view.runner_name or say(locale, "card-somebody")
    return say(locale, _STATES[order.status], order=order.id, runner=runner)


def _state_pending(view: OrderView, locale: str) -> str:
    match None if view.hold is None else view.hold.status:
        case HoldStatus.APPROVAL:
            return say(locale, "card-customer-approval", order=view.order.id)
        case HoldStatus.REFUSED:
            return say(locale, "card-customer-refused", order=view.order.id)
        case HoldStatus.RELEASED:
            return say(locale, "card-customer-released", order=view.order.id)
        case HoldStatus.HELD:
            return say(locale, "card-customer-held", order=view.order.id)
        case _:
            return say(locale, "card-customer-pending", order=view.order.id)


def _next(view: OrderView, locale: str) -> str:
    order = view.order
    match order.status:
        case OrderStatus.PENDING:
            return _next_pending(view, locale)
        case OrderStatus.CREATED:
            again = say(locale, "card-customer-given-back") if order.releases else ""
            until = "" if view.expires_at is None else clock(view, view.expires_at)
            return lines(again, say(locale, "card-customer-until", time=until) if until else "")
        case OrderStatus.ACCEPTED:
            return say(locale, "card-customer-next-accepted")
        case OrderStatus.PLACED | OrderStatus.ON_THE_WAY:
            return say(locale, "card-customer-next-bought")
        case OrderStatus.ARRIVED if order.pin_tries >= MOST_PIN_TRIES:
            return say(locale, "card-customer-pin-locked")
        case OrderStatus.ARRIVED:
            pin = say(locale, "card-customer-pin", place=order.drop_point, pin=order.pin or "")
            return lines(pin, say(locale, "card-customer-may-leave") if view.may_leave else "")
        case OrderStatus.DELIVERED | OrderStatus.COMPLETED:
            return say(locale, "card-customer-left", place=order.drop_point) if order.proof_photo else ""
        case OrderStatus.EXPIRED:
            return ""
        case OrderStatus.CANCELLED:
            return _why(view, locale)
        case _:
            assert_never(order.status)


def _next_pending(view: OrderView, locale: str) -> str:
    if view.hold is not None and view.hold.status is HoldStatus.APPROVAL:
        until = view.order.placed_at + view.campus.windows.length("payment")
        return say(locale, "card-customer-next-approval", time=clock(view, until))
    return ""


def _why(view: OrderView, locale: str) -> str:
    """Why it was cancelled, in our words or the admin's."""
    match view.order.end_reason:
        case "customer":
            return say(locale, "card-why-customer")
        case "unpaid":
            return say(locale, "card-why-unpaid")
        case "declined":
            return say(locale, "card-why-declined")
        case "hold_gone":
            return say(locale, "card-why-hold-gone")
        case "admin":
            return say(locale, "card-why-admin", reason=view.order.end_note or "-")
        case "closed":
            return say(locale, "card-why-closed", reason=view.order.end_note or "-")
        case None | "withdrawn":
            return ""
        case _:
            return say(locale, "card-why-not-started")


def _money(view: OrderView, locale: str) -> str:
    order, price = view.order, view.order.price
    if order.status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED):
        return _released(view, locale)
    if order.total is None or order.receipt is None:
        return say(
            locale,
            "card-money-ceiling",
            ceiling=amount(view, price.ceiling),
            limit=amount(view, price.shop_limit),
            added=amount(view, price.added),
        )
    if owed := debt_line(view, locale):
        return owed
    parts = {"receipt": amount(view, order.receipt), "added": amount(view, price.added)}
    if order.status is OrderStatus.COMPLETED:
        left = price.ceiling - order.total if view.debt is None else 0
        rest = say(locale, "card-money-rest", amount=amount(view, left)) if left else ""
        back = say(locale, "card-money-refunded", amount=amount(view, view.refunded)) if view.refunded else ""
        return lines(say(locale, "card-money-paid", total=amount(view, order.total), **parts), rest, back)
    return say(
        locale, "card-money-total", total=amount(view, order.total), ceiling=amount(view, price.ceiling), **parts
    )


def _released(view: OrderView, locale: str) -> str:
    """The truth about a hold that is not needed any more: on its way back is not back."""
    hold = view.hold
    if hold is None or hold.refusal is not None:
        return say(locale, "card-hold-none")
    match hold.status:
        case HoldStatus.REQUESTED | HoldStatus.APPROVAL | HoldStatus.HELD:
            return say(locale, "card-hold-releasing", amount=amount(view, hold.amount))
        case HoldStatus.RELEASED:
            return say(locale, "card-hold-released", amount=amount(view, hold.amount))
        case HoldStatus.REFUSED:
            return say(locale, "card-hold-none")
        case HoldStatus.CAPTURED:
            return say(locale, "card-hold-captured", amount=amount(view, hold.captured))
        case _:
            assert_never(hold.status)


def _approve(view: OrderView, locale: str) -> Button | None:
    hold = view.hold
    if view.order.status is not OrderStatus.PENDING or hold is None or hold.status is not HoldStatus.APPROVAL:
        return None
    if hold.approval_url is None:
        return None
    return Button(words=say_plain(locale, "button-approve-with-bank"), url=hold.approval_url, style=Style.SUCCESS)


def _cancel(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if not (allowed(order.status, OrderEvent.CANCELLED) or allowed(order.status, OrderEvent.UNPAID)):
        return None
    return button(say_plain(locale, "button-cancel-order"), Tap.CANCEL, order.id, order.version, Style.DANGER)


def _again(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.status not in (OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.COMPLETED):
        return None
    return button(say_plain(locale, "button-order-again"), Tap.TRY_AGAIN, order.id, order.version)


def _other_card(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.status is not OrderStatus.CANCELLED or order.end_reason not in _FOR_MONEY:
        return None
    return button(say_plain(locale, "button-use-other-card"), Tap.ADD_CARD, order.id, order.version)


def _see_receipt(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.receipt is None or order.receipt_photo is None:
        return None
    return button(say_plain(locale, "button-see-receipt"), Tap.SEE_RECEIPT, order.id, order.version)


def _see_photo(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if order.proof_photo is None:
        return None
    return button(say_plain(locale, "button-see-photo"), Tap.SEE_PHOTO, order.id, order.version)
