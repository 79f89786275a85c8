"""Payment intents: the state machine of one payment, from creation to captured or canceled."""

from __future__ import annotations

from sandbox.stripe.amounts import chargeable, known_currency, positive
from sandbox.stripe.documents import DUE, Document, new_id
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_parameter, bad_request, unexpected_state
from sandbox.stripe.resources import charges
from sandbox.stripe.resources.authorizing import authorize
from sandbox.stripe.resources.customers import living
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.resources.payment_methods import find_or_mint
from sandbox.stripe.world import Call, World, endpoint

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
UPDATABLE = ("description", "receipt_email", "setup_future_usage", "transfer_group")


def create(call: Call) -> Document:
    """POST /v1/payment_intents, confirmed at once when asked; a declined one exists all the same."""
    params = call.params
    currency = known_currency(params)
    amount = chargeable(params["amount"], currency)
    _check_confirmation(params)
    if "customer" in params:
        living(call.world, params["customer"], param="customer", status=400)
    method = (
        find_or_mint(call.world, params["payment_method"], param="payment_method")
        if "payment_method" in params
        else None
    )
    intent = _fresh(call, amount, currency)
    if method is not None:
        intent.update(status="requires_confirmation", payment_method=method["id"])
    call.world.changed(intent, "payment_intent.created")
    if params.get("confirm"):
        _confirm(call, intent)
    return intent


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
        "id": id_,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": params.get("automatic_payment_methods"),
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{id_}_secret_{new_id('request')[4:]}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": call.world.now(),
        "currency": currency,
        "customer": params.get("customer"),
        "customer_account": None,
        "description": params.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": merged({}, params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": params.get("receipt_email"),
        "review": None,
        "setup_future_usage": params.get("setup_future_usage"),
        "shipping": None,
        "source": None,
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": params.get("transfer_group"),
        "_off_session": False,
        "_return_url": None,
    }


def _confirm(call: Call, intent: Document) -> None:
    params = call.params
    intent["_off_session"] = bool(params.get("off_session", False))
    intent["_return_url"] = params.get("return_url", intent["_return_url"])
    method = find_or_mint(call.world, intent["payment_method"], param="payment_method")
    authorize(call.world, intent, method, call.base_url)


def confirm(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/confirm."""
    intent, params = _intent(call), call.params
    if intent["status"] not in CONFIRMABLE:
        if intent["status"] == "succeeded":
            raise unexpected_state(
                "You cannot confirm this PaymentIntent because it has already succeeded after being previously"
                " confirmed.",
                intent,
            )
        raise unexpected_state(_forbidden(intent, "confirm", "confirmed", CONFIRMABLE), intent)
    if "payment_method" in params:
        method = find_or_mint(call.world, params["payment_method"], param="payment_method")
        intent["payment_method"] = method["id"]
    if intent["payment_method"] is None:
        raise unexpected_state("You cannot confirm this PaymentIntent because it's missing a payment method.", intent)
    _update_fields(intent, params)
    _confirm(call, intent)
    return intent


def update(call: Call) -> Document:
    """POST /v1/payment_intents/{id}: words at any time, money only before confirmation."""
    intent, params = _intent(call), call.params
    money = {"amount", "currency", "customer", "payment_method", "setup_future_usage"} & params.keys()
    if money and intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise unexpected_state(
            f"This PaymentIntent's {min(money)} could not be updated because it has a status of {intent['status']}.",
            intent,
        )
    if "amount" in params:
        intent["amount"] = chargeable(params["amount"], intent["currency"])
    if "customer" in params:
        intent["customer"] = living(call.world, params["customer"], param="customer", status=400)["id"]
    if "payment_method" in params:
        method = find_or_mint(call.world, params["payment_method"], param="payment_method")
        intent.update(payment_method=method["id"], status="requires_confirmation")
    intent["metadata"] = merged(intent["metadata"], params)
    _update_fields(intent, params)
    call.world.changed(intent)
    return intent


def _update_fields(intent: Document, params: Document) -> None:
    for name in UPDATABLE:
        if name in params:
            intent[name] = params[name] or None


def capture(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/capture: all of the hold or less, once; the rest is released."""
    intent, world = _intent(call), call.world
    asked = positive(call.params, "amount_to_capture")
    if intent["status"] == "succeeded":
        raise unexpected_state("This PaymentIntent could not be captured because it has already been captured.", intent)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a"
            " PaymentIntent with one of the following statuses may be captured: requires_capture.",
            intent,
        )
    amount = intent["amount_capturable"] if asked is None else asked
    if amount > intent["amount_capturable"]:
        raise bad_request(
            "The amount_to_capture is greater than the remaining amount authorized.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge = world.find("charge", intent["latest_charge"])
    charges.settle(world, charge, amount, charges.card_behind(world, charge), "charge.captured")
    intent.pop(DUE, None)
    intent["metadata"] = merged(intent["metadata"], call.params)
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    world.changed(intent, "payment_intent.succeeded")
    return intent


def cancel(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/cancel: a hold is released."""
    intent = _intent(call)
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(_forbidden(intent, "cancel", "canceled", CANCELABLE), intent)
    if intent["status"] == "requires_capture":
        charges.release(call.world, call.world.find("charge", intent["latest_charge"]))
    _end(call.world, intent, call.params.get("cancellation_reason"))
    return intent


def lapse(world: World, intent: Document) -> None:
    """A hold nobody captured in time: Stripe gives it back by itself."""
    if intent["status"] == "requires_capture":
        charges.release(world, world.find("charge", intent["latest_charge"]), "charge.expired")
        _end(world, intent, "automatic")


def _end(world: World, intent: Document, reason: str | None) -> None:
    intent.pop(DUE, None)
    intent.update(
        status="canceled",
        canceled_at=world.now(),
        cancellation_reason=reason,
        amount_capturable=0,
        next_action=None,
    )
    world.changed(intent, "payment_intent.canceled")


def _forbidden(intent: Document, verb: str, done: str, allowed: tuple[str, ...]) -> str:
    return (
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent with"
        f" one of the following statuses may be {done}: {', '.join(allowed)}."
    )


def _intent(call: Call) -> Document:
    return call.world.find("payment_intent", call.ids[0], param="intent")


def retrieve(call: Call) -> Document:
    """GET /v1/payment_intents/{id}."""
    return _intent(call)


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
    endpoint("POST /v1/payment_intents/*/capture", "payment_intent_capture", capture, "amount_to_capture metadata"),
    endpoint("POST /v1/payment_intents/*/cancel", "payment_intent_cancel", cancel, "cancellation_reason"),
)
