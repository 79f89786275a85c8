"""Events as they can be asked for: one, or a list by type and time."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sandbox.stripe.documents import Document
from sandbox.stripe.refusals import bad_parameter, no_such
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, endpoint

MOST_TYPES = 20


def retrieve(call: Call) -> Document:
    """GET /v1/events/{id}."""
    event = call.world.find("event", call.ids[0])
    if event.get("account") != call.account:
        raise no_such("event", call.ids[0])
    return event


def list_all(call: Call) -> Document:
    """GET /v1/events: the platform's, or a connected account's when Stripe-Account names it."""
    params = call.params
    one, several = params.pop("type", None), params.pop("types", None)
    if one is not None and several is not None:
        raise bad_parameter("You may only specify one of these parameters: type, types.", param="types")
    if several is not None and len(several) > MOST_TYPES:
        raise bad_parameter(f"You may specify at most {MOST_TYPES} types.", param="types")
    patterns = several if several is not None else [one or "*"]

    def wanted(event: Document) -> bool:
        return event.get("account") == call.account and any(fnmatchcase(event["type"], kind) for kind in patterns)

    return page_of(call, call.world.documents.of("event").values(), url="/v1/events", keep=wanted)


ENDPOINTS = (
    endpoint("GET /v1/events", "event_list", list_all, "created type types", for_accounts=True),
    endpoint("GET /v1/events/*", "event_retrieve", retrieve, for_accounts=True),
)
