"""The mapping of stripe-python's errors (version 16.1) to Refused, TryLater and OutcomeUnknown."""

from typing import Any

import aiohttp
import stripe

from domain.saga.refusals import RefusalKind
from workers.engine.call_failures import (
    STRIPE_FAILED,
    CallFailed,
    ErrorAnswer,
    KeyRefused,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from workers.stripe.objects.payment_intent import PaymentIntent, parse_payment_intent
from workers.stripe.objects.raw_object import optional_text

FIRST_SERVER_ERROR = 500
ACCOUNT_INVALID = "account_invalid"  # Stripe's code for an account that we may not access, or no longer
RESOURCE_MISSING = "resource_missing"  # Stripe's code for an object that this key does not know
RATE_LIMITED = "rate_limit"
STRIPE_UNREACHABLE = "stripe_unreachable"
# aiohttp raises these before anything was sent: the name was not resolved, or no connection was made.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
LOCK_TIMEOUT = "lock_timeout"  # Stripe's code of a 429 about one locked object, not about the rate limit
GONE_CODES = frozenset({RESOURCE_MISSING, ACCOUNT_INVALID})
STATE_CODES = frozenset(  # docs.stripe.com/error-codes: what they refuse depends on the state of the object alone
    {
        "balance_insufficient",
        "capture_charge_authorization_expired",
        "capture_unauthorized_payment",
        "charge_already_captured",
        "charge_already_refunded",
        "charge_disputed",
        "charge_exceeds_source_limit",
        "charge_expired_for_capture",
        "charge_not_refundable",
        "insufficient_capabilities_for_transfer",
        "payment_intent_unexpected_state",
        "payouts_not_allowed",
        "refund_disputed_payment",
        "setup_intent_unexpected_state",
        "transfers_not_allowed",
    }
)


def to_call_failure(error: stripe.StripeError) -> CallFailed:
    """Return what an error of the library means for the call."""
    answer = _answer(error)
    match error:
        case stripe.CardError() | stripe.IdempotencyError() | stripe.InvalidRequestError():
            return _refused(error, answer)
        case stripe.RateLimitError():
            return TryLater(LOCK_TIMEOUT if answer.code == LOCK_TIMEOUT else RATE_LIMITED)
        case stripe.PermissionError() if answer.code == ACCOUNT_INVALID:
            return Refused(ACCOUNT_INVALID, answer.describe(), kind=RefusalKind.GONE, answer=answer)
        case stripe.AuthenticationError() | stripe.PermissionError():
            is_restricted = isinstance(error, stripe.PermissionError)
            return KeyRefused("stripe_key", answer, access="permission" if is_restricted else "key")
        case stripe.APIError(http_status=409):
            return TryLater("key_in_use")
        case stripe.APIError(http_status=int() as status) if status >= FIRST_SERVER_ERROR:
            return OutcomeUnknown(STRIPE_FAILED, answer.describe())
        case stripe.APIConnectionError() if isinstance(error.__cause__, NOT_SENT):
            return TryLater(STRIPE_UNREACHABLE, type(error.__cause__).__name__)
        case _:
            return OutcomeUnknown("stripe_outcome_unknown", str(error))


def _refused(
    error: stripe.CardError | stripe.IdempotencyError | stripe.InvalidRequestError, answer: ErrorAnswer
) -> Refused:
    intent, said = _intent(error), answer.describe()
    match error:
        case stripe.CardError(code=code):
            said = f"{code}: {said}"
            return Refused(
                "declined", said, kind=RefusalKind.BANK, answer=answer, payment_intent=intent, code=answer.code
            )
        case stripe.IdempotencyError():
            return Refused("idempotency_error", said, kind=RefusalKind.CONFIGURATION, answer=answer)
        case _:
            reason, kind = answer.code or "invalid_request", _kind_of_code(answer.code)
            return Refused(reason, said, kind=kind, answer=answer, payment_intent=intent)


def _kind_of_code(code: str | None) -> RefusalKind:
    """Return the kind of a refused request that is no card's: what no table names is a request that we made wrongly."""
    if code in GONE_CODES:
        return RefusalKind.GONE
    return RefusalKind.STATE if code in STATE_CODES else RefusalKind.CONFIGURATION


def _answer(error: stripe.StripeError) -> ErrorAnswer:
    details = _details(error)
    return ErrorAnswer(
        error_type=optional_text(details.get("type")),
        code=optional_text(details.get("code")),
        param=optional_text(details.get("param")),
        message=str(error.user_message or ""),
        request=error.request_id,
    )


def _intent(error: stripe.StripeError) -> PaymentIntent | None:
    found = _details(error).get("payment_intent")
    return parse_payment_intent(found) if isinstance(found, dict) else None


def _details(error: stripe.StripeError) -> dict[str, Any]:
    """Return the error in the body: the library drops the code of some errors (403, 409, 429, 500)."""
    body = error.json_body
    found = body.get("error", {}) if isinstance(body, dict) else {}
    return found if isinstance(found, dict) else {}
