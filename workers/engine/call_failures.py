"""The ways in which a call to Stripe can fail.

CallFailed
├── Refused                 nothing was done; the same call would be refused again
├── TryLater                nothing was done; the same call may succeed later
│   └── KeyRefused          our key may not do this: the same call succeeds when the key is mended
├── IdempotencyKeyExpired   nothing was sent; the call needs another key than the one on its row
└── OutcomeUnknown          it may have been done: send it again under the same key, or look for its object
"""

from dataclasses import dataclass

from domain.saga.refusals import RefusalKind, StripeRefusal
from workers.stripe.objects.payment_intent import PaymentIntent

STRIPE_FAILED = "stripe_failed"  # the reason of an OutcomeUnknown that Stripe answered with a 5xx


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """An error answer of Stripe, as it came."""

    error_type: str | None
    code: str | None
    param: str | None
    message: str
    request: str | None  # Stripe's id of the request

    def describe(self) -> str:
        """Return the message with the request, for rows and logs."""
        return f"{self.message} ({self.request})" if self.request else self.message


class CallFailed(Exception):
    """The base class; `reason` is a short word for rows and messages."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Refused(CallFailed):
    """`code` is Stripe's own word where it says more than `reason`; `payment_intent` is what the refusal is about.

    `kind` says who has to act. `answer` is None for a refusal of ours.
    """

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        kind: RefusalKind = RefusalKind.OWN,
        answer: ErrorAnswer | None = None,
        code: str | None = None,
        payment_intent: PaymentIntent | None = None,
    ) -> None:
        super().__init__(reason, detail)
        self.kind = kind
        self.answer = answer
        self.code = code
        self.payment_intent = payment_intent

    def renamed(self, reason: str, kind: RefusalKind | None = None) -> "Refused":
        """Return the same refusal under a word that its saga goes by."""
        return Refused(
            reason,
            str(self),
            kind=kind or self.kind,
            answer=self.answer,
            code=self.code or self.reason,
            payment_intent=self.payment_intent,
        )


class TryLater(CallFailed):
    pass


class KeyRefused(TryLater):
    """Our key is revoked (`access` is "key"), or lacks a permission ("permission")."""

    def __init__(self, reason: str, answer: ErrorAnswer, *, access: str) -> None:
        super().__init__(reason, answer.describe())
        self.answer = answer
        self.access = access


class IdempotencyKeyExpired(CallFailed):
    pass


class OutcomeUnknown(CallFailed):
    pass


def lacks_permission(failure: Exception) -> bool:
    """Return whether our key is good, and may not make this call: others may well succeed."""
    return isinstance(failure, KeyRefused) and failure.access == "permission"


def name_outcome(failure: CallFailed) -> str:
    """Return a short word for metrics: of a refusal who has to act, else the way in which the call failed."""
    match failure:
        case Refused(kind=kind):
            return f"refused_{kind}"
        case KeyRefused():
            return "key_refused"
        case TryLater():
            return "try_later"
        case IdempotencyKeyExpired():
            return "key_expired"
        case _:
            return "unknown"


def to_stripe_refusal(failure: CallFailed, step: str) -> StripeRefusal | None:
    """Return what a saga row keeps of a refusal of Stripe; None for any other failure."""
    access: str | None = None
    match failure:
        case KeyRefused(answer=answer, access=access):
            kind = RefusalKind.CONFIGURATION
        case Refused(answer=ErrorAnswer() as answer, kind=kind):
            pass
        case _:
            return None
    return StripeRefusal(
        kind=kind,
        step=step,
        error_type=answer.error_type,
        code=answer.code,
        param=answer.param,
        message=answer.message,
        request=answer.request,
        access=access,
    )
