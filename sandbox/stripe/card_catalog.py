"""Stripe's test cards: their numbers, payment method names and the behaviour of the issuing bank."""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum


class Approval(StrEnum):
    """When the bank asks the cardholder to approve a payment."""

    NEVER = "never"
    UNLESS_SAVED = "unless_saved"  # not after the card was saved for later payments
    ALWAYS = "always"


class Risk(StrEnum):
    """What Radar thinks of a payment with the card."""

    NORMAL = "normal"
    ELEVATED = "elevated"
    HIGHEST = "highest"  # blocked, as Radar's default rules do


RISK_SCORES = {Risk.NORMAL: 25, Risk.ELEVATED: 68, Risk.HIGHEST: 92}


class RefundFate(StrEnum):
    """The outcome of a refund to the card."""

    SUCCEEDS = "succeeds"
    SUCCEEDS_LATER = "succeeds_later"
    FAILS_LATER = "fails_later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """How the bank declines a payment."""

    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One test card and its behaviour."""

    name: str
    number: str
    brand: str = "visa"
    approval: Approval = Approval.NEVER
    decline: Decline | None = None
    can_be_saved: bool = True
    settles_at_once: bool = False
    refund: RefundFate = RefundFate.SUCCEEDS
    risk: Risk = Risk.NORMAL
    copy: str = ""  # behind OWN_CARD_SIGN: a card of its own that behaves alike

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the card number; like Stripe's, it is equal for equal numbers."""
        return hashlib.sha256((self.number + self.copy).encode()).hexdigest()[:16]


# At Stripe everybody who tries takes the same few numbers. Here `4242 4242 4242 4242 #7` is another card that behaves
# alike, so that the people of a stack have cards of their own; Stripe does not know this sign.
OWN_CARD_SIGN = "#"


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline(code="card_declined", decline_code=decline_code, message=message)


def _wrong(code: str, message: str) -> Decline:
    return Decline(code=code, decline_code=code, message=message)


def _refused(name: str, number: str, decline: Decline) -> Card:
    return Card(name=name, number=number, decline=decline, can_be_saved=False)


INSUFFICIENT_FUNDS_MESSAGE = "Your card has insufficient funds."
AUTHENTICATION_REQUIRED = Decline(
    code="authentication_required",
    decline_code="authentication_required",
    message="Your card was declined. This transaction requires authentication.",
)

# Numbers, names and outcomes come from docs.stripe.com/testing and the fixtures of github.com/stripe/stripe-cli.
CARDS = (
    Card(name="pm_card_visa", number="4242424242424242"),
    Card(name="pm_card_visa_debit", number="4000056655665556"),
    Card(name="pm_card_mastercard", number="5555555555554444", brand="mastercard"),
    Card(name="pm_card_amex", number="378282246310005", brand="amex"),
    Card(name="pm_card_discover", number="6011111111111117", brand="discover"),
    _refused("pm_card_visa_chargeDeclined", "4000000000000002", _declined("generic_decline")),
    _refused(
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "4000000000009995",
        _declined("insufficient_funds", INSUFFICIENT_FUNDS_MESSAGE),
    ),
    _refused("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", _declined("lost_card")),
    _refused("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", _declined("stolen_card")),
    _refused(
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", _declined("card_velocity_exceeded")
    ),
    _refused(
        "pm_card_chargeDeclinedExpiredCard",
        "4000000000000069",
        Decline(code="expired_card", decline_code=None, message="Your card has expired."),
    ),
    _refused(
        "pm_card_chargeDeclinedIncorrectCvc",
        "4000000000000127",
        _wrong("incorrect_cvc", "Your card's security code is incorrect."),
    ),
    _refused(
        "pm_card_chargeDeclinedProcessingError",
        "4000000000000119",
        _wrong("processing_error", "An error occurred while processing your card. Try again in a little bit."),
    ),
    Card(
        name="pm_card_radarBlock",
        number="4100000000000019",
        decline=_declined("fraudulent"),
        can_be_saved=False,
        risk=Risk.HIGHEST,
    ),
    Card(
        name="pm_card_riskLevelHighest",
        number="4000000000004954",
        decline=_declined("fraudulent"),
        risk=Risk.HIGHEST,
    ),
    Card(name="pm_card_riskLevelElevated", number="4000000000009235", risk=Risk.ELEVATED),
    Card(name="pm_card_chargeCustomerFail", number="4000000000000341", decline=_declined("generic_decline")),
    Card(name="pm_card_authenticationRequiredOnSetup", number="4000002500003155", approval=Approval.UNLESS_SAVED),
    Card(name="pm_card_authenticationRequired", number="4000002760003184", approval=Approval.ALWAYS),
    Card(name="pm_card_threeDSecure2Required", number="4000000000003220", approval=Approval.ALWAYS),
    Card(
        name="pm_card_threeDSecureRequiredChargeDeclined",
        number="4000008400001629",
        approval=Approval.ALWAYS,
        decline=_declined("generic_decline"),
    ),
    Card(
        name="pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        number="4000008260003178",
        approval=Approval.ALWAYS,
        decline=_declined("insufficient_funds", INSUFFICIENT_FUNDS_MESSAGE),
    ),
    Card(name="pm_card_bypassPending", number="4000000000000077", settles_at_once=True),
    Card(name="pm_card_pendingRefund", number="4000000000007726", refund=RefundFate.SUCCEEDS_LATER),
    Card(name="pm_card_refundFail", number="4000000000005126", refund=RefundFate.FAILS_LATER),
)
BY_NAME = {card.name: card for card in CARDS}
BY_NUMBER = {card.number: card for card in CARDS}


def find_card(name_or_number: str) -> Card | None:
    """Return the test card with that name or number, ignoring spaces, or None; with OWN_CARD_SIGN a copy of it."""
    wanted, sign, copy = name_or_number.replace(" ", "").partition(OWN_CARD_SIGN)
    found = BY_NAME.get(wanted) or BY_NUMBER.get(wanted)
    if found is None or not copy:
        return found
    return replace(found, name=f"{found.name}{sign}{copy}", copy=copy)
