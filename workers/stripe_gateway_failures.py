"""What the errors of Stripe's library mean for us: Refused, TryLater or Unknown (as stripe-python 16.1 raises them)."""

from typing import Any

import stripe

from workers.outcomes import FAILED, CallFailed, Refused, TryLater, Unknown

FIRST_SERVER_ERROR = 500
CUT_OFF = "account_invalid"  # Stripe's code for an account that we may not see, or not any more
TOO_FAST = "rate_limit"
LOCKED = "lock_timeout"  # Stripe's code of a 429 about one object, not about our pace


def failure_of(error: stripe.StripeError) -> CallFailed:
    """What an error of the library means for us."""
    match error:
        case stripe.CardError():
            return Refused("declined", str(error.code), payment_intent=_intent(error), code=error.code)
        case stripe.RateLimitError():
            return TryLater(LOCKED if _details(error).get("code") == LOCKED else TOO_FAST)
        case stripe.PermissionError() if _details(error).get("code") == CUT_OFF:
            return Refused(CUT_OFF, str(error.user_message or ""))
        case stripe.AuthenticationError() | stripe.PermissionError():
            return TryLater("stripe_key", str(error.user_message or ""))
        case stripe.IdempotencyError():
            return Refused("idempotency_error", str(error))
        case stripe.InvalidRequestError():
            return Refused(error.code or "invalid_request", str(error), payment_intent=_intent(error))
        case stripe.APIError(http_status=409):
            return TryLater("key_in_use")
        case stripe.APIError(http_status=int() as status) if status >= FIRST_SERVER_ERROR:
            return Unknown(FAILED, str(error))
        case _:
            return Unknown("stripe_unclear", str(error))


def _intent(error: stripe.StripeError) -> dict[str, Any] | None:
    found = _details(error).get("payment_intent")
    return found if isinstance(found, dict) else None


def _details(error: stripe.StripeError) -> dict[str, Any]:
    """What the body says: the library keeps no code of some errors (403, 409, 429, 500)."""
    body = error.json_body
    found = body.get("error", {}) if isinstance(body, dict) else {}
    return found if isinstance(found, dict) else {}
