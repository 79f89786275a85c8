"""What a refund divides into: how much goes back, and who bears which part of it."""

from dataclasses import dataclass

from domain.errors import NothingToRefund, RefundOutOfRange
from domain.money import format_money
from domain.order import Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """What may go back of an order's payment, in minor units: the rest of it, and what the runner has of it."""

    paid: int
    left: int
    runner_amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSplit:
    """A refund divided without a rest: amount == ours + hers."""

    amount: int
    platform_amount: int
    runner_amount: int


def split_refund(refundable: Refundable, amount: int | None, bearer: Bearer) -> RefundSplit:
    """The parts of a refund of `amount` minor units, or of all that is left.

    The runner bears at most what she has of this order: the platform's fees are the platform's to give back.
    NothingToRefund when all went back before, RefundOutOfRange for nothing or more than there is left.
    """
    if refundable.left <= 0:
        raise NothingToRefund
    refund_amount = refundable.left if amount is None else amount
    if not 1 <= refund_amount <= refundable.left:
        raise RefundOutOfRange(most=format_money(refundable.left, refundable.currency))
    runner_amount = min(refund_amount, refundable.runner_amount) if bearer is Bearer.RUNNER else 0
    return RefundSplit(amount=refund_amount, platform_amount=refund_amount - runner_amount, runner_amount=runner_amount)
