"""Transfer reversals: money taken back from a connected account, as far as it still has it."""

from __future__ import annotations

from sandbox.stripe.amounts import positive
from sandbox.stripe.documents import Document, new_id, visible
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_request, no_such
from sandbox.stripe.resources.balances import post, totals
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, endpoint


def create(call: Call) -> Document:
    """POST /v1/transfers/{id}/reversals: the rest of the transfer, or an amount of it."""
    world = call.world
    asked = positive(call.params, "amount")
    transfer = world.find("transfer", call.ids[0])
    left = transfer["amount"] - transfer["amount_reversed"]
    if left <= 0:
        raise bad_request(f"Transfer {transfer['id']} has already been fully reversed.", param="transfer")
    amount = left if asked is None else asked
    if amount > left:
        raise bad_request(
            f"Transfer reversal amount ({amount}) is greater than unreversed amount on transfer ({left})",
            param="amount",
        )
    account, currency = transfer["destination"], transfer["currency"]
    if amount > totals(world, account).get(currency, 0):
        raise bad_request(
            "The connected account does not have sufficient funds to cover this reversal.",
            code="balance_insufficient",
        )
    reversal = _fresh(call, transfer, amount)
    ours = post(world, "transfer_refund", amount=amount, currency=currency, source=reversal["id"])
    refund = reversal["destination_payment_refund"]
    post(world, "payment_refund", amount=-amount, currency=currency, source=refund, account=account)
    reversal["balance_transaction"] = ours["id"]
    world.changed(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, visible(reversal))
    world.changed(transfer, "transfer.reversed")
    return reversal


def _fresh(call: Call, transfer: Document, amount: int) -> Document:
    return {
        "id": new_id("transfer_reversal"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": call.world.now(),
        "currency": transfer["currency"],
        "destination_payment_refund": new_id("payment_refund"),
        "metadata": merged({}, call.params),
        "source_refund": None,
        "transfer": transfer["id"],
    }


def retrieve(call: Call) -> Document:
    """GET /v1/transfers/{transfer}/reversals/{id}."""
    reversal = call.world.find("transfer_reversal", call.ids[1])
    if reversal["transfer"] != call.ids[0]:
        raise no_such("transfer_reversal", call.ids[1])
    return reversal


def list_all(call: Call) -> Document:
    """GET /v1/transfers/{id}/reversals."""
    transfer = call.world.find("transfer", call.ids[0])["id"]
    found = (one for one in call.world.documents.of("transfer_reversal").values() if one["transfer"] == transfer)
    return page_of(call, found, url=f"/v1/transfers/{transfer}/reversals")


ENDPOINTS = (
    endpoint("POST /v1/transfers/*/reversals", "transfer_reversal_create", create, "amount description metadata"),
    endpoint("GET /v1/transfers/*/reversals", "transfer_reversal_list", list_all),
    endpoint("GET /v1/transfers/*/reversals/*", "transfer_reversal_retrieve", retrieve),
)
