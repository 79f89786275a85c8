"""Refunds and disputes: their statuses, events and transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    PENDING = "pending"  # accepted by Stripe, not yet by the bank
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundEvent(StrEnum):
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_TRANSITIONS: Mapping[tuple[RefundStatus, RefundEvent], RefundStatus] = MappingProxyType(
    {
        (RefundStatus.REQUESTED, RefundEvent.ACCEPTED): RefundStatus.PENDING,
        (RefundStatus.REQUESTED, RefundEvent.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.REQUESTED, RefundEvent.FAILED): RefundStatus.FAILED,
        (RefundStatus.PENDING, RefundEvent.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.PENDING, RefundEvent.FAILED): RefundStatus.FAILED,
        (RefundStatus.SUCCEEDED, RefundEvent.FAILED): RefundStatus.FAILED,  # banks may send a refund back days later
    }
)


LIVE_REFUNDS = frozenset({RefundStatus.REQUESTED, RefundStatus.PENDING, RefundStatus.SUCCEEDED})


REFUNDED_AT_STRIPE = "refunded_at_stripe"  # why a refund is not made: a person may have made it at Stripe


class RefundOrigin(StrEnum):
    """Who decided about a refund."""

    ADMIN = "admin"
    STRIPE = "stripe"  # a person at Stripe's dashboard made it
    RETURN = "return"  # nobody: a person at Stripe captured more than the order cost, and the rest goes back


class DisputeStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DisputeEvent(StrEnum):
    WON = "won"
    LOST = "lost"


DISPUTE_TRANSITIONS: Mapping[tuple[DisputeStatus, DisputeEvent], DisputeStatus] = MappingProxyType(
    {
        (DisputeStatus.OPEN, DisputeEvent.WON): DisputeStatus.WON,
        (DisputeStatus.OPEN, DisputeEvent.LOST): DisputeStatus.LOST,
    }
)


class DisputeStage(StrEnum):
    """How far the bank goes."""

    INQUIRY = "inquiry"  # it only asks, and withdraws nothing
    DISPUTE = "dispute"
    ESCALATED = "escalated"  # a dispute that was an inquiry: the bank needs another answer, by another time


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to a customer's card, in minor units. The runner bears `runner_amount` of it."""

    id: int
    campus_id: int
    order_id: int
    runner_id: int | None  # None: the order had none
    status: RefundStatus
    amount: int
    runner_amount: int
    withheld: int  # of the runner's part: never sent
    taken_back: int  # of the runner's part: by a reversal
    currency: str
    payment_intent: str
    refund: str | None  # Stripe's id, once Stripe accepted it
    transfer: str | None  # the transfer to reverse, if the runner's part was sent
    reversal: str | None
    reason: str
    refusal: str | None
    origin: RefundOrigin = RefundOrigin.ADMIN
    from_advance: int = 0  # of the platform's part: money that was captured in advance, and not earned

    @property
    def required_runner_id(self) -> int:
        """The runner; raise LookupError when the order had none."""
        if self.runner_id is None:
            raise LookupError(f"refund {self.id} is of an order without a runner")
        return self.runner_id

    @property
    def platform_amount(self) -> int:
        """The minor units the platform bears."""
        return self.amount - self.runner_amount

    @property
    def to_take_back(self) -> int:
        """The minor units of the runner's part that have yet to be reversed."""
        return self.runner_amount - self.withheld - self.taken_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A payment that a customer disputes at the bank, in minor units."""

    id: int
    campus_id: int
    order_id: int
    dispute: str  # Stripe's id
    status: DisputeStatus
    amount: int
    withdrawn: int  # of the amount, from our balance; 0 while the bank only inquires
    fee: int
    currency: str
    reason: str
    answer_by: datetime | None = None  # None: Stripe has not said it
    answered_at: datetime | None = None
    answers_refused: int = 0
    stage: DisputeStage = DisputeStage.DISPUTE

    @property
    def was_inquiry(self) -> bool:
        """Whether the bank only asked so far: on a row without a stage it got an answer and withdrew nothing."""
        is_answered_inquiry = self.answered_at is not None and not self.withdrawn
        return self.stage is DisputeStage.INQUIRY or (self.stage is DisputeStage.DISPUTE and is_answered_inquiry)

    def next_stage(self, *, is_inquiry: bool, needs_answer: bool) -> DisputeStage:
        """Return the stage after Stripe was read. It only moves forward, as what was read may be old."""
        is_escalation = self.was_inquiry and needs_answer and not is_inquiry
        return DisputeStage.ESCALATED if is_escalation else self.stage

    def is_outdated(self, *, is_inquiry: bool) -> bool:
        """Return whether what Stripe said is older than what we know: a dispute never becomes an inquiry."""
        return is_inquiry and (self.stage is DisputeStage.ESCALATED or self.withdrawn > 0)

    @property
    def name(self) -> str:
        """Stripe's id, and the stage once the bank asked anew: what happens once in each has this in its name."""
        return f"{self.dispute}:{self.stage}" if self.stage is DisputeStage.ESCALATED else self.dispute

    def takes_answer(self, now: datetime) -> bool:
        """Return whether the bank may be answered: it has not decided, has no answer, and the time is not over."""
        in_time = self.answer_by is None or now < self.answer_by
        return self.status is DisputeStatus.OPEN and self.answered_at is None and in_time
