"""Disputes at Stripe: a bank takes a captured payment back until it has decided."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workers.stripe.objects.balance import BalanceTransaction, parse_balance_transaction
from workers.stripe.objects.raw_object import RawObject, nested, parse_status, to_time


class StripeDisputeStatus(StrEnum):
    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    UNKNOWN = "unknown"

    @property
    def is_won(self) -> bool:
        """Return whether the money is ours, or was never taken."""
        return self in (StripeDisputeStatus.WON, StripeDisputeStatus.WARNING_CLOSED, StripeDisputeStatus.PREVENTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeDispute:
    """A dispute; amounts in minor units."""

    id: str
    status: StripeDisputeStatus
    amount: int
    currency: str
    reason: str
    answer_by: datetime | None
    answers: int  # how often evidence was submitted, here or in Stripe's dashboard
    balance_transactions: tuple[BalanceTransaction, ...]

    @property
    def is_answered(self) -> bool:
        """Return whether the bank has an answer; evidence that is only prepared is none, nor is that to an inquiry."""
        looks_at_it = (StripeDisputeStatus.UNDER_REVIEW, StripeDisputeStatus.WARNING_UNDER_REVIEW)
        return self.status in looks_at_it or (self.answers > 0 and not self.needs_answer)

    @property
    def needs_answer(self) -> bool:
        """Return whether the bank waits for an answer: to its inquiry, or to the dispute that follows it."""
        return self.status in (StripeDisputeStatus.NEEDS_RESPONSE, StripeDisputeStatus.WARNING_NEEDS_RESPONSE)

    @property
    def is_inquiry(self) -> bool:
        """Return whether the bank only asks, and withdrew nothing."""
        return self.status in (
            StripeDisputeStatus.WARNING_NEEDS_RESPONSE,
            StripeDisputeStatus.WARNING_UNDER_REVIEW,
            StripeDisputeStatus.WARNING_CLOSED,
        )

    @property
    def withdrawn(self) -> int:
        """Return what the dispute took from our balance, without the fee."""
        return -sum(moved.amount for moved in self.balance_transactions if moved.amount < 0)

    @property
    def returned(self) -> int:
        """Return what came back to our balance."""
        return sum(moved.amount for moved in self.balance_transactions if moved.amount > 0)

    @property
    def fee(self) -> int:
        """Return Stripe's fee for the withdrawal."""
        return sum(moved.fee for moved in self.balance_transactions if moved.amount < 0)

    @property
    def fee_returned(self) -> int:
        """Return the part of the fee that came back."""
        return -sum(moved.fee for moved in self.balance_transactions if moved.amount > 0)


def parse_dispute(raw: RawObject) -> StripeDispute:
    """Return a dispute. Raise KeyError when a field that every dispute has is missing."""
    return StripeDispute(
        id=raw["id"],
        status=parse_status(StripeDisputeStatus, raw["status"], StripeDisputeStatus.UNKNOWN),
        amount=raw["amount"],
        currency=raw["currency"],
        reason=raw["reason"],
        answer_by=to_time(nested(raw, "evidence_details").get("due_by")),
        answers=nested(raw, "evidence_details").get("submission_count") or 0,
        balance_transactions=tuple(map(parse_balance_transaction, raw.get("balance_transactions") or ())),
    )
