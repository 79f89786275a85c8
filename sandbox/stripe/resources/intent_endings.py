"""The ends of a payment intent: captured, canceled or expired."""

from sandbox.stripe.amounts import read_positive
from sandbox.stripe.documents import DUE_FIELD, Document
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources import charge_resource
from sandbox.stripe.stripe_refusals import invalid_request, unexpected_state
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")


def handle_capture_intent(call: StripeCall) -> Document:
    """POST /v1/payment_intents/{id}/capture: capture all or part of a hold once and release the rest."""
    intent, world = intent_of_call(call), call.world
    requested = read_positive(call.params, "amount_to_capture", intent["currency"])
    metadata = merge_metadata(intent["metadata"], call.params)
    if intent["status"] == "succeeded":
        raise unexpected_state("This PaymentIntent could not be captured because it has already been captured.", intent)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}. Only a"
            " PaymentIntent with one of the following statuses may be captured: requires_capture.",
            intent,
        )
    amount = intent["amount_capturable"] if requested is None else requested
    if amount > intent["amount_capturable"]:
        raise invalid_request(
            "The amount_to_capture is greater than the remaining amount authorized.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge = world.find("charge", intent["latest_charge"])
    charge_resource.settle_charge(
        world, charge, amount, charge_resource.card_of_charge(world, charge), "charge.captured"
    )
    intent.pop(DUE_FIELD, None)
    intent.update(status="succeeded", metadata=metadata, amount_received=amount, amount_capturable=0)
    world.save_and_record(intent, "payment_intent.succeeded")
    return intent


def handle_cancel_intent(call: StripeCall) -> Document:
    """POST /v1/payment_intents/{id}/cancel: cancel the intent and release its hold."""
    intent = intent_of_call(call)
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(refuse_step(intent, "cancel", "canceled", CANCELABLE), intent)
    if intent["status"] == "requires_capture":
        charge_resource.release_charge(call.world, call.world.find("charge", intent["latest_charge"]))
    _end_intent(call.world, intent, call.params.get("cancellation_reason"))
    return intent


def release_expired_hold(world: StripeWorld, intent: Document) -> None:
    """Release a hold that was not captured in time and cancel its intent, as Stripe does."""
    if intent["status"] == "requires_capture":
        charge_resource.release_charge(world, world.find("charge", intent["latest_charge"]), "charge.expired")
        _end_intent(world, intent, "automatic")


def _end_intent(world: StripeWorld, intent: Document, reason: str | None) -> None:
    intent.pop(DUE_FIELD, None)
    intent.update(
        status="canceled", canceled_at=world.now(), cancellation_reason=reason, amount_capturable=0, next_action=None
    )
    world.save_and_record(intent, "payment_intent.canceled")


def refuse_step(intent: Document, verb: str, done: str, allowed: tuple[str, ...]) -> str:
    """Return Stripe's message for an action that the intent's status does not allow."""
    return (
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent with"
        f" one of the following statuses may be {done}: {', '.join(allowed)}."
    )


def intent_of_call(call: StripeCall) -> Document:
    """Return the payment intent named in the path."""
    return call.world.find("payment_intent", call.ids[0], param="intent")


ENDPOINTS = (
    define_endpoint(
        "POST /v1/payment_intents/*/capture",
        "payment_intent_capture",
        handle_capture_intent,
        "amount_to_capture metadata",
    ),
    define_endpoint(
        "POST /v1/payment_intents/*/cancel", "payment_intent_cancel", handle_cancel_intent, "cancellation_reason"
    ),
)
