"""The balance of the platform at Stripe, and the transactions that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workers.stripe.objects.raw_object import (
    ObjectMetadata,
    RawObject,
    nested,
    parse_metadata,
    parse_status,
    reference_id,
)


class BalanceTransactionType(StrEnum):
    CHARGE = "charge"
    PAYMENT = "payment"
    TRANSFER = "transfer"
    TRANSFER_REFUND = "transfer_refund"  # the reversal of a transfer
    REFUND = "refund"
    PAYMENT_REFUND = "payment_refund"
    REFUND_FAILURE = "refund_failure"
    PAYMENT_FAILURE_REFUND = "payment_failure_refund"
    ADJUSTMENT = "adjustment"  # a dispute withdraws money, or returns it
    UNKNOWN = "unknown"


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
    reversed_transfer: str | None  # the transfer that the source reverses; only when Stripe was asked to expand it
    source_metadata: ObjectMetadata  # only when Stripe was asked to expand the source


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
        reversed_transfer=reference_id(nested(raw, "source").get("transfer")),
        source_metadata=parse_metadata(nested(raw, "source")),
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
