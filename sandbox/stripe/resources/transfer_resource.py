"""Transfers from the platform's balance to a connected account."""

from sandbox.stripe.amounts import read_positive, require_currency
from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.object_metadata import merge_metadata
from sandbox.stripe.resources.balance_resource import post_balance_transaction, sum_movements
from sandbox.stripe.resources.list_pages import define_reading, list_object
from sandbox.stripe.settlement import settle
from sandbox.stripe.stripe_refusals import bad_parameter, invalid_request
from sandbox.stripe.stripe_world import StripeCall, StripeWorld, define_endpoint, new_object


def handle_create_transfer(call: StripeCall) -> Document:
    """POST /v1/transfers: from a charge's money, even if pending, or from the available balance."""
    world, params = call.world, call.params
    currency = require_currency(params)
    requested = read_positive(params, "amount", currency)
    destination = _destination(world, params["destination"])
    if "source_transaction" in params:
        charge = _source(world, params["source_transaction"], currency)
        amount = _require_source_covers(world, charge, requested)
        available_on = world.find("balance_transaction", charge["balance_transaction"])["available_on"]
    else:
        charge = None
        amount = _require_balance_covers(world, currency, requested)
        available_on = None
    transfer = _new_transfer(call, amount, currency, destination, charge)
    balance_transaction = post_balance_transaction(
        world, "transfer", amount=-amount, currency=currency, source=transfer["id"], available_on=available_on
    )
    post_balance_transaction(
        world,
        "payment",
        amount=amount,
        currency=currency,
        source=transfer["destination_payment"],
        account=destination["id"],
        available_on=available_on,
    )
    transfer["balance_transaction"] = balance_transaction["id"]
    world.save_and_record(transfer, "transfer.created")
    return transfer


def _destination(world: StripeWorld, account_id: str) -> Document:
    account = world.documents.get("account", account_id)
    if account is None:
        raise invalid_request(
            f"No such destination: '{account_id}'", code="resource_missing", param="destination", status=400
        )
    if account["capabilities"].get("transfers") != "active":
        raise invalid_request(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
            " crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _source(world: StripeWorld, charge_id: str, currency: str) -> Document:
    charge = world.find("charge", charge_id, param="source_transaction", status=400)
    if not charge["captured"]:
        raise invalid_request(
            f"The charge {charge_id} has not been captured; only captured charges can be the source of a transfer.",
            param="source_transaction",
        )
    settled = world.find("balance_transaction", charge["balance_transaction"])["currency"]
    if settled != currency:
        raise invalid_request(
            f"The currency of source_transaction's balance transaction ({settled}) must be the same as the"
            f" transfer currency ({currency})",
            param="currency",
        )
    return charge


def _require_source_covers(world: StripeWorld, charge: Document, requested: int | None) -> int:
    taken = sum(
        transfer["amount"] - transfer["amount_reversed"]
        for transfer in world.documents.all_of("transfer").values()
        if transfer["source_transaction"] == charge["id"]
    )
    source: int = world.find("balance_transaction", charge["balance_transaction"])["amount"]
    left = source - taken
    if requested is None:
        requested = left
    if requested > left or requested < 1:
        already = f" (There is already a transfer using this source, amounting to {taken}.)" if taken else ""
        raise invalid_request(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {source} {settle(world, charge['currency']).currency}.{already}",
            param="amount",
        )
    return requested


def _require_balance_covers(world: StripeWorld, currency: str, requested: int | None) -> int:
    if requested is None:
        raise bad_parameter("Missing required param: amount.", param="amount", code="parameter_missing")
    if requested > sum_movements(world, None, "available").get(currency, 0):
        raise invalid_request(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available"
            " balance by creating Charges using the 4000000000000077 test card. See:"
            " https://stripe.com/docs/testing#available-balance",
            code="balance_insufficient",
        )
    return requested


def _new_transfer(
    call: StripeCall, amount: int, currency: str, destination: Document, charge: Document | None
) -> Document:
    common = new_object(call.world, "transfer", "balance_transaction")
    group = call.params.get("transfer_group")
    if group is None and charge is not None:
        group = charge["transfer_group"] or f"group_{charge['id']}"
    return {
        **common,
        "amount": amount,
        "amount_reversed": 0,
        "currency": currency,
        "description": call.params.get("description"),
        "destination": destination["id"],
        "destination_payment": new_id("payment"),
        "livemode": False,
        "metadata": merge_metadata({}, call.params),
        "reversals": list_object([], f"/v1/transfers/{common['id']}/reversals"),
        "reversed": False,
        "source_transaction": charge["id"] if charge else None,
        "source_type": "card",
        "transfer_group": group,
    }


CREATE_PARAMETERS = "amount currency destination source_transaction transfer_group description metadata"
ENDPOINTS = (
    define_endpoint("POST /v1/transfers", "transfer_create", handle_create_transfer, CREATE_PARAMETERS),
    *define_reading("/v1/transfers", "transfer", "created destination transfer_group"),
)
