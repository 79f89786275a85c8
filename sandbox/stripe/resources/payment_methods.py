"""Payment methods: cards, kept by customers; Stripe's test names for them make new ones."""

from __future__ import annotations

from sandbox.stripe.cards import BY_NAME, Card
from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_request, card_error, no_such
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, World, endpoint

YEARS_VALID = 4
SECONDS_A_YEAR = 31_556_952
FIRST_YEAR = 1970


def mint(world: World, card: Card) -> Document:
    """A new payment method for a test card, kept by nobody yet."""
    method: Document = {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "card": _printed(world, card),
        "created": world.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_card": card.name,
        "_saved": False,  # set up for later payments, so some banks do not ask again
        "_spent": False,  # used or detached without a customer: of no more use
    }
    world.changed(method)
    return method


def _printed(world: World, card: Card) -> Document:
    """What stands on the card and what Stripe knows of it."""
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": FIRST_YEAR + world.now() // SECONDS_A_YEAR + YEARS_VALID,
        "fingerprint": card.fingerprint,
        "funding": "debit" if card.name.endswith("_debit") else "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def card_of(method: Document) -> Card:
    """The test card behind a payment method."""
    return BY_NAME[method["_card"]]


def find_or_mint(world: World, id_: str, *, param: str | None) -> Document:
    """The payment method of that id; a test name such as pm_card_visa makes a new one, as Stripe's test mode does."""
    if id_ in BY_NAME:
        return mint(world, BY_NAME[id_])
    method = world.documents.get("payment_method", id_)
    if method is None:
        raise no_such("payment_method", id_, param=param or "id", status=400 if param else 404)
    return method


def attach_to_customer(world: World, method: Document, customer_id: str) -> None:
    """Keep a card; banks that refuse to have it kept say so now (402)."""
    refuse_spent(method)
    if method["customer"] not in (None, customer_id):
        raise bad_request("The payment method you provided has already been attached to a customer.")
    card = card_of(method)
    if card.decline is not None and not card.can_be_saved:
        decline = card.decline
        raise card_error(decline.message, code=decline.code, decline_code=decline.decline_code)
    if method["customer"] is None:
        method["customer"] = customer_id
        world.changed(method, "payment_method.attached")


def detach_from_customer(world: World, method: Document) -> None:
    """Let a card go for good."""
    method["customer"] = None
    method["_spent"] = True
    world.changed(method, "payment_method.detached")


def refuse_spent(method: Document) -> None:
    """A card that was detached, or used without being kept, is of no more use."""
    if method["_spent"] and method["customer"] is None:
        raise bad_request(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a"
            " Customer, and may not be used again.",
            param="payment_method",
        )


def attach(call: Call) -> Document:
    """POST /v1/payment_methods/{id}/attach."""
    if "customer" not in call.params:
        raise bad_request("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = call.world.find("customer", call.params["customer"], param="customer", status=400)
    if "deleted" in customer:
        raise no_such("customer", customer["id"], param="customer", status=400)
    method = find_or_mint(call.world, call.ids[0], param=None)
    attach_to_customer(call.world, method, customer["id"])
    return method


def detach(call: Call) -> Document:
    """POST /v1/payment_methods/{id}/detach."""
    method = call.world.find("payment_method", call.ids[0])
    if method["customer"] is None:
        raise bad_request("The payment method you provided is not attached to a customer so detachment is impossible.")
    detach_from_customer(call.world, method)
    return method


def retrieve(call: Call) -> Document:
    """GET /v1/payment_methods/{id}."""
    return find_or_mint(call.world, call.ids[0], param=None)


def update(call: Call) -> Document:
    """POST /v1/payment_methods/{id}: metadata only."""
    method = call.world.find("payment_method", call.ids[0])
    method["metadata"] = merged(method["metadata"], call.params)
    call.world.changed(method, "payment_method.updated")
    return method


def list_all(call: Call) -> Document:
    """GET /v1/payment_methods: those of the customer named, else those of none."""
    call.params.setdefault("customer", None)
    return page_of(call, call.world.documents.of("payment_method").values(), url="/v1/payment_methods")


def list_of_customer(call: Call) -> Document:
    """GET /v1/customers/{id}/payment_methods."""
    customer = call.world.find("customer", call.ids[0])["id"]
    found = (one for one in call.world.documents.of("payment_method").values() if one["customer"] == customer)
    return page_of(call, found, url=f"/v1/customers/{customer}/payment_methods")


def retrieve_of_customer(call: Call) -> Document:
    """GET /v1/customers/{customer}/payment_methods/{id}."""
    method = call.world.find("payment_method", call.ids[1])
    if method["customer"] != call.ids[0]:
        raise no_such("payment_method", call.ids[1])
    return method


ENDPOINTS = (
    endpoint("GET /v1/payment_methods", "payment_method_list", list_all, "customer type"),
    endpoint("GET /v1/payment_methods/*", "payment_method_retrieve", retrieve),
    endpoint("POST /v1/payment_methods/*", "payment_method_update", update, "metadata"),
    endpoint("POST /v1/payment_methods/*/attach", "payment_method_attach", attach, "customer"),
    endpoint("POST /v1/payment_methods/*/detach", "payment_method_detach", detach),
    endpoint("GET /v1/customers/*/payment_methods", "customer_payment_method_list", list_of_customer, "type"),
    endpoint("GET /v1/customers/*/payment_methods/*", "customer_payment_method_retrieve", retrieve_of_customer),
)
