"""The mapping of stripe-python's errors (version 16.1) to Refused, TryLater and OutcomeUnknown."""

from typing import Any

import aiohttp
import stripe

from workers.engine.call_failures import STRIPE_FAILED, CallFailed, OutcomeUnknown, Refused, TryLater
from workers.stripe.objects.payment_intent import PaymentIntent, parse_payment_intent

FIRST_SERVER_ERROR = 500
ACCOUNT_INVALID = "account_invalid"  # Stripe's code for an account that we may not access, or no longer
RATE_LIMITED = "rate_limit"
STRIPE_UNREACHABLE = "stripe_unreachable"
# aiohttp raises these before anything was sent: the name was not resolved, or no connection was made.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
LOCK_TIMEOUT = "lock_timeout"  # Stripe's code of a 429 about one locked object, not about the rate limit


def to_call_failure(error: stripe.StripeError) -> CallFailed:
    """Return what an error of the library means for the call."""
    match error:
        case stripe.CardError():
            return Refused("declined", str(error.code), payment_intent=_intent(error), code=error.code)
        case stripe.RateLimitError():
            return TryLater(LOCK_TIMEOUT if _details(error).get("code") == LOCK_TIMEOUT else RATE_LIMITED)
        case stripe.PermissionError() if _details(error).get("code") == ACCOUNT_INVALID:
            return Refused(ACCOUNT_INVALID, str(error.user_message or ""))
        case stripe.AuthenticationError() | stripe.PermissionError():
            return TryLater("stripe_key", str(error.user_message or ""))
        case stripe.IdempotencyError():
            return Refused("idempotency_error", str(error))
        case stripe.InvalidRequestError():
            return Refused(error.code or "invalid_request", str(error), payment_intent=_intent(error))
        case stripe.APIError(http_status=409):
            return TryLater("key_in_use")
        case stripe.APIError(http_status=int() as status) if status >= FIRST_SERVER_ERROR:
            return OutcomeUnknown(STRIPE_FAILED, str(error))
        case stripe.APIConnectionError() if isinstance(error.__cause__, NOT_SENT):
            return TryLater(STRIPE_UNREACHABLE, type(error.__cause__).__name__)
        case _:
            return OutcomeUnknown("stripe_outcome_unknown", str(error))


def _intent(error: stripe.StripeError) -> PaymentIntent | None:
    found = _details(error).get("payment_intent")
    return parse_payment_intent(found) if isinstance(found, dict) else None


def _details(error: stripe.StripeError) -> dict[str, Any]:
    """Return the error in the body: the library drops the code of some errors (403, 409, 429, 500)."""
    body = error.json_body
    found = body.get("error", {}) if isinstance(body, dict) else {}
    return found if isinstance(found, dict) else {}
