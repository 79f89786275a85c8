"""Payment intents up to the hold: created, updated, confirmed and read."""

from sandbox.stripe.amounts import require_chargeable, require_currency
from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.platform_profile import require_charges
from sandbox.stripe.resources.customer_resource import find_existing_customer
from sandbox.stripe.resources.intent_authorization import authorize_intent, require_usable_by
from sandbox.stripe.resources.intent_endings import intent_of_call, refuse_step
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.resources.payment_method_resource import find_or_create_payment_method
from sandbox.stripe.stripe_refusals import bad_parameter, unexpected_state
from sandbox.stripe.stripe_world import StripeCall, define_endpoint, new_object

CONFIRMABLE_STATUSES = ("requires_payment_method", "requires_confirmation", "requires_action")
INITIALLY_NULL_FIELDS = (
    "application application_fee_amount canceled_at cancellation_reason customer_account excluded_payment_method_types"
    " last_payment_error latest_charge next_action on_behalf_of payment_method payment_method_configuration_details"
    " processing review shipping source transfer_data _return_url"
)
ECHOED_PARAMETERS = (
    "automatic_payment_methods customer description receipt_email setup_future_usage statement_descriptor"
    " statement_descriptor_suffix transfer_group"
)
UPDATABLE_FIELDS = ("description", "receipt_email", "setup_future_usage", "transfer_group")


def handle_create_payment_intent(call: StripeCall) -> Document:
    """POST /v1/payment_intents, confirmed at once with confirm=true; a declined intent is stored too."""
    params = call.params
    require_charges(call.world.profile)
    currency = require_currency(params)
    amount = require_chargeable(params["amount"], currency)
    _check_confirmation(params)
    if "@" not in params.get("receipt_email", "@"):
        message = f"Invalid email address: {params['receipt_email']}"
        raise bad_parameter(message, param="receipt_email", code="email_invalid")
    if "customer" in params:
        find_existing_customer(call.world, params["customer"], param="customer", status=400)
    intent = {**_new_intent(call, amount, currency), **_method_changes(call, params.get("customer"))}
    call.world.save_and_record(intent, "payment_intent.created")
    if params.get("confirm"):
        _confirm(call, intent)
    return intent


def _method_changes(call: StripeCall, customer: str | None) -> Document:
    """Return the fields of an intent that the `payment_method` parameter changes."""
    if "payment_method" not in call.params:
        return {}
    method = find_or_create_payment_method(call.world, call.params["payment_method"], param="payment_method")
    require_usable_by(customer, method)
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


def _new_intent(call: StripeCall, amount: int, currency: str) -> Document:
    params = call.params
    common = new_object(call.world, "payment_intent", INITIALLY_NULL_FIELDS)
    return {
        **common,
        **{name: params.get(name) for name in ECHOED_PARAMETERS.split()},
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": params.get("capture_method", "automatic_async"),
        "client_secret": f"{common['id']}_secret_{new_id('request')[4:]}",
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "currency": currency,
        "livemode": False,
        "metadata": merge_metadata({}, params),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "_off_session": False,
    }


def _confirm(call: StripeCall, intent: Document) -> None:
    params = call.params
    intent["_off_session"] = bool(params.get("off_session", False))
    intent["_return_url"] = params.get("return_url", intent["_return_url"])
    method = find_or_create_payment_method(call.world, intent["payment_method"], param="payment_method")
    authorize_intent(call.world, intent, method, call.base_url)


def handle_confirm_intent(call: StripeCall) -> Document:
    """POST /v1/payment_intents/{id}/confirm."""
    intent, params = intent_of_call(call), call.params
    if intent["status"] not in CONFIRMABLE_STATUSES:
        if intent["status"] == "succeeded":
            raise unexpected_state(
                "You cannot confirm this PaymentIntent because it has already succeeded after being previously"
                " confirmed.",
                intent,
            )
        raise unexpected_state(refuse_step(intent, "confirm", "confirmed", CONFIRMABLE_STATUSES), intent)
    changes = {**_text_changes(params), **_method_changes(call, intent["customer"])}
    if intent["payment_method"] is None and "payment_method" not in changes:
        raise unexpected_state("You cannot confirm this PaymentIntent because it's missing a payment method.", intent)
    intent.update(changes)
    _confirm(call, intent)
    return intent


def handle_update_payment_intent(call: StripeCall) -> Document:
    """POST /v1/payment_intents/{id}: change texts at any time, payment fields only before confirmation."""
    intent, params = intent_of_call(call), call.params
    money = {"amount", "currency", "customer", "payment_method", "setup_future_usage"} & params.keys()
    if money and intent["status"] not in ("requires_payment_method", "requires_confirmation"):
        raise unexpected_state(
            f"This PaymentIntent's {min(money)} could not be updated because it has a status of {intent['status']}.",
            intent,
        )
    changes = _text_changes(params)
    changes["metadata"] = merge_metadata(intent["metadata"], params)
    if "amount" in params:
        changes["amount"] = require_chargeable(params["amount"], intent["currency"])
    if "customer" in params:
        changes["customer"] = find_existing_customer(call.world, params["customer"], param="customer", status=400)["id"]
    changes.update(_method_changes(call, changes.get("customer", intent["customer"])))
    intent.update(changes)  # only now, so that a refusal above changes nothing
    call.world.save_and_record(intent)
    return intent


def _text_changes(params: Document) -> Document:
    return {name: params[name] or None for name in UPDATABLE_FIELDS if name in params}


CREATE_PARAMETERS = (
    "amount currency customer payment_method confirm capture_method off_session return_url metadata transfer_group"
    " description receipt_email setup_future_usage automatic_payment_methods allowed_payment_method_types"
    " confirmation_method statement_descriptor statement_descriptor_suffix"
)
UPDATE_PARAMETERS = (
    "amount customer payment_method metadata transfer_group description receipt_email setup_future_usage"
)
CONFIRM_PARAMETERS = "payment_method off_session return_url setup_future_usage receipt_email"
ENDPOINTS = (
    define_endpoint(
        "POST /v1/payment_intents", "payment_intent_create", handle_create_payment_intent, CREATE_PARAMETERS
    ),
    *define_reading("/v1/payment_intents", "payment_intent", "created customer", param="intent"),
    define_endpoint(
        "POST /v1/payment_intents/*", "payment_intent_update", handle_update_payment_intent, UPDATE_PARAMETERS
    ),
    define_endpoint(
        "POST /v1/payment_intents/*/confirm", "payment_intent_confirm", handle_confirm_intent, CONFIRM_PARAMETERS
    ),
)
