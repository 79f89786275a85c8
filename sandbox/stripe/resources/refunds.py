"""Refunds: captured money sent back to a card."""

from __future__ import annotations

from sandbox.stripe.amounts import positive
from sandbox.stripe.cards import RefundFate
from sandbox.stripe.documents import DUE, Document, new_id
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_parameter, bad_request
from sandbox.stripe.resources.balances import post
from sandbox.stripe.resources.charges import card_behind
from sandbox.stripe.resources.disputes import standing
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, World, endpoint

BANKS_TAKE = 60  # seconds until a bank that answers later has answered


def create(call: Call) -> Document:
    """POST /v1/refunds: all that is left of a charge, or an amount of it."""
    world, params = call.world, call.params
    asked = positive(params, "amount")
    charge = _charge(call)
    if standing(world, charge) is not None:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise bad_request(message, code="charge_disputed")
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise bad_request(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if asked is None else asked
    if amount > left:
        raise bad_request(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    refund = _fresh(call, charge, amount)
    fate = card_behind(world, charge).refund
    if fate is not RefundFate.SUCCEEDS:
        refund[DUE] = world.now() + BANKS_TAKE
        refund["_fate"] = fate.value
    if fate is RefundFate.SUCCEEDS_LATER:
        refund.update(status="pending", pending_reason="processing")
    movement = post(world, "refund", amount=-amount, currency=charge["currency"], source=refund["id"])
    refund["balance_transaction"] = movement["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    world.changed(refund, "refund.created")
    world.changed(charge, "charge.refunded")
    return refund


def _charge(call: Call) -> Document:
    world, params = call.world, call.params
    if ("charge" in params) == ("payment_intent" in params):
        raise bad_parameter(
            "One of the following params should be provided for this request: payment_intent or charge.",
            param="payment_intent",
            code="parameter_missing",
        )
    if "charge" in params:
        charge = world.find("charge", params["charge"], param="charge", status=400)
    else:
        intent = world.find("payment_intent", params["payment_intent"], param="payment_intent", status=400)
        if intent["status"] != "succeeded":
            raise bad_request(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        charge = world.find("charge", intent["latest_charge"])
    if not charge["captured"]:
        raise bad_request(
            f"Charge {charge['id']} has not been captured; cancel its PaymentIntent instead.",
            code="charge_not_refundable",
        )
    return charge


def _fresh(call: Call, charge: Document, amount: int) -> Document:
    return {
        "id": new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.world.now(),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": merged({}, call.params),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": call.params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def hear_from_bank(world: World, refund: Document) -> None:
    """The bank's late answer: paid out after all, or sent back."""
    if refund["_fate"] == RefundFate.SUCCEEDS_LATER:
        refund["status"] = "succeeded"
        world.changed(refund, "refund.updated")
        return
    movement = post(world, "refund_failure", amount=refund["amount"], currency=refund["currency"], source=refund["id"])
    refund.update(status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=movement["id"])
    charge = world.find("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    world.changed(charge)
    world.changed(refund, "refund.updated", "refund.failed")


def retrieve(call: Call) -> Document:
    """GET /v1/refunds/{id}."""
    return call.world.find("refund", call.ids[0])


def list_all(call: Call) -> Document:
    """GET /v1/refunds."""
    return page_of(call, call.world.documents.of("refund").values(), url="/v1/refunds")


ENDPOINTS = (
    endpoint("POST /v1/refunds", "refund_create", create, "amount charge payment_intent reason metadata"),
    endpoint("GET /v1/refunds", "refund_list", list_all, "charge created payment_intent"),
    endpoint("GET /v1/refunds/*", "refund_retrieve", retrieve),
)
