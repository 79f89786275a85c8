"""The endpoints that read events."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sandbox.stripe.documents import Document
from sandbox.stripe.resources.list_pages import list_page
from sandbox.stripe.stripe_refusals import bad_parameter, no_such
from sandbox.stripe.stripe_world import StripeCall, define_endpoint

MAX_EVENT_TYPES = 20


def handle_retrieve_event(call: StripeCall) -> Document:
    """GET /v1/events/{id}."""
    event = call.world.find("event", call.ids[0])
    if event.get("account") != call.account:
        raise no_such("event", call.ids[0])
    return event


def handle_list_events(call: StripeCall) -> Document:
    """GET /v1/events: the platform's events, or those of the connected account that Stripe-Account names."""
    params = call.params
    one, several = params.pop("type", None), params.pop("types", None)
    if one is not None and several is not None:
        raise bad_parameter("You may only specify one of these parameters: type, types.", param="types")
    if several is not None and len(several) > MAX_EVENT_TYPES:
        raise bad_parameter(f"You may specify at most {MAX_EVENT_TYPES} types.", param="types")
    patterns = several if several is not None else [one or "*"]

    def wanted(event: Document) -> bool:
        return event.get("account") == call.account and any(fnmatchcase(event["type"], kind) for kind in patterns)

    return list_page(call, call.world.documents.all_of("event").values(), url="/v1/events", keep=wanted)


ENDPOINTS = (
    define_endpoint(
        "GET /v1/events", "event_list", handle_list_events, "created type types", supports_connected_accounts=True
    ),
    define_endpoint("GET /v1/events/*", "event_retrieve", handle_retrieve_event, supports_connected_accounts=True),
)
