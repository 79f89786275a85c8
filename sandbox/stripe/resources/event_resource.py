"""The endpoints that read events."""

from fnmatch import fnmatchcase

from sandbox.stripe.documents import Document
from sandbox.stripe.resources.list_pages import define_reading, list_page
from sandbox.stripe.stripe_refusals import bad_parameter
from sandbox.stripe.stripe_world import StripeCall, define_endpoint

MAX_EVENT_TYPES = 20


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


_, RETRIEVE_EVENT = define_reading("/v1/events", "event", account_field="account")
ENDPOINTS = (
    define_endpoint(
        "GET /v1/events", "event_list", handle_list_events, "created type types", supports_connected_accounts=True
    ),
    RETRIEVE_EVENT,
)
