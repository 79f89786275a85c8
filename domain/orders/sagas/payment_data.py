"""What sagas keep of a payment: how a hold was requested, and what was taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """A request for a hold that was sent to Stripe `at` (epoch seconds), to find the hold if the answer is lost."""

    key: str
    customer: str
    at: float


@dataclass(slots=True, kw_only=True)
class HoldRequestData:
    """The data of a saga that requests a hold."""

    hold_request: HoldRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPayment:
    """What Stripe took from the customer: amount and fee in minor units; the fee is 0 when Stripe did not say it.

    `settled_currency` is the one in which it arrived on Stripe's balance, and of the fee; None when Stripe did not say.
    """

    payment_intent: str
    amount: int
    charge: str
    fee: int
    balance_transaction: str | None
    settled_currency: str | None = None
