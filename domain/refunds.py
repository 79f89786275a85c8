"""What a refund divides into: how much goes back, and who bears which part of it."""

from dataclasses import dataclass

from domain.errors import NothingToRefund, RefundOutOfRange
from domain.money import spell
from domain.order import Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Refundable:
    """What may go back of an order's payment, in minor units: the rest of it, and what the runner has of it."""

    paid: int
    left: int
    hers: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundParts:
    """A refund divided without a rest: amount == ours + hers."""

    amount: int
    ours: int
    hers: int


def divide_refund(of: Refundable, amount: int | None, bearer: Bearer) -> RefundParts:
    """The parts of a refund of `amount` minor units, or of all that is left.

    The runner bears at most what she has of this order: the platform's fees are the platform's to give back.
    NothingToRefund when all went back before, RefundOutOfRange for nothing or more than there is left.
    """
    if of.left <= 0:
        raise NothingToRefund
    wanted = of.left if amount is None else amount
    if not 1 <= wanted <= of.left:
        raise RefundOutOfRange(most=spell(of.left, of.currency))
    hers = min(wanted, of.hers) if bearer is Bearer.RUNNER else 0
    return RefundParts(amount=wanted, ours=wanted - hers, hers=hers)
