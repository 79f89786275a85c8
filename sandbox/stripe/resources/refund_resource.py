"""Refunds of captured charges."""

from sandbox.stripe.amounts import read_positive
from sandbox.stripe.card_catalog import RefundFate
from sandbox.stripe.documents import DUE_FIELD, Document
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources.balance_resource import post_balance_transaction
from sandbox.stripe.resources.charge_resource import card_of_charge, new_refund, unrefunded_amount
from sandbox.stripe.resources.dispute_resource import find_blocking_dispute
from sandbox.stripe.resources.list_pages import define_reading
from sandbox.stripe.stripe_refusals import bad_parameter, invalid_request
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint

BANK_ANSWER_DELAY_SECONDS = 60  # until the bank answers a pending refund


def handle_create_refund(call: StripeCall) -> Document:
    """POST /v1/refunds: refund the rest of a charge, or an amount of it."""
    world, params = call.world, call.params
    charge = _charge_of_call(call)
    requested = read_positive(params, "amount", charge["currency"])
    blocking = find_blocking_dispute(world, charge)
    if blocking is not None and not blocking["is_charge_refundable"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid_request(message, code="charge_disputed")
    left = unrefunded_amount(charge)
    if left <= 0:
        raise invalid_request(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = left if requested is None else requested
    if amount > left:
        raise invalid_request(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    refund = _new_refund(call, charge, amount)
    fate = card_of_charge(world, charge).refund
    if fate is not RefundFate.SUCCEEDS:
        refund[DUE_FIELD] = world.now() + BANK_ANSWER_DELAY_SECONDS
        refund["_fate"] = fate.value
    if fate is RefundFate.SUCCEEDS_LATER:
        refund.update(status="pending", pending_reason="processing")
    movement = post_balance_transaction(
        world, "refund", amount=-amount, currency=charge["currency"], source=refund["id"]
    )
    refund["balance_transaction"] = movement["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = unrefunded_amount(charge) == 0
    world.save_and_record(refund, "refund.created")
    world.save_and_record(charge, "charge.refunded")
    return refund


def _charge_of_call(call: StripeCall) -> Document:
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
            raise invalid_request(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        charge = world.find("charge", intent["latest_charge"])
    if not charge["captured"]:
        raise invalid_request(
            f"Charge {charge['id']} has not been captured; cancel its PaymentIntent instead.",
            code="charge_not_refundable",
        )
    return charge


def _new_refund(call: StripeCall, charge: Document, amount: int) -> Document:
    asked = {"metadata": merge_metadata({}, call.params), "reason": call.params.get("reason")}
    return {**new_refund(call.world, charge, amount), **asked}


def conclude_refund(world: StripeWorld, refund: Document) -> None:
    """Apply the bank's delayed answer to a refund: it succeeds or fails."""
    if refund["_fate"] == RefundFate.SUCCEEDS_LATER:
        refund["status"] = "succeeded"
        world.save_and_record(refund, "refund.updated")
        return
    movement = post_balance_transaction(
        world, "refund_failure", amount=refund["amount"], currency=refund["currency"], source=refund["id"]
    )
    refund.update(status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=movement["id"])
    charge = world.find("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    world.save_and_record(charge)
    world.save_and_record(refund, "refund.updated", "refund.failed")


ENDPOINTS = (
    define_endpoint(
        "POST /v1/refunds", "refund_create", handle_create_refund, "amount charge payment_intent reason metadata"
    ),
    *define_reading("/v1/refunds", "refund", "charge created payment_intent"),
)
