"""Payment intents and their charges: what a card was asked for, and what it paid."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workers.stripe.objects.balance import CAPTURE_REMAINDER, BalanceTransaction, parse_balance_transaction
from workers.stripe.objects.raw_object import (
    ObjectMetadata,
    RawObject,
    expanded,
    nested,
    optional_text,
    parse_metadata,
    parse_status,
    reference_id,
    to_time,
)


class PaymentIntentStatus(StrEnum):
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"  # also after a decline
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"  # the customer has to approve it with the bank
    PROCESSING = "processing"  # the bank has not answered yet
    REQUIRES_CAPTURE = "requires_capture"  # the money is held
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"  # the money is taken
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOutcome:
    """What Radar and the card's network said of a charge, in Stripe's words; None where nothing was said."""

    risk_level: str | None
    risk_score: int | None
    kind: str | None  # Stripe's `type`: authorized, manual_review, issuer_declined, blocked, invalid
    network_status: str | None
    seller_message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The charge of a payment intent. `balance_transaction` is None unless Stripe was asked to expand it.

    `fee` is Stripe's for what was captured, in minor units; None while Stripe has not named it. Of a hold captured in
    part it is that of two balance transactions, and so known only with the refunds of the charge.
    """

    id: str
    capture_before: datetime | None  # when the bank lets go of money that is held
    balance_transaction: BalanceTransaction | None
    fee: int | None
    card_fingerprint: str | None
    outcome: ChargeOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent:
    """A payment intent; amounts in minor units."""

    id: str
    status: PaymentIntentStatus
    raw_status: str
    amount: int
    amount_received: int
    currency: str
    created: int  # seconds of the epoch, by Stripe's clock
    customer: str | None
    metadata: ObjectMetadata
    latest_charge: Charge | None  # None also when Stripe was not asked to expand it
    approval_url: str | None  # where the customer approves the payment with the bank
    payment_error: str | None  # the code of the last decline
    decline_code: str | None  # of the last decline: the bank's or Radar's own word
    declined_fingerprint: str | None  # of the card that was declined last
    cancellation_reason: str | None

    @property
    def why_not_paid(self) -> str:
        """Return why a payment that was declined or canceled did not come, for a note."""
        return self.payment_error or self.cancellation_reason or self.raw_status


def parse_payment_intent(raw: RawObject) -> PaymentIntent:
    """Return a payment intent. Raise KeyError when a field that every intent has is missing."""
    charge = expanded(raw.get("latest_charge"))
    return PaymentIntent(
        id=raw["id"],
        status=parse_status(PaymentIntentStatus, raw["status"], PaymentIntentStatus.UNKNOWN),
        raw_status=str(raw["status"]),
        amount=raw["amount"],
        amount_received=raw["amount_received"],
        currency=raw["currency"],
        created=raw["created"],
        customer=reference_id(raw.get("customer")),
        metadata=parse_metadata(raw),
        latest_charge=None if charge is None else parse_charge(charge),
        approval_url=optional_text(nested(raw, "next_action", "redirect_to_url").get("url")),
        payment_error=optional_text(nested(raw, "last_payment_error").get("code")),
        decline_code=optional_text(nested(raw, "last_payment_error").get("decline_code")),
        declined_fingerprint=optional_text(
            nested(raw, "last_payment_error", "payment_method", "card").get("fingerprint")
        ),
        cancellation_reason=optional_text(raw.get("cancellation_reason")),
    )


def parse_charge(raw: RawObject) -> Charge:
    """Return a charge. Raise KeyError when its id is missing."""
    transaction = expanded(raw.get("balance_transaction"))
    return Charge(
        id=raw["id"],
        capture_before=to_time(nested(raw, "payment_method_details", "card").get("capture_before")),
        balance_transaction=None if transaction is None else parse_balance_transaction(transaction),
        fee=None if transaction is None else _parse_fee(raw, transaction),
        card_fingerprint=optional_text(nested(raw, "payment_method_details", "card").get("fingerprint")),
        outcome=_parse_outcome(nested(raw, "outcome")),
    )


def _parse_fee(charge: RawObject, transaction: RawObject) -> int | None:
    fee = int(transaction["fee"])
    movements = (nested(refund, "balance_transaction") for refund in nested(charge, "refunds").get("data", ()))
    returned = [one["fee"] for one in movements if one.get("reporting_category") == CAPTURE_REMAINDER]
    if returned:
        return fee + sum(map(int, returned))
    captured, is_converted = charge.get("amount_captured"), transaction["currency"] != charge.get("currency")
    is_of_all = captured is not None and not is_converted and transaction["amount"] > captured
    return None if is_of_all else fee


def _parse_outcome(raw: RawObject) -> ChargeOutcome:
    score = raw.get("risk_score")
    return ChargeOutcome(
        risk_level=optional_text(raw.get("risk_level")),
        risk_score=None if score is None else int(score),
        kind=optional_text(raw.get("type")),
        network_status=optional_text(raw.get("network_status")),
        seller_message=optional_text(raw.get("seller_message")),
    )
