"""Why the pay for a handed-over order waits: decided at the hand-over, and kept with the data of its saga."""

from enum import StrEnum

from domain.orders.states import Order

USUAL_EXCESS_BASIS_POINTS = 1_000  # prices in a shop are rarely those of the estimate: so much above needs no photo


class PayDelay(StrEnum):
    """Why a runner's pay waits until its time has come, and longer while a case about the order is open."""

    LEFT = "left"  # handed over with a photo in place of the PIN
    FINISHED = "finished"  # handed over by an admin's word
    NO_RECEIPT = "no_receipt"  # the receipt is well above the estimate, and nobody saw a photo of it
    FIRST = "first"  # one of the runner's first deliveries
    REVIEW = "review"  # a risk rule found it unusual: it waits until an admin lets it go
    UNPAID = "unpaid"  # the customer was not charged, so the platform pays
    CLOSED = "closed"  # an admin closed the purchase, and the platform pays


def find_pay_delay(order: Order, *, photo: str | None, admin: int | None) -> PayDelay | None:
    """Return why the pay waits for an order that is handed over with this photo, by this admin, or with the PIN.

    The customer's PIN is the only proof that they have their food.
    """
    if photo is not None:
        return PayDelay.LEFT
    if admin is not None:
        return PayDelay.FINISHED
    return PayDelay.NO_RECEIPT if lacks_receipt_photo(order) else None


def lacks_receipt_photo(order: Order) -> bool:
    """Return whether the receipt is well above the customer's estimate, and the runner sent no photo of it."""
    expected = order.price.items * (10_000 + USUAL_EXCESS_BASIS_POINTS) // 10_000
    return order.receipt is not None and order.receipt > expected and order.receipt_photo is None
