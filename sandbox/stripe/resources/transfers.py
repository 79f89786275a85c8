"""Transfers: money from the platform's balance to a connected account's."""

from __future__ import annotations

from sandbox.stripe.amounts import known_currency, positive
from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.metadata import merged
from sandbox.stripe.refusals import bad_parameter, bad_request
from sandbox.stripe.resources.balances import post, totals
from sandbox.stripe.resources.listing import list_object, page_of
from sandbox.stripe.world import Call, World, endpoint


def create(call: Call) -> Document:
    """POST /v1/transfers: from a charge's money, pending or not, or else from what is available."""
    world, params = call.world, call.params
    currency = known_currency(params)
    asked = positive(params, "amount")
    destination = _destination(world, params["destination"])
    if "source_transaction" in params:
        charge = _source(world, params["source_transaction"], currency)
        amount = _within_source(world, charge, asked)
        available_on = world.find("balance_transaction", charge["balance_transaction"])["available_on"]
    else:
        charge = None
        amount = _within_balance(world, currency, asked)
        available_on = None
    transfer = _fresh(call, amount, currency, destination, charge)
    ours = post(world, "transfer", amount=-amount, currency=currency, source=transfer["id"], available_on=available_on)
    post(
        world,
        "payment",
        amount=amount,
        currency=currency,
        source=transfer["destination_payment"],
        account=destination["id"],
        available_on=available_on,
    )
    transfer["balance_transaction"] = ours["id"]
    world.changed(transfer, "transfer.created")
    return transfer


def _destination(world: World, account_id: str) -> Document:
    account = world.documents.get("account", account_id)
    if account is None:
        raise bad_request(
            f"No such destination: '{account_id}'", code="resource_missing", param="destination", status=400
        )
    if account["capabilities"].get("transfers") != "active":
        raise bad_request(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
            " crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _source(world: World, charge_id: str, currency: str) -> Document:
    charge = world.find("charge", charge_id, param="source_transaction", status=400)
    if not charge["captured"]:
        raise bad_request(
            f"The charge {charge_id} has not been captured; only captured charges can be the source of a transfer.",
            param="source_transaction",
        )
    if charge["currency"] != currency:
        raise bad_request(
            f"The currency of source_transaction's balance transaction ({charge['currency']}) must be the same as the"
            f" transfer currency ({currency})",
            param="currency",
        )
    return charge


def _within_source(world: World, charge: Document, asked: int | None) -> int:
    taken = sum(
        transfer["amount"] - transfer["amount_reversed"]
        for transfer in world.documents.of("transfer").values()
        if transfer["source_transaction"] == charge["id"]
    )
    left: int = charge["amount_captured"] - taken
    if asked is None:
        asked = left
    if asked > left or asked < 1:
        already = f" (There is already a transfer using this source, amounting to {taken}.)" if taken else ""
        raise bad_request(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {charge['amount_captured']} {charge['currency']}.{already}",
            param="amount",
        )
    return asked


def _within_balance(world: World, currency: str, asked: int | None) -> int:
    if asked is None:
        raise bad_parameter("Missing required param: amount.", param="amount", code="parameter_missing")
    if asked > totals(world, None, "available").get(currency, 0):
        raise bad_request(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available"
            " balance by creating Charges using the 4000000000000077 test card. See:"
            " https://stripe.com/docs/testing#available-balance",
            code="balance_insufficient",
        )
    return asked


def _fresh(call: Call, amount: int, currency: str, destination: Document, charge: Document | None) -> Document:
    id_ = new_id("transfer")
    group = call.params.get("transfer_group")
    if group is None and charge is not None:
        group = charge["transfer_group"] or f"group_{charge['id']}"
    return {
        "id": id_,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": call.world.now(),
        "currency": currency,
        "description": call.params.get("description"),
        "destination": destination["id"],
        "destination_payment": new_id("payment"),
        "livemode": False,
        "metadata": merged({}, call.params),
        "reversals": list_object([], f"/v1/transfers/{id_}/reversals"),
        "reversed": False,
        "source_transaction": charge["id"] if charge else None,
        "source_type": "card",
        "transfer_group": group,
    }


def retrieve(call: Call) -> Document:
    """GET /v1/transfers/{id}."""
    return call.world.find("transfer", call.ids[0])


def list_all(call: Call) -> Document:
    """GET /v1/transfers."""
    return page_of(call, call.world.documents.of("transfer").values(), url="/v1/transfers")


CREATES = "amount currency destination source_transaction transfer_group description metadata"
ENDPOINTS = (
    endpoint("POST /v1/transfers", "transfer_create", create, CREATES),
    endpoint("GET /v1/transfers", "transfer_list", list_all, "created destination transfer_group"),
    endpoint("GET /v1/transfers/*", "transfer_retrieve", retrieve),
)
