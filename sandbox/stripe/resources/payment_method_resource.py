"""Payment methods: the cards of customers."""

from sandbox.stripe.card_catalog import Card, find_card
from sandbox.stripe.documents import Document
from sandbox.stripe.resources.list_pages import list_page
from sandbox.stripe.stripe_refusals import card_error, invalid_request, no_such
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

YEARS_VALID = 4
SECONDS_PER_YEAR = 31_556_952
FIRST_YEAR = 1970
OTHER_METHODS: dict[str, Document] = {"link": {"email": "ada@example.com", "persistent_token": None}}


def create_payment_method(
    world: StripeWorld, card: Card, *, type_: str = "card", wallet: str | None = None
) -> Document:
    """Insert and return a payment method for a test card, attached to no customer.

    A method of another type has its own details in place of a card's, as at Stripe. A card may be in a wallet.
    """
    details = _card_details(world, card, wallet) if type_ == "card" else OTHER_METHODS.get(type_, {})
    method: Document = {
        **new_object(world, "payment_method", "customer"),
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        type_: details,
        "livemode": False,
        "metadata": {},
        "type": type_,
        "_card": card.name,
        "_saved": False,  # saved for later payments, so some banks ask for no further approval
        "_spent": False,  # used without a customer, or detached: cannot be used again
    }
    world.save_and_record(method)
    return method


def _card_details(world: StripeWorld, card: Card, wallet: str | None) -> Document:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": FIRST_YEAR + world.now() // SECONDS_PER_YEAR + YEARS_VALID,
        "fingerprint": card.fingerprint,
        "funding": "debit" if "_debit" in card.name else "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None if wallet is None else {wallet: {}, "dynamic_last4": card.number[-4:], "type": wallet},
    }


def card_of(method: Document) -> Card:
    """Return the test card of a payment method."""
    card = find_card(method["_card"])
    if card is None:
        raise LookupError(f"there is no test card {method['_card']}")
    return card


def find_or_create_payment_method(world: StripeWorld, id_: str, *, param: str | None) -> Document:
    """Return the payment method with that id; create one for a test name such as pm_card_visa, as Stripe does."""
    card = find_card(id_) if id_.startswith("pm_card_") else None
    if card is not None:
        return create_payment_method(world, card)
    method = world.documents.get("payment_method", id_)
    if method is None:
        raise no_such("payment_method", id_, param=param or "id", status=400 if param else 404)
    return method


def attach_to_customer(world: StripeWorld, method: Document, customer_id: str) -> None:
    """Attach a card to a customer; raise StripeRefusal 402 when the bank declines saving it."""
    refuse_consumed_method(method)
    if method["customer"] not in (None, customer_id):
        raise invalid_request("The payment method you provided has already been attached to a customer.")
    card = card_of(method)
    if card.decline is not None and not card.can_be_saved:
        decline = card.decline
        raise card_error(decline.message, code=decline.code, decline_code=decline.decline_code)
    if method["customer"] is None:
        method["customer"] = customer_id
        world.save_and_record(method, "payment_method.attached")


def detach_from_customer(world: StripeWorld, method: Document) -> None:
    """Detach a card, which can then never be used again."""
    method["customer"] = None
    method["_spent"] = True
    world.save_and_record(method, "payment_method.detached")


def refuse_consumed_method(method: Document) -> None:
    """Raise StripeRefusal when the card was detached, or used without being attached to a customer."""
    if method["_spent"] and method["customer"] is None:
        raise invalid_request(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a"
            " Customer, and may not be used again.",
            param="payment_method",
        )


def handle_attach_payment_method(call: StripeCall) -> Document:
    """POST /v1/payment_methods/{id}/attach."""
    if "customer" not in call.params:
        raise invalid_request("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = call.world.find("customer", call.params["customer"], param="customer", status=400)
    if "deleted" in customer:
        raise no_such("customer", customer["id"], param="customer", status=400)
    method = find_or_create_payment_method(call.world, call.ids[0], param=None)
    attach_to_customer(call.world, method, customer["id"])
    return method


def handle_detach_payment_method(call: StripeCall) -> Document:
    """POST /v1/payment_methods/{id}/detach."""
    method = call.world.find("payment_method", call.ids[0])
    if method["customer"] is None:
        raise invalid_request(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    detach_from_customer(call.world, method)
    return method


def handle_retrieve_payment_method(call: StripeCall) -> Document:
    """GET /v1/payment_methods/{id}."""
    return find_or_create_payment_method(call.world, call.ids[0], param=None)


def handle_list_payment_methods(call: StripeCall) -> Document:
    """GET /v1/payment_methods: those of the named customer, or those without a customer."""
    call.params.setdefault("customer", None)
    return list_page(call, call.world.documents.all_of("payment_method").values(), url="/v1/payment_methods")


ENDPOINTS = (
    define_endpoint("GET /v1/payment_methods", "payment_method_list", handle_list_payment_methods, "customer type"),
    define_endpoint("GET /v1/payment_methods/*", "payment_method_retrieve", handle_retrieve_payment_method),
    define_endpoint(
        "POST /v1/payment_methods/*/attach", "payment_method_attach", handle_attach_payment_method, "customer"
    ),
    define_endpoint("POST /v1/payment_methods/*/detach", "payment_method_detach", handle_detach_payment_method),
)
