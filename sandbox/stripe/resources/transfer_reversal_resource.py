"""Transfer reversals, which take money back from a connected account up to its balance."""

from sandbox.stripe.amounts import read_positive
from sandbox.stripe.documents import Document, new_id, without_private_fields
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources.balance_resource import post_balance_transaction, sum_movements
from sandbox.stripe.resources.list_pages import list_page
from sandbox.stripe.stripe_refusals import invalid_request
from sandbox.stripe.stripe_world import StripeCall, define_endpoint, new_object


def handle_create_transfer_reversal(call: StripeCall) -> Document:
    """POST /v1/transfers/{id}/reversals: reverse the rest of the transfer, or an amount of it."""
    world = call.world
    transfer = world.find("transfer", call.ids[0])
    requested = read_positive(call.params, "amount", transfer["currency"])
    left = transfer["amount"] - transfer["amount_reversed"]
    if left <= 0:
        raise invalid_request(f"Transfer {transfer['id']} has already been fully reversed.", param="transfer")
    amount = left if requested is None else requested
    if amount > left:
        raise invalid_request(
            f"Transfer reversal amount ({amount}) is greater than unreversed amount on transfer ({left})",
            param="amount",
        )
    account, currency = transfer["destination"], transfer["currency"]
    if amount > sum_movements(world, account).get(currency, 0):
        raise invalid_request("The connected account does not have sufficient funds to cover this reversal.")
    reversal = _new_reversal(call, transfer, amount)
    balance_transaction = post_balance_transaction(
        world, "transfer_refund", amount=amount, currency=currency, source=reversal["id"]
    )
    refund = reversal["destination_payment_refund"]
    post_balance_transaction(world, "payment_refund", amount=-amount, currency=currency, source=refund, account=account)
    reversal["balance_transaction"] = balance_transaction["id"]
    world.save_and_record(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, without_private_fields(reversal))
    world.save_and_record(transfer, "transfer.reversed")
    return reversal


def _new_reversal(call: StripeCall, transfer: Document, amount: int) -> Document:
    return {
        **new_object(call.world, "transfer_reversal", "balance_transaction source_refund"),
        "amount": amount,
        "currency": transfer["currency"],
        "destination_payment_refund": new_id("payment_refund"),
        "metadata": merge_metadata({}, call.params),
        "transfer": transfer["id"],
    }


def handle_list_transfer_reversals(call: StripeCall) -> Document:
    """GET /v1/transfers/{id}/reversals."""
    transfer = call.world.find("transfer", call.ids[0])["id"]
    found = (one for one in call.world.documents.all_of("transfer_reversal").values() if one["transfer"] == transfer)
    return list_page(call, found, url=f"/v1/transfers/{transfer}/reversals")


ENDPOINTS = (
    define_endpoint(
        "POST /v1/transfers/*/reversals",
        "transfer_reversal_create",
        handle_create_transfer_reversal,
        "amount description metadata",
    ),
    define_endpoint("GET /v1/transfers/*/reversals", "transfer_reversal_list", handle_list_transfer_reversals),
)
