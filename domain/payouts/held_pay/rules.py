"""Which pay waits for the problem window: what was handed over without the PIN, or bought above the estimate unseen."""

from dataclasses import dataclass
from datetime import datetime

from domain.campuses.windows import Windows
from domain.orders.states import Order
from domain.payouts.model import PayDelay


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPay:
    """Until when a payable is held, and why."""

    until: datetime
    reason: PayDelay


def find_held_pay(order: Order, windows: Windows, now: datetime, *, finished_by_admin: bool) -> HeldPay | None:
    """Return until when the pay for a delivered order waits; None when it may be sent at once.

    It waits as long as the customer may report a problem, counted from the hand-over.
    """
    reason = find_pay_delay(order, finished_by_admin=finished_by_admin)
    if reason is None:
        return None
    return HeldPay(until=(order.delivered_at or now) + windows.length("problem"), reason=reason)


def find_pay_delay(order: Order, *, finished_by_admin: bool = False) -> PayDelay | None:
    """Return why the pay for this order waits, if it does. The customer's PIN is the only proof that they have it."""
    if order.proof_photo is not None:
        return PayDelay.LEFT
    if finished_by_admin:
        return PayDelay.FINISHED
    return PayDelay.NO_RECEIPT if lacks_receipt_photo(order) else None


def lacks_receipt_photo(order: Order) -> bool:
    """Return whether the runner typed a receipt above the customer's estimate, and sent no photo of it."""
    return order.receipt is not None and order.receipt > order.price.items and order.receipt_photo is None
