"""A runner's card of a job: what to do now, what to buy for how much, where to bring it, and what one earns."""

from typing import assert_never

from domain.buttons import Button, Style, Tap, button
from domain.card_lines import amount, compose, earned, item_lines, lines, note, relay_hint, route, timeline
from domain.card_view import Card, OrderView
from domain.order import MOST_PIN_TRIES, WITH_RUNNER, Bearer, OrderEvent, OrderStatus, allowed
from domain.payment import NO_FUNDS, Payable, PayoutStatus
from domain.words import say, say_plain


def draw_for_runner(view: OrderView, locale: str) -> Card:
    """The job of the runner whose chat it is; one that is not hers any more says so and has no buttons."""
    order = view.order
    if order.runner_id != view.viewer:
        return Card(text=say(locale, "card-runner-gone", order=order.id, store=order.store_name))
    if order.status is OrderStatus.CANCELLED:
        return compose(
            (
                lines(say(locale, "card-cancelled", order=order.id), timeline(view, locale, since_claim=True)),
                _why_over(view, locale),
            ),
            (_set_up(view, locale),),
        )
    return compose(
        (
            lines(_state(view, locale), timeline(view, locale, since_claim=True)),
            _next(view, locale),
            _errand(view, locale),
            lines(_money(view, locale), _no_payout(view, locale)),
            relay_hint(view, locale, view.customer_name),
        ),
        (_onward(view, locale),),
        (_release(view, locale), _set_up(view, locale)),
    )


def _why_over(view: OrderView, locale: str) -> str:
    """What the end of a job means for the runner's purse: after the purchase an admin said who bears it."""
    order, why = view.order, view.order.end_note or "-"
    match order.borne_by:
        case None:
            return say(locale, "card-runner-cancelled")
        case Bearer.RUNNER:
            return say(locale, "card-runner-closed-unpaid", reason=why)
        case Bearer.PLATFORM:
            share = amount(view, order.runner_share or 0)
            return lines(say(locale, "card-runner-closed-paid", reason=why, share=share), _payout(view, locale))
        case _:
            assert_never(order.borne_by)


def _state(view: OrderView, locale: str) -> str:
    order = view.order
    match order.status:
        case OrderStatus.ACCEPTED if not order.hold_checked:
            return say(locale, "card-runner-checking", order=order.id)
        case OrderStatus.ACCEPTED:
            return say(locale, "card-runner-buy", order=order.id)
        case OrderStatus.PLACED:
            return say(locale, "card-runner-bought", order=order.id)
        case OrderStatus.ON_THE_WAY:
            return say(locale, "card-runner-on-the-way", order=order.id)
        case OrderStatus.ARRIVED:
            return say(locale, "card-runner-arrived", order=order.id)
        case OrderStatus.DELIVERED | OrderStatus.COMPLETED:
            return say(locale, "card-runner-delivered", order=order.id)
        case OrderStatus.PENDING | OrderStatus.CREATED | OrderStatus.CANCELLED | OrderStatus.EXPIRED:
            return say(locale, "card-closed", order=order.id)
        case _:
            assert_never(order.status)


def _next(view: OrderView, locale: str) -> str:
    order = view.order
    match order.status:
        case OrderStatus.ACCEPTED if not order.hold_checked:
            return say(locale, "card-runner-next-wait")
        case OrderStatus.ACCEPTED:
            return say(
                locale, "card-runner-next-buy", store=order.store_name, limit=amount(view, order.price.shop_limit)
            )
        case OrderStatus.PLACED:
            return say(locale, "card-runner-next-pick-up")
        case OrderStatus.ON_THE_WAY:
            return say(locale, "card-runner-next-bring", place=order.drop_point)
        case OrderStatus.ARRIVED if order.pin_tries >= MOST_PIN_TRIES:
            return say(locale, "card-runner-next-pin-locked", place=order.drop_point)
        case OrderStatus.ARRIVED:
            pin = say(locale, "card-runner-next-pin", customer=view.customer_name)
            return lines(pin, say(locale, "card-runner-may-leave", place=order.drop_point) if view.may_leave else "")
        case _:
            return _payout(view, locale)


def _payout(view: OrderView, locale: str) -> str:
    payable = view.payable
    if payable is None:
        return say(locale, "card-payout-soon")
    bears = say(locale, "card-payout-bears", amount=amount(view, payable.withheld)) if payable.withheld else ""
    netted = say(locale, "card-payout-netted", amount=amount(view, payable.netted)) if payable.netted else ""
    return lines(_standing(view, payable, locale), bears, netted)


def _standing(view: OrderView, payable: Payable, locale: str) -> str:
    match payable.status:
        case PayoutStatus.OPEN if payable.frozen:
            return say(locale, "card-payout-frozen", amount=amount(view, payable.due))
        case PayoutStatus.OPEN if payable.refusal == NO_FUNDS:
            return say(locale, "card-payout-late", amount=amount(view, payable.due))
        case PayoutStatus.OPEN:
            return say(locale, "card-payout-waits", amount=amount(view, payable.due))
        case PayoutStatus.SENDING:
            return say(locale, "card-payout-sending", amount=amount(view, payable.due))
        case PayoutStatus.PAID:
            return say(locale, "card-payout-paid", amount=amount(view, payable.kept - payable.netted))
        case PayoutStatus.ANNULLED:
            return say(locale, "card-payout-annulled")
        case _:
            assert_never(payable.status)


def _errand(view: OrderView, locale: str) -> str:
    if view.order.status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED):
        return route(view, locale)
    who = say(locale, "card-runner-for", customer=view.customer_name)
    return lines(route(view, locale), item_lines(view, locale), note(view, locale), who)


def _money(view: OrderView, locale: str) -> str:
    order = view.order
    if order.receipt is None:
        return say(locale, "card-runner-earns", earned=amount(view, earned(view)))
    share = amount(view, order.receipt + earned(view))
    return say(
        locale, "card-runner-gets", share=share, receipt=amount(view, order.receipt), earned=amount(view, earned(view))
    )


def _onward(view: OrderView, locale: str) -> Button | None:
    """The one button that brings the job forward."""
    order = view.order
    if allowed(order.status, OrderEvent.BOUGHT) and order.hold_checked:
        return button(say_plain(locale, "button-bought"), Tap.BOUGHT, order.id, order.version, Style.SUCCESS)
    if allowed(order.status, OrderEvent.PICKED_UP):
        return button(say_plain(locale, "button-picked-up"), Tap.PICKED_UP, order.id, order.version, Style.PRIMARY)
    if allowed(order.status, OrderEvent.ARRIVED):
        return button(say_plain(locale, "button-here"), Tap.HERE, order.id, order.version, Style.PRIMARY)
    if view.may_leave:
        return button(say_plain(locale, "button-leave"), Tap.LEAVE, order.id, order.version, Style.DANGER)
    return None


def _release(view: OrderView, locale: str) -> Button | None:
    order = view.order
    if not allowed(order.status, OrderEvent.RELEASED):
        return None
    return button(say_plain(locale, "button-release"), Tap.RELEASE, order.id, order.version, Style.DANGER)


def _no_payout(view: OrderView, locale: str) -> str:
    return say(locale, "card-runner-no-payout") if view.payout_missing and view.order.status in WITH_RUNNER else ""


def _set_up(view: OrderView, locale: str) -> Button | None:
    """Where money waits for it; before that only where no other button needs the row."""
    owed, free = view.payable, not allowed(view.order.status, OrderEvent.RELEASED)
    if view.payout_missing and view.order.status in WITH_RUNNER and free:
        return button(say_plain(locale, "button-set-up-payout"), Tap.SET_UP_PAYOUT)
    if owed is None or owed.status is not PayoutStatus.OPEN or owed.refusal == NO_FUNDS or owed.frozen:
        return None
    return button(say_plain(locale, "button-set-up-payout"), Tap.SET_UP_PAYOUT)
