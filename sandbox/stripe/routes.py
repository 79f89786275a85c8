"""Which endpoint answers a verb and a path, and what time changes by itself."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.stripe.documents import Document
from sandbox.stripe.refusals import Refusal
from sandbox.stripe.resources import (
    accounts,
    balances,
    charges,
    checkout,
    customers,
    disputes,
    ending,
    events,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    reversals,
    setup_intents,
    transfers,
)
from sandbox.stripe.world import Endpoint, World

ENDPOINTS: tuple[Endpoint, ...] = (
    *accounts.ENDPOINTS,
    *balances.ENDPOINTS,
    *charges.ENDPOINTS,
    *checkout.ENDPOINTS,
    *customers.ENDPOINTS,
    *disputes.ENDPOINTS,
    *ending.ENDPOINTS,
    *events.ENDPOINTS,
    *payment_intents.ENDPOINTS,
    *payment_methods.ENDPOINTS,
    *payouts.ENDPOINTS,
    *refunds.ENDPOINTS,
    *reversals.ENDPOINTS,
    *setup_intents.ENDPOINTS,
    *transfers.ENDPOINTS,
)
FALLS_DUE: dict[str, Callable[[World, Document], None]] = {
    "balance_transaction": balances.become_available,
    "checkout.session": checkout.lapse,
    "payment_intent": ending.lapse,
    "refund": refunds.hear_from_bank,
}

Shape = tuple[str, ...]
BY_SHAPE: dict[Shape, Endpoint] = {(e.verb, *e.path.strip("/").split("/")): e for e in ENDPOINTS}


def find_endpoint(verb: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint and the ids in the path; Stripe's 404 when there is none."""
    parts = tuple(path.strip("/").split("/"))
    shapes = [] if parts[-1] == "search" else _shapes(parts)  # Search lags behind by design; nobody may lean on it
    for shape in shapes:
        found = BY_SHAPE.get((verb, *shape))
        if found is not None:
            ids = tuple(part for part, expected in zip(parts, shape, strict=True) if expected == "*")
            return found, ids
    message = (
        f"Unrecognized request URL ({verb}: {path}). Please see https://stripe.com/docs or we can help at"
        " https://support.stripe.com/. (The sandbox does not play every endpoint.)"
    )
    raise Refusal(404, {"message": message, "type": "invalid_request_error"}, cached=False)


def _shapes(parts: Shape) -> list[Shape]:
    """The path as written, then with ids where Stripe's paths have them: every second part after the name."""
    places = [(first, later) for first in (2, 3) for later in (first + 2, len(parts))]
    with_ids = (tuple("*" if at in ids else part for at, part in enumerate(parts)) for ids in places)
    return [parts, *with_ids]


def settle(world: World) -> None:
    """Let everything happen that time alone brings: holds lapse, pages expire, money becomes available."""
    now = world.now()
    while (due := world.documents.next_due(now)) is not None:
        kind, document = due
        if kind in FALLS_DUE:
            FALLS_DUE[kind](world, document)
        else:
            world.documents.remove(kind, document["id"])  # a kept answer whose day is over
