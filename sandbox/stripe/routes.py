"""The table of endpoints by verb and path, and the changes that happen with time."""

from collections.abc import Callable

from sandbox.stripe.documents import Document
from sandbox.stripe.resources import (
    account_resource,
    balance_resource,
    charge_resource,
    checkout_session_resource,
    customer_resource,
    dispute_resource,
    event_resource,
    file_resource,
    intent_endings,
    metadata_updates,
    payment_intent_resource,
    payment_method_resource,
    payout_resource,
    platform_resource,
    refund_resource,
    setup_intent_resource,
    topup_resource,
    transfer_resource,
    transfer_reversal_resource,
)
from sandbox.stripe.stripe_refusals import StripeRefusal
from sandbox.stripe.stripe_world import Endpoint, StripeWorld

ENDPOINTS: tuple[Endpoint, ...] = (
    *account_resource.ENDPOINTS,
    *balance_resource.ENDPOINTS,
    *charge_resource.ENDPOINTS,
    *checkout_session_resource.ENDPOINTS,
    *customer_resource.ENDPOINTS,
    *dispute_resource.ENDPOINTS,
    *intent_endings.ENDPOINTS,
    *event_resource.ENDPOINTS,
    *file_resource.ENDPOINTS,
    *metadata_updates.ENDPOINTS,
    *payment_intent_resource.ENDPOINTS,
    *payment_method_resource.ENDPOINTS,
    *payout_resource.ENDPOINTS,
    *platform_resource.ENDPOINTS,
    *refund_resource.ENDPOINTS,
    *transfer_reversal_resource.ENDPOINTS,
    *setup_intent_resource.ENDPOINTS,
    *topup_resource.ENDPOINTS,
    *transfer_resource.ENDPOINTS,
)
DUE_ACTIONS: dict[str, Callable[[StripeWorld, Document], None]] = {
    "balance_transaction": balance_resource.make_available,
    "checkout.session": checkout_session_resource.close_expired_session,
    "dispute": dispute_resource.pass_deadline,
    "payment_intent": intent_endings.release_expired_hold,
    "refund": refund_resource.conclude_refund,
}

PathShape = tuple[str, ...]
ENDPOINTS_BY_SHAPE: dict[PathShape, Endpoint] = {endpoint.shape: endpoint for endpoint in ENDPOINTS}


def find_endpoint(verb: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """Return the endpoint and the ids in the path; raise StripeRefusal 404 when there is no such endpoint."""
    parts = tuple(path.strip("/").split("/"))
    # Stripe's search lags behind writes by design. No caller may rely on it, so the sandbox does not offer it.
    shapes = [] if parts[-1] == "search" else _shapes(parts)
    for shape in shapes:
        found = ENDPOINTS_BY_SHAPE.get((verb, *shape))
        if found is not None:
            ids = tuple(part for part, expected in zip(parts, shape, strict=True) if expected == "*")
            return found, ids
    message = (
        f"Unrecognized request URL ({verb}: {path}). Please see https://stripe.com/docs or we can help at"
        " https://support.stripe.com/. (The sandbox does not support every endpoint.)"
    )
    raise StripeRefusal(404, {"message": message, "type": "invalid_request_error"}, cached=False)


def _shapes(parts: PathShape) -> list[PathShape]:
    """Return the path as written, then variants with "*" where Stripe's paths have ids: every second part."""
    places = [(first, later) for first in (2, 3) for later in (first + 2, len(parts))]
    with_ids = (tuple("*" if at in ids else part for at, part in enumerate(parts)) for ids in places)
    return [parts, *with_ids]


def apply_due_changes(world: StripeWorld) -> None:
    """Apply every change that is due by now: holds expire, pages expire, money becomes available."""
    now = world.now()
    while (due := world.documents.pop_due(now)) is not None:
        kind, document = due
        if kind in DUE_ACTIONS:
            DUE_ACTIONS[kind](world, document)
        else:
            world.documents.remove(kind, document["id"])  # a kept idempotent answer that has expired
