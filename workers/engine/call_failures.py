"""The ways in which a call to Stripe can fail.

CallFailed
├── Refused                 nothing was done; the same call would be refused again
├── TryLater                nothing was done; the same call may succeed later
├── IdempotencyKeyExpired   nothing was sent; the call needs another key than the one on its row
└── OutcomeUnknown          it may have been done: send it again under the same key, or look for its object
"""

from workers.stripe.objects.payment_intent import PaymentIntent

STRIPE_FAILED = "stripe_failed"  # the reason of an OutcomeUnknown that Stripe answered with a 5xx


class CallFailed(Exception):
    """The base class; `reason` is a short word for rows and messages."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Refused(CallFailed):
    """`code` is Stripe's own word where it says more than `reason`; `payment_intent` is what the refusal is about."""

    def __init__(
        self, reason: str, detail: str = "", *, code: str | None = None, payment_intent: PaymentIntent | None = None
    ) -> None:
        super().__init__(reason, detail)
        self.code = code
        self.payment_intent = payment_intent


class TryLater(CallFailed):
    pass


class IdempotencyKeyExpired(CallFailed):
    pass


class OutcomeUnknown(CallFailed):
    pass
