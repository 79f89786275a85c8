"""How a call to the outside can end badly; a good end is its result.

CallFailed
├── Refused    a definite no: nothing was done, trying again would be refused again
├── TryLater   a definite not-now: nothing was done
├── IdempotencyKeyExpired   nothing was sent: it needs another key than the one on its row
└── Unknown    nobody knows whether it was done: the same key again, or a look
"""

from typing import Any

STRIPE_FAILED = "stripe_failed"  # the reason of an Unknown that Stripe answered with a failure of its own


class CallFailed(Exception):
    """The base of them all; `reason` is a short word for rows and sentences."""

    def __init__(self, reason: str, detail: str = "", **details: Any) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.details = details


class Refused(CallFailed):
    pass


class TryLater(CallFailed):
    pass


class IdempotencyKeyExpired(CallFailed):
    pass


class OutcomeUnknown(CallFailed):
    pass
