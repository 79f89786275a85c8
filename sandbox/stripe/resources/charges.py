"""Charges: what a bank said to one attempt at a payment, held, captured, lapsed or refused."""

from __future__ import annotations

from sandbox.stripe.cards import Card, Decline
from sandbox.stripe.clock import DAY, HOUR
from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.resources.balances import SETTLING_TIME, card_fee, post
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.resources.payment_methods import card_of
from sandbox.stripe.world import Call, World, endpoint

NULL_AT_FIRST = (
    "application application_fee application_fee_amount balance_transaction failure_balance_transaction on_behalf_of"
    " receipt_number receipt_url review shipping source_transfer statement_descriptor statement_descriptor_suffix"
    " transfer_data"
)
HOLD_LASTS = 7 * DAY  # a hold made with the customer present: docs.stripe.com/payments/place-a-hold-on-a-payment-method
MERCHANT_HOLD_LASTS = 4 * DAY + 18 * HOUR  # Visa, customer absent


def open_charge(world: World, intent: Document, method: Document, decline: Decline | None) -> Document:
    """A new charge for an intent: held when there is no decline, failed otherwise."""
    charge: Document = {
        **dict.fromkeys(NULL_AT_FIRST.split()),
        "id": new_id("charge"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": world.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": _outcome(decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": _card_details(world, intent, method, decline), "type": "card"},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "failed" if decline else "succeeded",
        "transfer_group": intent["transfer_group"],
    }
    world.changed(charge, "charge.failed" if decline else "charge.succeeded")
    return charge


def _outcome(decline: Decline | None) -> Document:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": "01" if decline else None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": (decline.decline_code or decline.code) if decline else None,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details." if decline else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def _card_details(world: World, intent: Document, method: Document, decline: Decline | None) -> Document:
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
        lasts = MERCHANT_HOLD_LASTS if intent["_off_session"] and card["brand"] == "visa" else HOLD_LASTS
        details["capture_before"] = world.now() + lasts
    return details


def settle(world: World, charge: Document, amount: int, card: Card, *event_types: str) -> None:
    """Take `amount` minor units of a charge: its net of Stripe's fee goes to the platform's balance."""
    available_on = world.now() + (0 if card.settles_at_once else SETTLING_TIME)
    movement = post(
        world,
        "charge",
        amount=amount,
        currency=charge["currency"],
        source=charge["id"],
        fee=card_fee(amount),
        available_on=available_on,
    )
    charge.update(captured=True, amount_captured=amount, balance_transaction=movement["id"])
    world.changed(charge, *event_types)


def release(world: World, charge: Document, *event_types: str) -> None:
    """Give a hold back: nothing was taken, nothing moves on the balance."""
    charge.update(refunded=True, amount_refunded=charge["amount"])
    world.changed(charge, *event_types)


def card_behind(world: World, charge: Document) -> Card:
    """The test card a charge was made with."""
    return card_of(world.find("payment_method", charge["payment_method"]))


def retrieve(call: Call) -> Document:
    """GET /v1/charges/{id}."""
    return call.world.find("charge", call.ids[0])


def list_all(call: Call) -> Document:
    """GET /v1/charges."""
    return page_of(call, call.world.documents.of("charge").values(), url="/v1/charges")


ENDPOINTS = (
    endpoint("GET /v1/charges", "charge_list", list_all, "created customer payment_intent transfer_group"),
    endpoint("GET /v1/charges/*", "charge_retrieve", retrieve),
)
