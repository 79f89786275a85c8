"""Stripe's error answers, with the status, type, code and message of the real service."""

from sandbox.stripe.documents import Document, without_private_fields

OBJECT_NAMES = {  # Stripe's name of the object in "No such ..."
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "balance_transaction": "balance transaction",
}


class StripeRefusal(Exception):
    """An error answer; `cached` says whether it is kept under the idempotency key."""

    def __init__(self, status: int, error: Document, *, cached: bool = True) -> None:
        """`status` is the HTTP status and `error` the `error` object of the body."""
        super().__init__(error.get("message", ""))
        self.status = status
        self.error = error
        self.cached = cached


def invalid_request(
    message: str, *, code: str | None = None, param: str | None = None, status: int = 400
) -> StripeRefusal:
    """Return the refusal of a valid request that failed during execution."""
    return StripeRefusal(status, _error("invalid_request_error", message, code=code, param=param))


def bad_parameter(message: str, *, param: str, code: str | None = None) -> StripeRefusal:
    """Return the refusal of an invalid request; nothing was executed, so its idempotency key stays unused."""
    return StripeRefusal(400, _error("invalid_request_error", message, code=code, param=param), cached=False)


def not_supported(what: str, *, param: str | None = None) -> StripeRefusal:
    """Return the refusal of a Stripe feature the sandbox does not have, so that it is never ignored silently."""
    message = f"The sandbox does not support {what}. (This refusal is the sandbox's own, not Stripe's.)"
    return StripeRefusal(
        400, _error("invalid_request_error", message, code="sandbox_not_supported", param=param), cached=False
    )


def no_such(kind: str, id_: object, *, param: str = "id", status: int = 404) -> StripeRefusal:
    """Return the refusal for an unknown id; Stripe answers 404 for an id in the path and 400 for one in a parameter."""
    name = OBJECT_NAMES.get(kind, kind)
    return invalid_request(f"No such {name}: '{id_}'", code="resource_missing", param=param, status=status)


def unexpected_state(message: str, intent: Document) -> StripeRefusal:
    """Return the refusal of an action that the intent's status does not allow; the error contains the intent."""
    kind = intent["object"]
    error = _error("invalid_request_error", message, code=f"{kind}_unexpected_state", param=None)
    error[kind] = without_private_fields(intent)
    return StripeRefusal(400, error)


def card_error(message: str, *, code: str, decline_code: str | None, **inside: object) -> StripeRefusal:
    """Return the refusal (402) of a payment that the bank declined; `inside` is added to the error object."""
    error = _error("card_error", message, code=code, param=None)
    if decline_code is not None:
        error["decline_code"] = decline_code
    error.update(inside)
    return StripeRefusal(402, error)


def unauthenticated(message: str) -> StripeRefusal:
    """Return the refusal (401) for a missing or invalid API key."""
    return StripeRefusal(401, {"message": message, "type": "invalid_request_error"}, cached=False)


def account_not_accessible(key: str, account: str) -> StripeRefusal:
    """Return the refusal (403) for an account that does not exist or belongs to another platform."""
    message = (
        f"The provided key '{key[:8]}***' does not have access to account '{account}'"
        " (or that account does not exist). Application access may have been revoked."
    )
    return StripeRefusal(
        403, _error("invalid_request_error", message, code="account_invalid", param=None), cached=False
    )


def missing_permission(key: str, account: str, permission: str) -> StripeRefusal:
    """Return the refusal (403, without a code) of a call that the restricted key may not make."""
    message = (
        f"The provided key '{key[:8]}***' does not have the required permissions for this endpoint on account"
        f" '{account}'. Having the '{permission}' permission would allow this request to continue."
    )
    return StripeRefusal(403, {"message": message, "type": "invalid_request_error"}, cached=False)


def _error(type_: str, message: str, *, code: str | None, param: str | None) -> Document:
    error: Document = {"message": message, "type": type_}
    if code is not None:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param is not None:
        error["param"] = param
    return error
