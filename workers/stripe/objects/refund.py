"""Refunds at Stripe: captured money that goes back to the card it came from."""

from dataclasses import dataclass
from enum import StrEnum

from workers.stripe.objects.balance import CAPTURE_REMAINDER, MovementCause, parse_cause
from workers.stripe.objects.raw_object import (
    ObjectMetadata,
    RawObject,
    nested,
    optional_text,
    parse_metadata,
    parse_status,
    reference_id,
)


class StripeRefundStatus(StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"

    @property
    def is_failure(self) -> bool:
        """Return whether the refund did not reach the customer, and never will."""
        return self in (StripeRefundStatus.FAILED, StripeRefundStatus.CANCELED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeRefund:
    """A refund of `amount` minor units."""

    id: str
    status: StripeRefundStatus
    raw_status: str  # empty when Stripe names none
    amount: int
    currency: str
    created: int  # seconds of the epoch, by Stripe's clock
    payment_intent: str | None
    charge: str | None
    charge_facts: MovementCause  # what the charge says of itself, when Stripe was asked to expand it
    metadata: ObjectMetadata
    failure_reason: str | None
    is_capture_remainder: bool  # Stripe made it of what was held and not captured: nobody refunded anything
    movement_ids: tuple[str, ...]  # of its balance transactions: of what went out, and of what came back when it failed


def parse_refund(raw: RawObject) -> StripeRefund:
    """Return a refund. Raise KeyError when a field that every refund has is missing."""
    return StripeRefund(
        id=raw["id"],
        status=parse_status(StripeRefundStatus, raw.get("status"), StripeRefundStatus.UNKNOWN),
        raw_status=str(raw.get("status") or ""),
        amount=raw["amount"],
        currency=raw["currency"],
        created=raw["created"],
        payment_intent=reference_id(raw.get("payment_intent")),
        charge=reference_id(raw.get("charge")),
        charge_facts=parse_cause(nested(raw, "charge")),
        metadata=parse_metadata(raw),
        failure_reason=optional_text(raw.get("failure_reason")),
        is_capture_remainder=nested(raw, "balance_transaction").get("reporting_category") == CAPTURE_REMAINDER,
        movement_ids=_movement_ids(raw),
    )


def _movement_ids(raw: RawObject) -> tuple[str, ...]:
    named = (reference_id(raw.get(name)) for name in ("balance_transaction", "failure_balance_transaction"))
    return tuple(one for one in named if one is not None)


def is_made(found: StripeRefund) -> bool:
    """Return whether somebody made this refund, us or a person; the rest of a hold is no refund to anybody."""
    return not found.is_capture_remainder
