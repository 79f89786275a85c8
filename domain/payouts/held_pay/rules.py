"""Until when pay waits."""

from dataclasses import dataclass
from datetime import datetime

from domain.campuses.windows import Windows
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import Order
from domain.risk.verdicts import Allow, Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPay:
    """Until when a payable is held, and why."""

    until: datetime
    reason: PayDelay


def find_held_pay(order: Order, data: CompleteOrderData, windows: Windows, now: datetime) -> HeldPay | None:
    """Return until when the pay for a delivered order waits; None when it may be sent at once.

    It waits as long as the customer may report a problem, counted from the hand-over: also when the customer was not
    charged, since two who agree could let the hold lapse and be paid by the platform.
    """
    reason = data.pay_delay or (None if data.declined is None else PayDelay.UNPAID)
    if reason is None:
        return None
    return HeldPay(until=(order.delivered_at or now) + windows.length("problem"), reason=reason)


def merge_held_pay(held: HeldPay | None, verdict: Allow | Hold, now: datetime) -> HeldPay | None:
    """Return until when pay waits that is `held` for a reason of its own, and judged by the risk rules.

    The later of two times counts. What waits for a person also waits until the time that it has for another reason,
    even if it is let go at once.
    """
    if isinstance(verdict, Allow):
        return held
    if verdict.until is None:
        return HeldPay(until=now if held is None else held.until, reason=PayDelay.REVIEW)
    if held is not None and held.until >= verdict.until:
        return held
    return HeldPay(until=verdict.until, reason=PayDelay.FIRST)


def hold_goodwill(windows: Windows, now: datetime) -> HeldPay:
    """Return until when the pay for a closed purchase waits: nothing but an admin's word says that it is due."""
    return HeldPay(until=now + windows.length("problem"), reason=PayDelay.CLOSED)
