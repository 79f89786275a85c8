"""Payment intents from their creation to a hold: created, changed, confirmed, looked up."""

from __future__ import annotations

from sandbox.stripe.amounts import chargeable, known_currency
from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_parameter, unexpected_state
from sandbox.stripe.resources.authorizing import authorize, check_owner
from sandbox.stripe.resources.customers import living
from sandbox.stripe.resources.ending import asked_intent, forbidden
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.resources.payment_methods import find_or_mint
from sandbox.stripe.world import Call, endpoint

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
NULL_AT_FIRST = (
    "application application_fee_amount canceled_at cancellation_reason customer_account excluded_payment_method_types"
    " last_payment_error latest_charge next_action on_behalf_of payment_method payment_method_configuration_details"
    " processing review shipping source transfer_data _return_url"
)
ECHOED = (
    "automatic_payment_methods customer description receipt_email setup_future_usage statement_descriptor"
    " statement_descriptor_suffix transfer_group"
)
UPDATABLE = ("description", "receipt_email", "setup_future_usage", "transfer_group")


def create(call: Call) -> Document:
    """POST /v1/payment_intents, confirmed at once when asked; a declined one exists all the same."""
    params = call.params
    currency = known_currency(params)
    amount = chargeable(params["amount"], currency)
    _check_confirmation(params)
    if "customer" in params:
        living(call.world, params["customer"], param="customer", status=400)
    intent = {**_fresh(call, amount, currency), **_with_method(call, params.get("customer"))}
    call.world.changed(intent, "payment_intent.created")
    if params.get("confirm"):
        _confirm(call, intent)
    return intent


def _with_method(call: Call, customer: str | None) -> Document:
    """What changes about an intent by the `payment_method` parameter."""
    if "payment_method" not in call.params:
        return {}
    method = find_or_mint(call.world, call.params["payment_method"], param="payment_method")
    check_owner(customer, method)
    return {"payment_method": method["id"], "status": "requires_confirmation"}


def _check_confirmation(params: Document) -> None:
    if params.get("confirm"):
        if "payment_method" not in params:
            raise bad_parameter(
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the"
                " PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a"
                " payment method or ConfirmationToken.",
                param="payment_method",
                code="payment_intent_unexpected_state",
            )
        return
    for name in ("off_session", "return_url", "error_on_requires_action"):
        if name in params:
            raise bad_parameter(f"The parameter {name} can only be set when confirm is true.", param=name)


def _fresh(call: Call, amount: int, currency: str) -> Document:
    params = call.params
    id_ = new_id("payment_intent")
    return {
        **dict.fromkeys(NULL_AT_FIRST.split()),
        **{name: params.get(name) for name in ECHOED.split()},
        "id": id_,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{id_}_secret_{new_id('request')[4:]}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": call.world.now(),
        "currency": currency,
        "livemode": False,
        "metadata": merged({}, params),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "_off_session": False,
    }


def _confirm(call: Call, intent: Document) -> None:
    params = call.params
    intent["_off_session"] = bool(params.get("off_session", False))
    intent["_return_url"] = params.get("return_url", intent["_return_url"])
    method = find_or_mint(call.world, intent["payment_method"], param="payment_method")
    authorize(call.world, intent, method, call.base_url)


def confirm(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/confirm."""
    intent, params = asked_intent(call), call.params
    if intent["status"] not in CONFIRMABLE:
        if intent["status"] == "succeeded":
            raise unexpected_state(
                "You cannot confirm this PaymentIntent because it has already succeeded after being previously"
                " confirmed.",
                intent,
            )
        raise unexpected_state(forbidden(intent, "confirm", "confirmed", CONFIRMABLE), intent)
    changes = {**_words(params), **_with_method(call, intent["customer"])}
    if intent["payment_method"] is None and "payment_method" not in changes:
        raise unexpected_state("You cannot confirm this PaymentIntent because it's missing a payment method.", intent)
    intent.update(changes)
    _confirm(call, intent)
    return intent


def update(call: Call) -> Document:
    """POST /v1/payment_intents/{id}: words at any time, money only before confirmation."""
    intent, params = asked_intent(call), call.params
    money = {"amount", "currency", "customer", "payment_method", "setup_future_usage"} & params.keys()
    if money and intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise unexpected_state(
            f"This PaymentIntent's {min(money)} could not be updated because it has a status of {intent['status']}.",
            intent,
        )
    changes = _words(params)
    changes["metadata"] = merged(intent["metadata"], params)
    if "amount" in params:
        changes["amount"] = chargeable(params["amount"], intent["currency"])
    if "customer" in params:
        changes["customer"] = living(call.world, params["customer"], param="customer", status=400)["id"]
    changes.update(_with_method(call, changes.get("customer", intent["customer"])))
    intent.update(changes)  # all of them or, when one was refused above, none
    call.world.changed(intent)
    return intent


def _words(params: Document) -> Document:
    return {name: params[name] or None for name in UPDATABLE if name in params}


def retrieve(call: Call) -> Document:
    """GET /v1/payment_intents/{id}."""
    return asked_intent(call)


def list_all(call: Call) -> Document:
    """GET /v1/payment_intents."""
    return page_of(call, call.world.documents.of("payment_intent").values(), url="/v1/payment_intents")


CREATES = (
    "amount currency customer payment_method confirm capture_method off_session return_url metadata transfer_group"
    " description receipt_email setup_future_usage automatic_payment_methods allowed_payment_method_types"
    " confirmation_method statement_descriptor statement_descriptor_suffix"
)
UPDATES = "amount customer payment_method metadata transfer_group description receipt_email setup_future_usage"
CONFIRMS = "payment_method off_session return_url setup_future_usage receipt_email"
ENDPOINTS = (
    endpoint("POST /v1/payment_intents", "payment_intent_create", create, CREATES),
    endpoint("GET /v1/payment_intents", "payment_intent_list", list_all, "created customer"),
    endpoint("GET /v1/payment_intents/*", "payment_intent_retrieve", retrieve),
    endpoint("POST /v1/payment_intents/*", "payment_intent_update", update, UPDATES),
    endpoint("POST /v1/payment_intents/*/confirm", "payment_intent_confirm", confirm, CONFIRMS),
)
