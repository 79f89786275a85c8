"""What the runner of an order is told. One who does not have it any more is known to the saga run alone."""

from collections.abc import Mapping, Sequence

from domain.campuses.windows import Windows
from domain.messaging.buttons import ButtonStyle, Tap, pack
from domain.messaging.notification.model import Notification, NotificationButton
from domain.money import format_money
from domain.orders.states import Order, OrderEvent, is_event_allowed
from domain.saga.run import SagaRun


def claim_given_back(run: SagaRun) -> Notification:
    """Tell that the claim did not succeed, and the order is offered again."""
    return _to_former_runner(run, "notification-claim-given-back")


def delivery_lost_hold(run: SagaRun) -> Notification:
    """Tell that the order ended because the money is not held any more: nothing must be bought."""
    return _to_former_runner(run, "notification-hold-gone-runner")


def delivery_taken_back(run: SagaRun) -> Notification:
    """Tell that the order was released because the runner was silent."""
    return _to_former_runner(run, "notification-taken-back")


def claim_ended(run: SagaRun) -> Notification:
    """Tell that the order was released because the runner did not buy in time."""
    return _to_former_runner(run, "notification-claim-ended")


def delivery_released_by_admin(run: SagaRun, reason: str) -> Notification:
    """Tell why an admin released the order."""
    return _to_former_runner(run, "notification-released-by-admin", {"reason": reason})


def delivery_cancelled(order: Order, reason: str) -> Notification:
    """Tell why an admin cancelled the order: nothing must be bought."""
    return _to_runner_once(order, "notification-cancelled-by-admin-runner", {"reason": reason})


def delivery_finished(order: Order) -> Notification:
    """Tell that an admin confirmed the hand-over."""
    return _to_runner_once(order, "notification-finished-runner")


def purchase_closed_paid(order: Order, reason: str, share: int) -> Notification:
    """Tell why an admin closed the order after the purchase, and what the runner gets all the same (minor units)."""
    said = format_money(share, order.price.currency)
    return _to_runner_once(order, "notification-closed-paid", {"reason": reason, "share": said})


def purchase_closed_unpaid(order: Order, reason: str) -> Notification:
    """Tell why an admin closed the order after the purchase: the runner bears it."""
    return _to_runner_once(order, "notification-closed-unpaid", {"reason": reason})


def check_in_asked(order: Order, windows: Windows, timer_id: int) -> Notification:
    """Ask the runner to check in, once for each timer; before the purchase they may also release the order."""
    check_in = NotificationButton(label="button-check-in", data=pack(Tap.CHECK_IN, order.id, order.version))
    release = NotificationButton(
        label="button-release", data=pack(Tap.RELEASE, order.id, order.version), style=ButtonStyle.DANGER
    )
    return _to_runner(
        order,
        f"sign_of_life:{timer_id}",
        "notification-runner-check-in"
        if is_event_allowed(order.status, OrderEvent.RELEASED)
        else "notification-runner-check-in-bought",
        {"minutes": max(1, round(windows.check_in_answer / 60))},
        buttons=[check_in, release] if is_event_allowed(order.status, OrderEvent.RELEASED) else [check_in],
    )


def claim_ending(order: Order, windows: Windows) -> Notification:
    """Tell the runner, once for each claim, that only the purchase keeps the order with them."""
    buttons = [
        NotificationButton(
            label="button-bought", data=pack(Tap.BOUGHT, order.id, order.version), style=ButtonStyle.SUCCESS
        ),
        NotificationButton(
            label="button-release", data=pack(Tap.RELEASE, order.id, order.version), style=ButtonStyle.DANGER
        ),
    ]
    args = {"minutes": max(1, round(windows.check_in_answer / 60)), "held": round(windows.purchase / 60)}
    return _to_runner(
        order, f"claim_ending:{order.id}:{order.claim}", "notification-claim-ending", args, buttons=buttons
    )


def leaving_allowed(order: Order) -> Notification:
    """Tell that the food may be left now, with a photo."""
    return _to_runner(
        order,
        f"may_leave:{order.id}:{order.runner_id}",
        "notification-may-leave",
        {"place": order.drop_point},
        buttons=[NotificationButton(label="button-leave", data=pack(Tap.LEAVE, order.id, order.version))],
    )


def customer_not_reached_runner(order: Order) -> Notification:
    """Tell that the customer cannot be told, so that the campus team decides where the food goes."""
    return _to_runner_once(order, "notification-customer-not-reached-runner", {"place": order.drop_point})


def pin_renewed_runner(order: Order, customer_name: str) -> Notification:
    """Tell that the customer has a new PIN, and not which."""
    name = f"pin_renewed:{order.id}:{order.version}:{order.runner_id or 0}"
    return _to_runner(order, name, "notification-pin-renewed-runner", {"customer": customer_name})


def receipt_corrected_runner(order: Order, former: int, reason: str) -> Notification:
    """Tell that an admin corrected the receipt from `former` (minor units), and what the runner gets now."""
    currency = order.price.currency
    args = {
        "before": format_money(former, currency),
        "receipt": format_money(order.receipt or 0, currency),
        "share": format_money(order.runner_share or 0, currency),
        "reason": reason,
    }
    name = f"receipt_corrected:{order.id}:{order.version}:{order.runner_id or 0}"
    return _to_runner(order, name, "notification-receipt-corrected-runner", args)


def _to_former_runner(run: SagaRun, key: str, args: Mapping[str, str] | None = None) -> Notification:
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"{key}:{run.id}",
        key=key,
        order_id=run.required_order_id,
        args={"order": run.required_order_id, **(args or {})},
    )


def _to_runner_once(order: Order, key: str, args: Mapping[str, str] | None = None) -> Notification:
    """What an order tells its runner once at most is named after its sentence."""
    return _to_runner(order, f"{key}:{order.id}:{order.runner_id or 0}", key, args)


def _to_runner(
    order: Order,
    name: str,
    key: str,
    args: Mapping[str, str | int] | None = None,
    *,
    buttons: Sequence[NotificationButton] = (),
) -> Notification:
    return Notification(
        campus_id=order.campus_id,
        chat_id=order.runner_id or 0,
        name=name,
        key=key,
        order_id=order.id,
        args={"order": order.id, **(args or {})},
        buttons=buttons,
    )
