"""How payment intents end: captured, canceled, or lapsed."""

from __future__ import annotations

from sandbox.stripe.amounts import positive
from sandbox.stripe.documents import DUE, Document
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_request, unexpected_state
from sandbox.stripe.resources import charges
from sandbox.stripe.world import Call, World, endpoint

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")


def capture(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/capture: all of the hold or less, once; the rest is released."""
    intent, world = asked_intent(call), call.world
    asked = positive(call.params, "amount_to_capture")
    metadata = merged(intent["metadata"], call.params)
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
    intent.update(status="succeeded", metadata=metadata, amount_received=amount, amount_capturable=0)
    world.changed(intent, "payment_intent.succeeded")
    return intent


def cancel(call: Call) -> Document:
    """POST /v1/payment_intents/{id}/cancel: a hold is released."""
    intent = asked_intent(call)
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(forbidden(intent, "cancel", "canceled", CANCELABLE), intent)
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


def forbidden(intent: Document, verb: str, done: str, allowed: tuple[str, ...]) -> str:
    """Stripe's sentence for a step the intent's status does not allow."""
    return (
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent with"
        f" one of the following statuses may be {done}: {', '.join(allowed)}."
    )


def asked_intent(call: Call) -> Document:
    """The intent named in the path."""
    return call.world.find("payment_intent", call.ids[0], param="intent")


ENDPOINTS = (
    endpoint("POST /v1/payment_intents/*/capture", "payment_intent_capture", capture, "amount_to_capture metadata"),
    endpoint("POST /v1/payment_intents/*/cancel", "payment_intent_cancel", cancel, "cancellation_reason"),
)
