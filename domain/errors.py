"""Every refusal a person may read: a class is a name and the key of its sentence.

CampusGError
├── NotAllowed              the permission table says no
│   ├── DeliveryNotYours         a runner's step of a job that is another's, or was taken back
│   └── NotAdmitted         she has not come by the campus' invitation yet
├── Stale                   the button belongs to a state that is gone
├── OrderError
│   ├── OrderNotFound
│   ├── OrderAlreadyTaken   another runner was faster
│   ├── OrderAlreadyYours   a second tap on one's own claim
│   ├── OrderClosed         expired, cancelled or completed
│   │   ├── AlreadyBought   an admin may finish or close it, not cancel it
│   │   └── NotBoughtYet    nothing to finish or close: she may cancel it
│   ├── OwnOrder            a runner may not deliver to herself
│   ├── BarredFromOrder     she gave this job back before
│   ├── TooManyDeliveries         the limit of open jobs is reached
│   ├── ReceiptAboveLimit   the shop wants more than the customer agreed to
│   ├── ReceiptTooSmall     a receipt of nothing
│   ├── PinLocked           five wrong tries
│   ├── LeavingTooEarly     a photo is no proof yet: the PIN can still be asked for
│   ├── HoldNotChecked      [Bought] before Stripe confirmed the hold
│   ├── NothingToRefund     nothing was paid, or all of it went back
│   ├── OrderDisputed       the customer's bank decides about it now
│   ├── RefundOutOfRange    nothing, or more than there is left
│   ├── PayoutInFlight      the runner's money is being sent just now
│   ├── TooLateToRate       a thumb long after delivery
│   └── TooLateToReport     a problem long after delivery
├── CaseError
│   ├── CaseNotFound
│   └── CaseClosed          the campus team has said its last word
├── DraftError
│   ├── DraftEmpty
│   ├── DraftChanged        the price shown is not the price any more
│   ├── PriceOutOfRange     one amount is too small or too large
│   ├── OrderOutOfRange     all together is
│   └── OrdersPaused
│       └── OrdersPausedBecause  an admin said why
├── DebtOutstanding               no new order before what an earlier one left open is paid
├── DebtBeingPaid           her bank is asked about that debt just now
├── PriceChanged              the amount shown is not the one it would be now
├── PriceIncreaseInFlight           her bank is asked about more money for that order just now
├── CardInUse               an order is being placed with it just now
├── RunnerNotApproved
│   └── RunnerSuspended     she finishes what she has and takes nothing new
├── GroupTaken              runners and admins each need a group of their own
├── ChatNotOpen             nothing can be sent to this runner: she never wrote, or blocked the bot
└── Unreadable              typed text that means nothing here
"""

from typing import ClassVar


class CampusGError(Exception):
    """A refusal with a sentence: `key` names it in the locale files, `args` fill its gaps."""

    key: ClassVar[str] = "error-unknown"

    def __init__(self, **arguments: str | int) -> None:
        super().__init__(self.key)
        self.arguments = arguments


class NotAllowed(CampusGError):
    key = "error-not-allowed"


class DeliveryNotYours(NotAllowed):
    key = "error-delivery-not-yours"


class NotAdmitted(NotAllowed):
    key = "error-not-admitted"


class Stale(CampusGError):
    key = "error-stale"


class OrderError(CampusGError):
    pass


class OrderNotFound(OrderError):
    key = "error-order-not-found"


class OrderAlreadyTaken(OrderError):
    key = "error-order-taken"


class OrderAlreadyYours(OrderError):
    key = "error-order-yours"


class OrderClosed(OrderError):
    key = "error-order-closed"


class AlreadyBought(OrderClosed):
    key = "error-already-bought"


class NotBoughtYet(OrderClosed):
    key = "error-not-bought-yet"


class OwnOrder(OrderError):
    key = "error-own-order"


class BarredFromOrder(OrderError):
    key = "error-barred"


class TooManyDeliveries(OrderError):
    key = "error-too-many-deliveries"


class ReceiptAboveLimit(OrderError):
    key = "error-receipt-above-limit"


class ReceiptTooSmall(OrderError):
    key = "error-receipt-too-small"


class PinLocked(OrderError):
    key = "error-pin-locked"


class LeavingTooEarly(OrderError):
    key = "error-leaving-too-early"


class HoldNotChecked(OrderError):
    key = "error-hold-not-checked"


class NothingToRefund(OrderError):
    key = "error-nothing-to-refund"


class OrderDisputed(OrderError):
    key = "error-order-disputed"


class RefundOutOfRange(OrderError):
    key = "error-refund-out-of-range"


class PayoutInFlight(OrderError):
    key = "error-payout-in-flight"


class TooLateToRate(OrderClosed):
    key = "error-too-late-to-rate"


class TooLateToReport(OrderClosed):
    key = "error-too-late-to-report"


class CaseError(CampusGError):
    pass


class CaseNotFound(CaseError):
    key = "error-case-not-found"


class CaseClosed(CaseError):
    key = "error-case-closed"


class DraftError(CampusGError):
    pass


class DraftEmpty(DraftError):
    key = "error-draft-empty"


class OrderOutOfRange(DraftError):
    key = "error-order-out-of-range"


class DraftChanged(DraftError):
    key = "error-draft-changed"


class PriceOutOfRange(DraftError):
    key = "error-price-out-of-range"


class OrdersPaused(DraftError):
    key = "error-orders-paused"


class OrdersPausedBecause(OrdersPaused):
    key = "error-orders-paused-because"


class DebtOutstanding(CampusGError):
    key = "error-debt-outstanding"
    debt_id = 0  # its number: with it begins the way out


class DebtBeingPaid(CampusGError):
    key = "error-debt-being-paid"


class PriceChanged(CampusGError):
    key = "error-price-changed"


class PriceIncreaseInFlight(CampusGError):
    key = "error-price-increase-in-flight"


class CardInUse(CampusGError):
    key = "error-card-in-use"


class RunnerNotApproved(CampusGError):
    key = "error-runner-not-approved"


class RunnerSuspended(RunnerNotApproved):
    key = "error-runner-suspended"


class ChatNotOpen(CampusGError):
    key = "error-chat-not-open"


class GroupTaken(CampusGError):
    key = "error-group-taken"


class Unreadable(CampusGError):
    key = "error-unreadable"
