"""How Stripe says no: the error bodies, with the status, type, code and words of the real service."""

from __future__ import annotations

from sandbox.stripe.documents import Document, without_private_fields

OBJECT_NAMES = {  # what Stripe calls the object in "No such ..."
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "balance_transaction": "balance transaction",
}


class StripeRefusal(Exception):
    """An answer that is an error; `cached` says whether Idempotency-Key keeps it."""

    def __init__(self, status: int, error: Document, *, cached: bool = True) -> None:
        """Status is the HTTP status; error is the body's `error` object."""
        super().__init__(error.get("message", ""))
        self.status = status
        self.error = error
        self.cached = cached


def invalid_request(
    message: str, *, code: str | None = None, param: str | None = None, status: int = 400
) -> StripeRefusal:
    """A request that was understood and refused while it was carried out."""
    return StripeRefusal(status, _error("invalid_request_error", message, code=code, param=param))


def bad_parameter(message: str, *, param: str, code: str | None = None) -> StripeRefusal:
    """A request refused before anything was done; its idempotency key stays unused."""
    return StripeRefusal(400, _error("invalid_request_error", message, code=code, param=param), cached=False)


def not_supported(what: str, *, param: str | None = None) -> StripeRefusal:
    """Stripe knows this, the sandbox does not; better a loud no than a silent nothing."""
    message = f"The sandbox does not support {what}. (This refusal is the sandbox's own, not Stripe's.)"
    return StripeRefusal(
        400, _error("invalid_request_error", message, code="sandbox_not_supported", param=param), cached=False
    )


def no_such(kind: str, id_: object, *, param: str = "id", status: int = 404) -> StripeRefusal:
    """The object does not exist; Stripe answers 404 when the id stood in the path and 400 when in a parameter."""
    name = OBJECT_NAMES.get(kind, kind)
    return invalid_request(f"No such {name}: '{id_}'", code="resource_missing", param=param, status=status)


def unexpected_state(message: str, intent: Document) -> StripeRefusal:
    """The intent is in a state that does not allow this; the intent itself is in the error."""
    kind = intent["object"]
    error = _error("invalid_request_error", message, code=f"{kind}_unexpected_state", param=None)
    error[kind] = without_private_fields(intent)
    return StripeRefusal(400, error)


def card_error(message: str, *, code: str, decline_code: str | None, **inside: object) -> StripeRefusal:
    """The bank said no: 402, with the intent and the payment method inside."""
    error = _error("card_error", message, code=code, param=None)
    if decline_code is not None:
        error["decline_code"] = decline_code
    error.update(inside)
    return StripeRefusal(402, error)


def unauthenticated(message: str) -> StripeRefusal:
    """No or a wrong key."""
    return StripeRefusal(401, {"message": message, "type": "invalid_request_error"}, cached=False)


def account_not_accessible(key: str, account: str) -> StripeRefusal:
    """Another platform's account, or none at all."""
    message = (
        f"The provided key '{key[:8]}***' does not have access to account '{account}'"
        " (or that account does not exist). Application access may have been revoked."
    )
    return StripeRefusal(
        403, _error("invalid_request_error", message, code="account_invalid", param=None), cached=False
    )


def _error(type_: str, message: str, *, code: str | None, param: str | None) -> Document:
    error: Document = {"message": message, "type": type_}
    if code is not None:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if param is not None:
        error["param"] = param
    return error
