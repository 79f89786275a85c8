"""What the customer of an order is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from domain.campuses.campus import Campus
from domain.messaging.buttons import ButtonStyle, Tap, pack
from domain.messaging.notification.model import Notification, NotificationButton
from domain.messaging.notification.notification_buttons import order_again_button, use_other_card_button
from domain.money import format_money
from domain.orders.escalations.claim_odds import ClaimOdds
from domain.orders.price_increase import can_increase_fee, fee_increase_step
from domain.orders.states import Order, is_pin_locked
from domain.saga.refusals import CARD_GONE, NOT_POSSIBLE

# Why no runner saw a placed order, and the sentence its customer reads. A customer who cancelled reads none.
PLACING_FAILURES: Mapping[str, str] = MappingProxyType(
    {
        "unpaid": "notification-unpaid",
        "declined": "notification-declined",
        "out_of_reach": "notification-not-started",
        NOT_POSSIBLE: "notification-order-not-possible",
        CARD_GONE: "notification-card-gone",
    }
)
_CARD_FAILURES = frozenset({"unpaid", "declined"})  # another card may help


def placing_failed(order: Order, reason: str) -> Notification:
    """Tell why nobody saw the order; `reason` is one of PLACING_FAILURES."""
    other_card = [use_other_card_button()] if reason in _CARD_FAILURES else []
    return _to_customer(
        order,
        f"{reason}:{order.id}:{order.customer_id}",
        PLACING_FAILURES[reason],
        buttons=[*other_card, order_again_button(order.id)],
    )


def pending_order_cancelled(order: Order, reason: str) -> Notification:
    """Tell why an admin cancelled an order that no runner saw."""
    return _to_customer(
        order,
        f"admin:{order.id}:{order.customer_id}",
        "notification-cancelled-by-admin",
        {"reason": reason},
        buttons=[order_again_button(order.id)],
    )


def order_cancelled(order: Order, reason: str) -> Notification:
    """Tell why an admin cancelled an order that runners saw."""
    return _to_customer_once(order, "notification-cancelled-by-admin", {"reason": reason})


def order_expired(order: Order) -> Notification:
    """Tell that no runner claimed the order in time."""
    return _to_customer_once(order, "notification-expired")


def order_unclaimed(order: Order, campus: Campus) -> Notification:
    """Tell that no runner has claimed the order yet: the customer may wait, pay more or cancel."""
    return _to_customer(
        order,
        f"nudge:{order.id}",
        "notification-nudge",
        {"step": _fee_step(campus)},
        buttons=_unclaimed_buttons(order, campus),
    )


def claim_odds_counted(order: Order, campus: Campus, odds: ClaimOdds) -> Notification:
    """Tell how often orders that waited as long were claimed; without a sound, because nothing happened."""
    args: dict[str, str | int] = {"minutes": max(1, round(campus.windows.odds / 60)), "step": _fee_step(campus)}
    key = "notification-odds-unknown"
    if odds.are_known:
        key = "notification-odds-hour" if odds.this_hour else "notification-odds-day"
        args |= {"waited": odds.waited, "taken": odds.taken}
    return _to_customer(order, f"odds:{order.id}", key, args, buttons=_unclaimed_buttons(order, campus), silent=True)


def order_claimed(order: Order, runner_name: str, claim: UUID) -> Notification:
    """Tell who brings the order."""
    return _to_customer(order, f"claimed:{order.id}:{claim}", "notification-claimed", {"runner": runner_name})


def order_released(order: Order) -> Notification:
    """Tell that the order waits for a runner again."""
    return _to_customer(order, f"released:{order.id}:{order.releases}", "notification-released")


def order_lost_hold(order: Order) -> Notification:
    """Tell that the order ended because the money is not held any more."""
    return _to_customer(
        order,
        f"hold_gone:{order.id}:{order.customer_id}",
        "notification-hold-gone-customer",
        buttons=[use_other_card_button(), order_again_button(order.id)],
    )


def food_bought(order: Order) -> Notification:
    """Tell the customer, without a sound, that their food is bought: the order message says for how much."""
    key = "notification-bought"
    return _to_customer(order, f"{key}:{order.id}", key, {"store": order.store_name}, silent=True)


def runner_arrived(order: Order, runner_name: str) -> Notification:
    """Tell that the runner is there, and the PIN for them."""
    return _meeting(order, f"arrived:{order.id}:{order.customer_id}", "notification-arrived", runner_name)


def runner_still_there(order: Order, runner_name: str) -> Notification:
    """Tell again that the runner is there, with the PIN, or with the way to the campus team when the PIN is locked."""
    name = f"reminder:{order.id}:{order.customer_id}"
    if not is_pin_locked(order.status, order.pin_tries):
        return _meeting(order, name, "notification-reminder", runner_name)
    args = {"runner": runner_name, "place": order.drop_point}
    return _to_customer(order, name, "notification-reminder-locked", args, buttons=[_ask_team_button(order)])


def pin_locked_customer(order: Order, runner_name: str) -> Notification:
    """Tell that wrong PINs were typed, so that the PIN does not count any more, and how to reach the campus team."""
    return _to_customer(
        order,
        f"pin_locked:{order.id}:{order.version}:{order.customer_id}",
        "notification-pin-locked-customer",
        {"runner": runner_name},
        buttons=[_ask_team_button(order)],
    )


def pin_renewed(order: Order) -> Notification:
    """Tell the new PIN that an admin gave."""
    args = {"place": order.drop_point, "pin": order.pin or ""}
    return _to_customer(order, f"pin_renewed:{order.id}:{order.version}", "notification-pin-renewed", args)


def receipt_corrected(order: Order, former: int, reason: str) -> Notification:
    """Tell that an admin corrected the receipt from `former` (minor units), and what the order costs now."""
    currency = order.price.currency
    args = {
        "before": format_money(former, currency),
        "receipt": format_money(order.receipt or 0, currency),
        "total": format_money(order.total or 0, currency),
        "reason": reason,
    }
    return _to_customer(order, f"receipt_corrected:{order.id}:{order.version}", "notification-receipt-corrected", args)


def food_may_be_left(order: Order) -> Notification:
    """Tell, without a sound, that the runner may leave the food now."""
    return _to_customer(
        order,
        f"absent:{order.id}:{order.customer_id}",
        "notification-absent",
        {"place": order.drop_point},
        silent=True,
    )


def order_delivered(order: Order) -> Notification:
    """Tell that the food was handed over, and what it costs."""
    return _to_customer_once(order, "notification-delivered", {"total": _total(order)}, buttons=_rating_buttons(order))


def food_left(order: Order, photo: str) -> Notification:
    """Tell where the food was left, with the photo (Telegram's file id), and what it costs."""
    return _to_customer_once(
        order,
        "notification-food-left",
        {"place": order.drop_point, "total": _total(order)},
        buttons=_rating_buttons(order),
        photo=photo,
    )


def purchase_closed(order: Order, reason: str) -> Notification:
    """Tell why an admin closed the order after the purchase: the customer pays nothing."""
    return _to_customer_once(order, "notification-closed", {"reason": reason})


def receipt_shown(order: Order, receipt: int, photo: str, now: datetime) -> Notification:
    """Show the receipt (minor units) with its photo, without a sound; repeated taps within a minute get one."""
    return _to_customer(
        order,
        f"receipt:{order.id}:{order.customer_id}:{now:%Y%m%d%H%M}",
        "notification-receipt",
        {"store": order.store_name, "receipt": format_money(receipt, order.price.currency)},
        photo=photo,
        silent=True,
    )


def proof_shown(order: Order, photo: str, now: datetime) -> Notification:
    """Show the photo of the food where it was left, as `receipt_shown` does."""
    return _to_customer(
        order,
        f"proof:{order.id}:{order.customer_id}:{now:%Y%m%d%H%M}",
        "notification-proof",
        {"place": order.drop_point},
        photo=photo,
        silent=True,
    )


def _meeting(order: Order, name: str, key: str, runner_name: str) -> Notification:
    return _to_customer(order, name, key, {"runner": runner_name, "place": order.drop_point, "pin": order.pin or ""})


def _to_customer_once(
    order: Order,
    key: str,
    args: Mapping[str, str | int] | None = None,
    *,
    buttons: Sequence[NotificationButton] = (),
    photo: str | None = None,
) -> Notification:
    """What an order tells its customer once at most is named after its sentence."""
    return _to_customer(order, f"{key}:{order.id}:{order.customer_id}", key, args, buttons=buttons, photo=photo)


def _to_customer(
    order: Order,
    name: str,
    key: str,
    args: Mapping[str, str | int] | None = None,
    *,
    buttons: Sequence[NotificationButton] = (),
    photo: str | None = None,
    silent: bool = False,
) -> Notification:
    return Notification(
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=name,
        key=key,
        order_id=order.id,
        args={"order": order.id, **(args or {})},
        buttons=buttons,
        photo=photo,
        silent=silent,
    )


def _total(order: Order) -> str:
    return format_money(order.total or 0, order.price.currency)


def _fee_step(campus: Campus) -> str:
    return format_money(fee_increase_step(campus), campus.currency)


def _ask_team_button(order: Order) -> NotificationButton:
    return NotificationButton(label="button-ask-team", data=pack(Tap.PROBLEM, order.id, order.version))


def _rating_buttons(order: Order) -> list[NotificationButton]:
    return [
        NotificationButton(label="button-thumb-up", data=pack(Tap.THUMB_UP, order.id)),
        NotificationButton(label="button-thumb-down", data=pack(Tap.THUMB_DOWN, order.id)),
    ]


def _unclaimed_buttons(order: Order, campus: Campus) -> list[NotificationButton]:
    increase_fee = NotificationButton(label="button-increase-fee", data=pack(Tap.INCREASE_FEE, order.id, order.version))
    return [
        NotificationButton(label="button-wait", data=pack(Tap.KEEP_WAITING, order.id, order.version)),
        *([increase_fee] if can_increase_fee(order, campus) else []),
        NotificationButton(
            label="button-cancel-free", data=pack(Tap.CANCEL, order.id, order.version), style=ButtonStyle.DANGER
        ),
    ]
