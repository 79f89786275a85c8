"""Charges: the bank's answer to one payment attempt, with capture, release and decline."""

from sandbox.stripe.card_catalog import RISK_SCORES, Card, Decline, Risk
from sandbox.stripe.documents import Document
from sandbox.stripe.resources.balance_resource import SETTLING_SECONDS, card_fee, post_balance_transaction
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.resources.payment_method_resource import card_of
from sandbox.stripe.stripe_clock import SECONDS_PER_DAY, SECONDS_PER_HOUR
from sandbox.stripe.stripe_world import StripeWorld, new_object

INITIALLY_NULL_FIELDS = (
    "application application_fee application_fee_amount balance_transaction failure_balance_transaction on_behalf_of"
    " receipt_number receipt_url review shipping source_transfer statement_descriptor statement_descriptor_suffix"
    " transfer_data"
)
REFUND_NULL_FIELDS = "balance_transaction receipt_number source_transfer_reversal transfer_reversal"
# How long a hold lasts: docs.stripe.com/payments/place-a-hold-on-a-payment-method
HOLD_TTL_SECONDS = 7 * SECONDS_PER_DAY
MERCHANT_HOLD_TTL_SECONDS = 4 * SECONDS_PER_DAY + 18 * SECONDS_PER_HOUR  # Visa, when the customer was absent


def create_charge(world: StripeWorld, intent: Document, method: Document, decline: Decline | None) -> Document:
    """Insert and return a charge for an intent: a hold without a decline, a failed charge with one."""
    charge: Document = {
        **new_object(world, "charge", INITIALLY_NULL_FIELDS),
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(card_of(method), decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _card_details(world, intent, method, decline), "type": "card"},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "failed" if decline else "succeeded",
        "transfer_group": intent["transfer_group"],
    }
    world.save_and_record(charge, "charge.failed" if decline else "charge.succeeded")
    return charge


def _outcome(card: Card, decline: Decline | None) -> Document:
    risk: Document = {"risk_level": card.risk, "risk_score": RISK_SCORES[card.risk]}
    if decline is not None and card.risk is Risk.HIGHEST:
        return {
            **dict.fromkeys(("advice_code", "network_advice_code", "network_decline_code")),
            **risk,
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return {
        **risk,
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": "01" if decline else None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": (decline.decline_code or decline.code) if decline else None,
        "seller_message": "The bank did not return any further details." if decline else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def _card_details(world: StripeWorld, intent: Document, method: Document, decline: Decline | None) -> Document:
    card = method["card"]
    details: Document = {
        "amount_authorized": None if decline else intent["amount"],
        "authorization_code": None if decline else "123456",
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "last4": card["last4"],
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "three_d_secure": None,
        "wallet": None,
    }
    if decline is None and intent["capture_method"] == "manual":
        lasts = MERCHANT_HOLD_TTL_SECONDS if intent["_off_session"] and card["brand"] == "visa" else HOLD_TTL_SECONDS
        details["capture_before"] = world.now() + lasts
    return details


def settle_charge(world: StripeWorld, charge: Document, amount: int, card: Card, *event_types: str) -> None:
    """Capture `amount` minor units of a charge and credit them, less Stripe's fee, to the platform's balance.

    Of a hold that is captured in part Stripe makes two balance transactions: one of all that was held, and one that
    takes back what was not captured, whose source is a refund nobody asked for
    (docs.stripe.com/reports/reporting-categories).
    """
    available_on = world.now() + (0 if card.settles_at_once else SETTLING_SECONDS)
    movement = post_balance_transaction(
        world,
        "charge",
        amount=charge["amount"],
        currency=charge["currency"],
        source=charge["id"],
        fee=_fee_for(world, charge["amount"]),
        available_on=available_on,
    )
    charge.update(captured=True, amount_captured=amount, balance_transaction=movement["id"])
    if amount < charge["amount"]:
        _refund_remainder(world, charge, available_on)
    world.save_and_record(charge, *event_types)


def _fee_for(world: StripeWorld, amount: int) -> int:
    return card_fee(amount) if world.profile.takes_card_fees else 0


def _refund_remainder(world: StripeWorld, charge: Document, available_on: int) -> None:
    """Take back what was held and not captured, with Stripe's fee for it."""
    amount = charge["amount"] - charge["amount_captured"]
    refund = new_refund(world, charge, amount)
    movement = post_balance_transaction(
        world,
        "refund",
        amount=-amount,
        currency=charge["currency"],
        source=refund["id"],
        fee=_fee_for(world, charge["amount_captured"]) - _fee_for(world, charge["amount"]),
        available_on=available_on,
        category="partial_capture_reversal",
    )
    refund["balance_transaction"] = movement["id"]
    charge["amount_refunded"] = amount
    world.save_and_record(refund, "refund.created")


def new_refund(world: StripeWorld, charge: Document, amount: int) -> Document:
    """Return a refund of this charge, which is not saved and has moved nothing yet."""
    return {
        **new_object(world, "refund", REFUND_NULL_FIELDS),
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": None,
        "status": "succeeded",
    }


def unrefunded_amount(charge: Document) -> int:
    """Return the minor units of a captured charge that are still ours; what was not captured counts as refunded."""
    return int(charge["amount"] - charge["amount_refunded"])


def release_charge(world: StripeWorld, charge: Document, *event_types: str) -> None:
    """Release a hold; the balance does not change, because nothing was captured."""
    charge.update(refunded=True, amount_refunded=charge["amount"])
    world.save_and_record(charge, *event_types)


def card_of_charge(world: StripeWorld, charge: Document) -> Card:
    """Return the test card of a charge."""
    return card_of(world.find("payment_method", charge["payment_method"]))


ENDPOINTS = define_reading("/v1/charges", "charge", "created customer payment_intent transfer_group")
