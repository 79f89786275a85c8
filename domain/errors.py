"""The refusals that a person may read: each class has the key of its sentence.

CampusGError
├── NotAllowed                   the permission table does not allow it
│   ├── DeliveryNotYours         a step of a delivery that another runner holds, or that was taken back
│   ├── NotAdmitted              the person has not used the campus' invitation yet
│   └── AnotherAdminNeeded       an admin may not decide about their own order
├── OwnActUnconfirmed            the only admin of a campus has to agree to an act on their own order first
├── CannotResolve                the books would not explain it: its cause is mended, then it is tried again
├── Stale                        the button belongs to an earlier state
├── OrderError
│   ├── OrderNotFound
│   ├── OrderAlreadyTaken        another runner was faster
│   ├── OrderAlreadyYours        a second tap on one's own claim
│   ├── OrderClosed              expired, cancelled or completed
│   │   ├── AlreadyBought        an admin may finish or close the order, not cancel it
│   │   ├── NotBoughtYet         nothing to finish or close: an admin may cancel the order
│   │   ├── TooLateToRate        a rating long after delivery
│   │   └── TooLateToReport      a problem reported long after delivery
│   ├── OwnOrder                 a runner may not deliver their own order
│   ├── BarredFromOrder          this runner gave this order back before
│   ├── TooManyDeliveries        the runner holds as many deliveries as the campus allows
│   ├── ReceiptAboveLimit        the shop asks more than the customer agreed to
│   ├── ReceiptTooSmall          the receipt is zero, or too small to charge
│   ├── PinLocked                five wrong PINs
│   ├── LeavingTooEarly          a photo is no proof yet: the PIN can still be asked for
│   ├── PhotoMissing             food is left with a photo, always
│   ├── HoldNotChecked           [Bought] before Stripe confirmed the hold
│   ├── HoldEnding               the bank no longer holds the money, or not for long enough
│   ├── PurchaseDue              the runner has had the order for long: only the purchase keeps it
│   ├── NothingToRefund          nothing was paid, or all of it was refunded
│   ├── OrderDisputed            the customer's bank decides about the payment
│   ├── RefundOutOfRange         zero, or more than is left
│   └── PayoutInFlight           the runner's money is being sent
├── CaseError
│   ├── CaseNotFound
│   └── CaseClosed               the campus team closed the case
├── DraftError
│   ├── DraftEmpty
│   ├── DraftChanged             the price shown is no longer the price
│   ├── PriceOutOfRange          one amount is too small or too large
│   ├── OrderOutOfRange          the sum is too small or too large
│   └── OrdersPaused
│       └── OrdersPausedBecause  an admin gave a reason; NoRunnerGroup: see domain/campuses/opening.py
├── DebtOutstanding              no new order before an earlier debt is paid
│   └── DebtOutstandingElsewhere  on another campus of the deployment
├── DebtBeingPaid                the customer's bank is being asked about that debt
├── PriceChanged                 the amount shown is no longer the amount
├── PriceIncreaseInFlight        the customer's bank is being asked about more money for that order
├── TooManyPriceIncreases        the price of that order was raised as often as it may be
├── PersonBarred, OrderLimitReached, PersonUnknown, NotSuspendedHere, SuspendedHere: see domain/restrictions/errors.py
├── OwnRestrictionElsewhere: see domain/restrictions/errors.py
├── RiskRefused                  a limit against fraud, one class for each: see domain/risk/refusals.py
├── CardInUse                    an order is being placed with this card
├── RunnerNotApproved
│   └── RunnerSuspended          the runner finishes their deliveries and takes no new one
│       └── RunnerSuspendedElsewhere: see domain/restrictions/errors.py
├── GroupTaken                   runners and admins each need a group of their own
├── ChatNotOpen                  the runner never wrote to the bot, or blocked it: nothing can be sent
├── WroteTooMuch                 words that would flood whoever reads them are not sent
└── Unreadable                   typed text that has no meaning here
"""

from typing import ClassVar


class CampusGError(Exception):
    """A refusal that a person reads: `key` names its sentence in the locale files, `arguments` fill it."""

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


class AnotherAdminNeeded(NotAllowed):
    key = "error-another-admin"


class OwnActUnconfirmed(CampusGError):
    """Its subject, for the button that agrees: the kind (an order or a person), and the number."""

    key = "error-own-act"

    def __init__(self, subject_kind: str, number: int) -> None:
        super().__init__()
        self.subject_kind, self.number = subject_kind, number


class CannotResolve(CampusGError):
    key = "error-cannot-resolve"


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


class PhotoMissing(OrderError):
    key = "error-photo-missing"


class HoldNotChecked(OrderError):
    key = "error-hold-not-checked"


class HoldEnding(OrderError):
    key = "error-hold-ending"


class PurchaseDue(OrderError):
    key = "error-purchase-due"


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
    debt_id = 0  # the id of the debt, for the button that pays it


class DebtOutstandingElsewhere(DebtOutstanding):
    key = "error-debt-outstanding-elsewhere"


class DebtBeingPaid(CampusGError):
    key = "error-debt-being-paid"


class PriceChanged(CampusGError):
    key = "error-price-changed"


class PriceIncreaseInFlight(CampusGError):
    key = "error-price-increase-in-flight"


class TooManyPriceIncreases(CampusGError):
    key = "error-too-many-price-increases"


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


class WroteTooMuch(CampusGError):
    key = "error-wrote-too-much"


class Unreadable(CampusGError):
    key = "error-unreadable"
