"""Setup intents: saving a card for later, here always by way of a Checkout page."""

from __future__ import annotations

from sandbox.stripe.cards import Card
from sandbox.stripe.documents import Document, new_id, visible
from sandbox.stripe.refusals import Refusal
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.resources.payment_methods import attach_to_customer, mint
from sandbox.stripe.world import Call, World, endpoint


def open_intent(world: World, *, customer: str | None, description: str | None, metadata: Document) -> Document:
    """A new setup intent that waits for a card."""
    id_ = new_id("setup_intent")
    intent: Document = {
        "id": id_,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{id_}_secret_{new_id('request')[4:]}",
        "created": world.now(),
        "customer": customer,
        "customer_account": None,
        "description": description,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    world.changed(intent, "setup_intent.created")
    return intent


def save_card(world: World, intent: Document, card: Card) -> None:
    """Give the intent a card, its bank's approval included; a bank that refuses raises 402."""
    method = mint(world, card)
    try:
        if intent["customer"] is not None:
            attach_to_customer(world, method, intent["customer"])
    except Refusal as refused:
        refused.error["payment_method"] = visible(method)
        intent["last_setup_error"] = dict(refused.error)
        world.changed(intent, "setup_intent.setup_failed")
        refused.error["setup_intent"] = visible(intent)
        raise
    method["_saved"] = True
    world.changed(method)
    intent.update(status="succeeded", payment_method=method["id"], last_setup_error=None)
    world.changed(intent, "setup_intent.succeeded")


def cancel(world: World, intent: Document) -> None:
    """Its page has expired."""
    intent.update(status="canceled", cancellation_reason="abandoned")
    world.changed(intent, "setup_intent.canceled")


def retrieve(call: Call) -> Document:
    """GET /v1/setup_intents/{id}."""
    return call.world.find("setup_intent", call.ids[0], param="intent")


def list_all(call: Call) -> Document:
    """GET /v1/setup_intents."""
    return page_of(call, call.world.documents.of("setup_intent").values(), url="/v1/setup_intents")


ENDPOINTS = (
    endpoint("GET /v1/setup_intents", "setup_intent_list", list_all, "created customer payment_method"),
    endpoint("GET /v1/setup_intents/*", "setup_intent_retrieve", retrieve),
)
