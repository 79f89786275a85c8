"""Disputes: a customer's bank takes a captured payment back until it has decided; a lever opens and closes them."""

from __future__ import annotations

from sandbox.stripe.clock import DAY
from sandbox.stripe.documents import Document, new_id, visible
from sandbox.stripe.refusals import bad_request
from sandbox.stripe.resources.balances import post
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, World, endpoint

FEE = 1_500  # what Stripe keeps of a dispute, in minor units
TO_ANSWER = 9 * DAY
OUTCOMES = ("won", "lost")


def open_dispute(world: World, charge: Document, reason: str) -> Document:
    """The bank takes all that was paid, and Stripe its fee."""
    amount = charge["amount_captured"] - charge["amount_refunded"]
    if amount <= 0 or standing(world, charge) is not None:
        raise bad_request(f"Charge {charge['id']} can't be disputed now.")
    dispute: Document = {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": world.now() + TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    _move(world, dispute, -amount, FEE)
    charge["disputed"] = True
    world.changed(charge)
    world.changed(dispute, "charge.dispute.created", "charge.dispute.funds_withdrawn")
    return dispute


def close_dispute(world: World, dispute: Document, outcome: str) -> None:
    """The bank has decided; what was won comes back, the fee does not."""
    if dispute["status"] in OUTCOMES or outcome not in OUTCOMES:
        raise bad_request(f"Dispute {dispute['id']} is {dispute['status']}; it can't be closed as {outcome}.")
    dispute["status"] = outcome
    if outcome == "won":
        _move(world, dispute, dispute["amount"], 0)
        world.changed(dispute, "charge.dispute.funds_reinstated")
    world.changed(dispute, "charge.dispute.closed")


def _move(world: World, dispute: Document, amount: int, fee: int) -> None:
    moved = post(world, "adjustment", amount=amount, currency=dispute["currency"], source=dispute["id"], fee=fee)
    dispute["balance_transactions"].append(visible(moved))


def standing(world: World, charge: Document) -> Document | None:
    """The dispute that keeps a charge from being refunded; None when there is none, or it was won."""
    disputes = world.documents.of("dispute").values()
    return next((one for one in disputes if one["charge"] == charge["id"] and one["status"] != "won"), None)


def retrieve(call: Call) -> Document:
    """GET /v1/disputes/{id}."""
    return call.world.find("dispute", call.ids[0])


def list_all(call: Call) -> Document:
    """GET /v1/disputes."""
    return page_of(call, call.world.documents.of("dispute").values(), url="/v1/disputes")


ENDPOINTS = (
    endpoint("GET /v1/disputes", "dispute_list", list_all, "charge created payment_intent"),
    endpoint("GET /v1/disputes/*", "dispute_retrieve", retrieve),
)
