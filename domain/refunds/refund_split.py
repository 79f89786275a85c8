"""The split of a refund between the platform and the runner."""

from dataclasses import dataclass

from domain.errors import NothingToRefund, RefundOutOfRange
from domain.money import format_money
from domain.orders.states import Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """What can be refunded of an order's payment, in minor units: `left` of it, and the runner's part of it."""

    paid: int
    left: int
    runner_amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSplit:
    """The split of a refund, without a remainder: amount == platform_amount + runner_amount."""

    amount: int
    platform_amount: int
    runner_amount: int


def split_refund(refundable: Refundable, amount: int | None, bearer: Bearer) -> RefundSplit:
    """Split a refund of `amount` minor units; None refunds all that is left.

    The runner bears at most their part of this order: the platform refunds its own fees.
    Raise NothingToRefund when nothing is left, and RefundOutOfRange for zero or more than is left.
    """
    if refundable.left <= 0:
        raise NothingToRefund
    refund_amount = refundable.left if amount is None else amount
    if not 1 <= refund_amount <= refundable.left:
        raise RefundOutOfRange(most=format_money(refundable.left, refundable.currency))
    runner_amount = min(refund_amount, refundable.runner_amount) if bearer is Bearer.RUNNER else 0
    return RefundSplit(amount=refund_amount, platform_amount=refund_amount - runner_amount, runner_amount=runner_amount)
