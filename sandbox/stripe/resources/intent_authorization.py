"""Authorization of a payment intent with a card: held, captured, declined, or waiting for the cardholder's approval."""

from sandbox.stripe.card_catalog import AUTHENTICATION_REQUIRED, Approval, Card, Decline
from sandbox.stripe.documents import DUE_FIELD, Document, without_private_fields
from sandbox.stripe.resources import charge_resource
from sandbox.stripe.resources.payment_method_resource import attach_to_customer, card_of, refuse_consumed_method
from sandbox.stripe.stripe_refusals import StripeRefusal, card_error, invalid_request
from sandbox.stripe.stripe_world import StripeWorld


def authorize_intent(world: StripeWorld, intent: Document, method: Document, base_url: str) -> None:
    """Confirm an intent with a card, or ask for the cardholder's approval first.

    Raises StripeRefusal 402 when the bank declines; the intent can then be confirmed with another card.
    """
    require_usable_by(intent["customer"], method)
    card = card_of(method)
    if _requires_approval(card, method):
        if intent["_off_session"]:
            raise _refuse_intent(world, intent, method, AUTHENTICATION_REQUIRED)
        _request_approval(world, intent, method, base_url)
        return
    _conclude_authorization(world, intent, method, card)


def conclude_bank_approval(world: StripeWorld, intent: Document, *, ok: bool) -> None:
    """Apply the cardholder's answer to the bank; raise StripeRefusal unless the intent is in requires_action."""
    if intent["status"] != "requires_action":
        raise invalid_request(f"The payment intent is {intent['status']}; its bank waits for no approval.")
    method = world.find("payment_method", intent["payment_method"])
    intent["next_action"] = None
    try:
        if not ok:
            raise _refuse_intent(world, intent, method, NOT_APPROVED)
        _conclude_authorization(world, intent, method, card_of(method))
    except StripeRefusal as refused:  # a decline is recorded on the intent and does not fail this call
        if refused.status != 402:
            raise


NOT_APPROVED = Decline(
    code="payment_intent_authentication_failure",
    decline_code=None,
    message=(
        "We are unable to authenticate your payment method. Please choose a different payment method and try again."
    ),
)


def require_usable_by(customer: str | None, method: Document) -> None:
    """Raise StripeRefusal when the card was consumed or belongs to another customer."""
    refuse_consumed_method(method)
    if method["customer"] is not None and method["customer"] != customer:
        raise invalid_request(
            f"The provided PaymentMethod ({method['id']}) belongs to the Customer {method['customer']}. Please include"
            " the Customer in the `customer` parameter on the PaymentIntent.",
            param="payment_method",
        )


def _requires_approval(card: Card, method: Document) -> bool:
    return card.approval is Approval.ALWAYS or (card.approval is Approval.UNLESS_SAVED and not method["_saved"])


def _request_approval(world: StripeWorld, intent: Document, method: Document, base_url: str) -> None:
    url = f"{base_url}/pay/approve/{intent['id']}"
    if intent["_return_url"]:
        action: Document = {
            "redirect_to_url": {"return_url": intent["_return_url"], "url": url},
            "type": "redirect_to_url",
        }
    else:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": url, "type": "three_d_secure_redirect"}}
    intent.update(status="requires_action", next_action=action, payment_method=method["id"], last_payment_error=None)
    world.save_and_record(intent, "payment_intent.requires_action")


def _conclude_authorization(world: StripeWorld, intent: Document, method: Document, card: Card) -> None:
    if card.decline is not None:
        raise _refuse_intent(world, intent, method, card.decline)
    _save_or_consume(world, intent, method)
    charge = charge_resource.create_charge(world, intent, method, None)
    intent.update(payment_method=method["id"], latest_charge=charge["id"], last_payment_error=None, next_action=None)
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        intent[DUE_FIELD] = charge["payment_method_details"]["card"]["capture_before"]
        world.save_and_record(intent, "payment_intent.amount_capturable_updated")
    else:
        charge_resource.settle_charge(world, charge, intent["amount"], card)
        intent.update(status="succeeded", amount_received=intent["amount"])
        world.save_and_record(intent, "payment_intent.succeeded")


def _save_or_consume(world: StripeWorld, intent: Document, method: Document) -> None:
    if intent["setup_future_usage"] and intent["customer"]:
        method["_saved"] = True
        attach_to_customer(world, method, intent["customer"])
    elif method["customer"] is None:
        method["_spent"] = True
        world.save_and_record(method)


def _refuse_intent(world: StripeWorld, intent: Document, method: Document, decline: Decline) -> StripeRefusal:
    inside: Document = {"payment_method": without_private_fields(method)}
    if decline is not NOT_APPROVED:
        charge = charge_resource.create_charge(world, intent, method, decline)
        intent["latest_charge"] = charge["id"]
        inside["charge"] = charge["id"]
    refusal = card_error(decline.message, code=decline.code, decline_code=decline.decline_code, **inside)
    intent.update(
        status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=dict(refusal.error)
    )
    world.save_and_record(intent, "payment_intent.payment_failed")
    refusal.error["payment_intent"] = without_private_fields(intent)
    return refusal
