"""Checkout sessions that save a card: created, completed, canceled or expired."""

from sandbox.stripe.amounts import require_currency
from sandbox.stripe.card_catalog import Card
from sandbox.stripe.documents import DUE_FIELD, Document
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources import setup_intent_resource
from sandbox.stripe.resources.customer_resource import find_existing_customer
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.stripe_clock import SECONDS_PER_DAY
from sandbox.stripe.stripe_refusals import bad_parameter, invalid_request, not_supported
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object

MIN_SESSION_TTL_SECONDS = 30 * 60
MAX_SESSION_TTL_SECONDS = SECONDS_PER_DAY
ALWAYS_NULL_FIELDS = (  # fields of other modes and features, which are null in Stripe's answers
    "after_expiration allow_promotion_codes amount_subtotal amount_total billing_address_collection branding_settings"
    " client_secret collected_information consent consent_collection currency_conversion customer_account"
    " customer_creation customer_details discounts invoice invoice_creation origin_context payment_intent payment_link"
    " payment_method_configuration_details permissions recovered_from saved_payment_method_options"
    " shipping_address_collection shipping_cost submit_type subscription total_details wallet_options"
)
SETUP_DATA = frozenset({"metadata", "description"})


def handle_create_checkout_session(call: StripeCall) -> Document:
    """POST /v1/checkout/sessions with mode=setup."""
    params, world = call.params, call.world
    _check(params)
    expires_at = _expiry(params, world.now())
    currency = require_currency(params)
    customer = (
        find_existing_customer(world, params["customer"], param="customer", status=400)
        if "customer" in params
        else None
    )
    setup_data = params.get("setup_intent_data", {})
    metadata = merge_metadata({}, params)
    offered = _offered_methods(call)
    intent = setup_intent_resource.create_setup_intent(
        world,
        offered=offered,
        customer=customer["id"] if customer else None,
        description=setup_data.get("description"),
        metadata=merge_metadata({}, setup_data),
    )
    session = {**_new_session(call, currency, intent, expires_at), "metadata": metadata}
    world.save_and_record(session)
    return session


def _offered_methods(call: StripeCall) -> list[str]:
    """Return what the page offers: all that the dashboard switched on, or what the call allows of it."""
    switched_on = call.world.profile.payment_methods
    allowed = call.params.get("allowed_payment_method_types", switched_on)
    offered = [name for name in switched_on if name in allowed]
    if not offered:
        raise invalid_request(
            "No valid payment method types for this Checkout Session. Please ensure that you have activated payment"
            " methods compatible with your chosen currency in your dashboard"
            " (https://dashboard.stripe.com/settings/payment_methods)."
        )
    return offered


def _check(params: Document) -> None:
    if params.get("mode") is None:
        raise bad_parameter("Missing required param: mode.", param="mode", code="parameter_missing")
    if params["mode"] != "setup":
        raise not_supported(f"Checkout in mode={params['mode']}", param="mode")
    for name in ("currency", "success_url"):
        if name not in params:
            raise bad_parameter(f"Missing required param: {name}.", param=name, code="parameter_missing")
    for name in ("success_url", "cancel_url"):
        if name in params and "://" not in params[name]:
            raise bad_parameter("Not a valid URL", param=name, code="url_invalid")
    for name in params.get("setup_intent_data", {}):
        if name not in SETUP_DATA:
            raise not_supported(f"setup_intent_data[{name}]", param=f"setup_intent_data[{name}]")


def _expiry(params: Document, now: int) -> int:
    requested: int = params.get("expires_at", now + MAX_SESSION_TTL_SECONDS)
    # Allow one minute on both sides, because the caller's clock may differ.
    if not now + MIN_SESSION_TTL_SECONDS - 60 <= requested <= now + MAX_SESSION_TTL_SECONDS + 60:
        raise bad_parameter(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return requested


def _new_session(call: StripeCall, currency: str, intent: Document, expires_at: int) -> Document:
    params = call.params
    common = new_object(call.world, "checkout.session", ALWAYS_NULL_FIELDS)
    return {
        **common,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "currency": currency,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": intent["customer"],
        "customer_email": params.get("customer_email"),
        "expires_at": expires_at,
        "livemode": False,
        "locale": params.get("locale"),
        "mode": "setup",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": intent["payment_method_types"],
        "payment_status": "no_payment_required",
        "setup_intent": intent["id"],
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{call.base_url}/pay/checkout/{common['id']}",
        DUE_FIELD: expires_at,
    }


def complete_session(
    world: StripeWorld,
    session: Document,
    card: Card,
    *,
    method: str = "card",
    wallet: str | None = None,
    email: str | None = None,
) -> None:
    """Save the card the person entered, perhaps from a wallet, or another method that the page offers.

    An email that they typed is kept on the session, and on the customer unless it has one.
    Raise StripeRefusal 402 when the bank declines, and leave the session open.
    """
    _require_open(session, "completed")
    if method not in session["payment_method_types"]:
        raise invalid_request(f"The page does not offer {method}. (This refusal is the sandbox's own.)")
    intent = world.find("setup_intent", session["setup_intent"])
    setup_intent_resource.save_card_to_setup_intent(world, intent, card, method=method, wallet=wallet)
    session.pop(DUE_FIELD, None)
    session.update(status="complete", url=None, customer_details=_customer_details(world, session, email))
    world.save_and_record(session, "checkout.session.completed")


def _customer_details(world: StripeWorld, session: Document, email: str | None) -> Document | None:
    if session["customer"] is None:
        return None
    customer = world.find("customer", session["customer"])
    if email and customer["email"] is None:
        customer["email"] = email
        world.save_and_record(customer, "customer.updated")
    names = ("address", "business_name", "individual_name", "name", "phone", "tax_ids")
    return {**dict.fromkeys(names), "email": customer["email"], "tax_exempt": "none"}


def handle_expire_session(call: StripeCall) -> Document:
    """POST /v1/checkout/sessions/{id}/expire."""
    session = call.world.find("checkout.session", call.ids[0], param="session")
    _require_open(session, "expired")
    close_expired_session(call.world, session)
    return session


def close_expired_session(world: StripeWorld, session: Document) -> None:
    """Close the session and cancel its setup intent."""
    session.pop(DUE_FIELD, None)
    session.update(status="expired", url=None)
    world.save_and_record(session, "checkout.session.expired")
    setup_intent_resource.cancel_setup_intent(world, world.find("setup_intent", session["setup_intent"]))


def success_url_of(session: Document) -> str:
    """Return the success URL, with the session's id in place of {CHECKOUT_SESSION_ID}."""
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _require_open(session: Document, done: str) -> None:
    if session["status"] != "open":
        raise invalid_request(
            f'Only Checkout Sessions with a status in ["open"] can be {done}. This Checkout Session has a status of'
            f" `{session['status']}`."
        )


CREATE_PARAMETERS = (
    "mode currency customer customer_email success_url cancel_url client_reference_id metadata setup_intent_data"
    " expires_at locale ui_mode allowed_payment_method_types wallet_options"
)
ENDPOINTS = (
    define_endpoint(
        "POST /v1/checkout/sessions", "checkout.session_create", handle_create_checkout_session, CREATE_PARAMETERS
    ),
    *define_reading("/v1/checkout/sessions", "checkout.session", "created customer status", param="session"),
    define_endpoint("POST /v1/checkout/sessions/*/expire", "checkout.session_expire", handle_expire_session),
)
