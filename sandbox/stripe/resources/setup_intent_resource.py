"""Setup intents, which save a card for later payments; only Checkout sessions create them here."""

from sandbox.stripe.card_catalog import Card
from sandbox.stripe.documents import Document, new_id, without_private_fields
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.resources.payment_method_resource import attach_to_customer, create_payment_method
from sandbox.stripe.stripe_refusals import StripeRefusal
from sandbox.stripe.stripe_world import StripeWorld, new_object

INITIALLY_NULL_FIELDS = (
    "application automatic_payment_methods cancellation_reason customer_account excluded_payment_method_types"
    " flow_directions last_setup_error latest_attempt mandate next_action on_behalf_of payment_method"
    " payment_method_configuration_details single_use_mandate"
)


def create_setup_intent(
    world: StripeWorld, *, offered: list[str], customer: str | None, description: str | None, metadata: Document
) -> Document:
    """Insert and return a setup intent without a card."""
    common = new_object(world, "setup_intent", INITIALLY_NULL_FIELDS)
    intent: Document = {
        **common,
        "client_secret": f"{common['id']}_secret_{new_id('request')[4:]}",
        "customer": customer,
        "description": description,
        "livemode": False,
        "metadata": metadata,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": offered,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    world.save_and_record(intent, "setup_intent.created")
    return intent


def save_card_to_setup_intent(
    world: StripeWorld, intent: Document, card: Card, *, method: str, wallet: str | None
) -> None:
    """Save a card or another method, with the bank's approval given; raise StripeRefusal 402 when the bank declines."""
    saved = create_payment_method(world, card, type_=method, wallet=wallet)
    try:
        if intent["customer"] is not None:
            attach_to_customer(world, saved, intent["customer"])
    except StripeRefusal as refusal:
        refusal.error["payment_method"] = without_private_fields(saved)
        intent["last_setup_error"] = dict(refusal.error)
        world.save_and_record(intent, "setup_intent.setup_failed")
        refusal.error["setup_intent"] = without_private_fields(intent)
        raise
    saved["_saved"] = True
    world.save_and_record(saved)
    intent.update(status="succeeded", payment_method=saved["id"], last_setup_error=None)
    world.save_and_record(intent, "setup_intent.succeeded")


def cancel_setup_intent(world: StripeWorld, intent: Document) -> None:
    """Cancel a setup intent after its page has expired."""
    intent.update(status="canceled", cancellation_reason="abandoned")
    world.save_and_record(intent, "setup_intent.canceled")


ENDPOINTS = define_reading("/v1/setup_intents", "setup_intent", "created customer payment_method", param="intent")
