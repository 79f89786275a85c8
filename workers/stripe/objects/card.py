"""Stripe customers, the cards they saved, and the Checkout pages that save them."""

from dataclasses import dataclass
from enum import StrEnum

from workers.stripe.objects.raw_object import RawObject, expanded, nested, optional_text, parse_status, reference_id

CARD_TYPE = "card"  # Stripe's type of a payment method; cards in a wallet are cards too


class CheckoutStatus(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeCustomer:
    """A customer of Stripe."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCard:
    """What may be shown of a card."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None  # the same for one card number, whoever saves it
    wallet: str | None = None  # Stripe's type of the wallet that the card is in


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """A saved payment method. `customer` is None once it is detached; `card` is None where it is no card."""

    id: str
    customer: str | None
    card: PaymentCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSession:
    """A Checkout page. `payment_method` is the card it saved; None unless Stripe was asked to expand it."""

    id: str
    status: CheckoutStatus
    url: str | None  # None once the page is complete or expired
    payment_method: PaymentMethod | None
    email: str | None = None  # as the person gave it on the page


def parse_customer(raw: RawObject) -> StripeCustomer:
    """Return a Stripe customer. Raise KeyError when its id is missing."""
    return StripeCustomer(id=raw["id"])


def parse_payment_method(raw: RawObject) -> PaymentMethod:
    """Return a payment method. Raise KeyError when its id, or a field of its card is missing."""
    card = expanded(raw.get("card")) if raw.get("type") == CARD_TYPE else None
    return PaymentMethod(
        id=raw["id"],
        customer=reference_id(raw.get("customer")),
        card=None if card is None else _parse_card(card),
    )


def _parse_card(raw: RawObject) -> PaymentCard:
    return PaymentCard(
        brand=raw["brand"],
        last4=raw["last4"],
        exp_month=raw["exp_month"],
        exp_year=raw["exp_year"],
        fingerprint=optional_text(raw.get("fingerprint")),
        wallet=optional_text(nested(raw, "wallet").get("type")),
    )


def parse_checkout_session(raw: RawObject) -> CheckoutSession:
    """Return a Checkout session. Raise KeyError when its id or its status is missing."""
    method = expanded(nested(raw, "setup_intent").get("payment_method"))
    return CheckoutSession(
        id=raw["id"],
        status=parse_status(CheckoutStatus, raw["status"], CheckoutStatus.UNKNOWN),
        url=optional_text(raw.get("url")),
        payment_method=None if method is None else parse_payment_method(method),
        email=optional_text(nested(raw, "customer_details").get("email")),
    )
