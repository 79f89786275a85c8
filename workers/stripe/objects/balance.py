"""The balance of the platform at Stripe, and the transactions that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workers.stripe.objects.raw_object import (
    ObjectMetadata,
    RawObject,
    nested,
    optional_text,
    parse_metadata,
    parse_status,
    reference_id,
)


class BalanceTransactionType(StrEnum):
    """Every type of the API version that the SDK pins; `movement_types.py` says what becomes of each."""

    ADJUSTMENT = "adjustment"  # a dispute withdraws money, or returns it
    ADVANCE = "advance"
    ADVANCE_FUNDING = "advance_funding"
    ANTICIPATION_REPAYMENT = "anticipation_repayment"
    APPLICATION_FEE = "application_fee"
    APPLICATION_FEE_REFUND = "application_fee_refund"
    CHARGE = "charge"
    CLIMATE_ORDER_PURCHASE = "climate_order_purchase"
    CLIMATE_ORDER_REFUND = "climate_order_refund"
    CONNECT_COLLECTION_TRANSFER = "connect_collection_transfer"
    CONTRIBUTION = "contribution"
    FEE_CREDIT_FUNDING = "fee_credit_funding"
    INBOUND_TRANSFER = "inbound_transfer"
    INBOUND_TRANSFER_REVERSAL = "inbound_transfer_reversal"
    ISSUING_AUTHORIZATION_HOLD = "issuing_authorization_hold"
    ISSUING_AUTHORIZATION_RELEASE = "issuing_authorization_release"
    ISSUING_DISPUTE = "issuing_dispute"
    ISSUING_DISPUTE_PROVISIONAL_CREDIT = "issuing_dispute_provisional_credit"
    ISSUING_DISPUTE_PROVISIONAL_CREDIT_REVERSAL = "issuing_dispute_provisional_credit_reversal"
    ISSUING_TRANSACTION = "issuing_transaction"
    OBLIGATION_OUTBOUND = "obligation_outbound"
    OBLIGATION_REVERSAL_INBOUND = "obligation_reversal_inbound"
    PAYMENT = "payment"
    PAYMENT_FAILURE_REFUND = "payment_failure_refund"
    PAYMENT_NETWORK_RESERVE_HOLD = "payment_network_reserve_hold"
    PAYMENT_NETWORK_RESERVE_RELEASE = "payment_network_reserve_release"
    PAYMENT_REFUND = "payment_refund"
    PAYMENT_REVERSAL = "payment_reversal"
    PAYMENT_UNRECONCILED = "payment_unreconciled"
    PAYOUT = "payout"
    PAYOUT_CANCEL = "payout_cancel"
    PAYOUT_FAILURE = "payout_failure"
    PAYOUT_MINIMUM_BALANCE_HOLD = "payout_minimum_balance_hold"
    PAYOUT_MINIMUM_BALANCE_RELEASE = "payout_minimum_balance_release"
    REFUND = "refund"
    REFUND_FAILURE = "refund_failure"
    RESERVE_HOLD = "reserve_hold"
    RESERVE_RELEASE = "reserve_release"
    RESERVE_TRANSACTION = "reserve_transaction"
    RESERVED_FUNDS = "reserved_funds"
    STRIPE_BALANCE_PAYMENT_DEBIT = "stripe_balance_payment_debit"
    STRIPE_BALANCE_PAYMENT_DEBIT_REVERSAL = "stripe_balance_payment_debit_reversal"
    STRIPE_FEE = "stripe_fee"
    STRIPE_FX_FEE = "stripe_fx_fee"
    TAX_FEE = "tax_fee"
    TAX_FUND = "tax_fund"
    TOPUP = "topup"
    TOPUP_REVERSAL = "topup_reversal"
    TRANSFER = "transfer"
    TRANSFER_CANCEL = "transfer_cancel"
    TRANSFER_FAILURE = "transfer_failure"
    TRANSFER_REFUND = "transfer_refund"  # the reversal of a transfer
    UNKNOWN = "unknown"  # of a later version


CAPTURE_REMAINDER = "partial_capture_reversal"  # a refund by its type: docs.stripe.com/reports/reporting-categories
PAYMENTS_BALANCE = "payments"  # available and pending; issuing, reserves and prefunding are balances of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementCause:
    """What the source of a balance transaction says of itself, as far as it says it."""

    metadata: ObjectMetadata
    transfer: str | None  # that the source reverses
    payment_intent: str | None  # of a charge, a refund or a dispute
    charge: str | None  # of a refund or a dispute, or whose money a transfer sends
    customer: str | None
    destination: str | None  # of a transfer
    transfer_group: str | None
    amount_captured: int | None  # of a charge: less than the amount when it was captured in part


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTransaction:
    """One change of the balance, in minor units; `net` is `amount` less `fee`."""

    id: str
    type: BalanceTransactionType
    raw_type: str
    amount: int
    fee: int
    net: int
    currency: str
    created: int  # seconds of the epoch, by Stripe's clock
    source: str | None  # the id of the charge, transfer, refund ... that caused it
    cause: MovementCause  # only when Stripe was asked to expand the source
    balance_type: str  # which of the platform's balances it changes
    category: str  # Stripe's reporting category, which says more than the type

    @property
    def is_capture_remainder(self) -> bool:
        """Return whether it takes back what was held and not captured, which Stripe credits with the charge first."""
        return self.category == CAPTURE_REMAINDER


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeBalance:
    """The balance of the platform or of a connected account: currency -> minor units."""

    amounts: Mapping[str, int]  # available and pending
    available: Mapping[str, int]


def parse_balance_transaction(raw: RawObject) -> BalanceTransaction:
    """Return a balance transaction. Raise KeyError when a field that every transaction has is missing."""
    return BalanceTransaction(
        id=raw["id"],
        type=parse_status(BalanceTransactionType, raw["type"], BalanceTransactionType.UNKNOWN),
        raw_type=str(raw["type"]),
        amount=raw["amount"],
        fee=raw["fee"],
        net=raw["net"],
        currency=raw["currency"],
        created=raw["created"],
        source=reference_id(raw.get("source")),
        cause=parse_cause(nested(raw, "source")),
        balance_type=str(raw.get("balance_type") or PAYMENTS_BALANCE),
        category=str(raw.get("reporting_category") or ""),
    )


def parse_cause(source: RawObject) -> MovementCause:
    """Return what an object says of itself; nothing of one that Stripe was not asked to expand."""
    return MovementCause(
        metadata=parse_metadata(source),
        transfer=reference_id(source.get("transfer")) if source.get("object") == "transfer_reversal" else None,
        payment_intent=reference_id(source.get("payment_intent")),
        charge=reference_id(source.get("charge") or source.get("source_transaction")),
        customer=reference_id(source.get("customer")),
        destination=reference_id(source.get("destination")),
        transfer_group=optional_text(source.get("transfer_group")),
        amount_captured=source.get("amount_captured") if source.get("object") == "charge" else None,
    )


def parse_balance(raw: RawObject) -> StripeBalance:
    """Return the balance."""
    available, pending = raw.get("available", ()), raw.get("pending", ())
    return StripeBalance(amounts=_sum_parts(*available, *pending), available=_sum_parts(*available))


def _sum_parts(*parts: RawObject) -> Mapping[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
    return MappingProxyType(sums)
