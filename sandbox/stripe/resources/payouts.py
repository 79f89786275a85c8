"""Payouts: a connected account's balance sent to its bank; here a lever starts them, never the clock."""

from __future__ import annotations

from sandbox.stripe.documents import Document, new_id
from sandbox.stripe.refusals import bad_request, no_such
from sandbox.stripe.resources.balances import post, totals
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, World, endpoint


def pay_out(world: World, account: Document) -> None:
    """Send all the account has, pending or not, to its bank."""
    for currency, amount in totals(world, account["id"]).items():
        if amount > 0:
            _send(world, account["id"], currency, amount)


def _send(world: World, account: str, currency: str, amount: int) -> None:
    payout: Document = {
        "id": new_id("payout"),
        "object": "payout",
        "amount": amount,
        "arrival_date": world.now(),
        "automatic": True,
        "balance_transaction": None,
        "created": world.now(),
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "type": "bank_account",
        "_account": account,
    }
    movement = post(world, "payout", amount=-amount, currency=currency, source=payout["id"], account=account)
    payout["balance_transaction"] = movement["id"]
    world.changed(payout, "payout.created", "payout.paid", account=account)


def fail(world: World, account: Document) -> None:
    """The bank sends the newest payout back: what was on its way is on the account again."""
    payout = next(one for one in reversed(world.documents.of("payout").values()) if one["_account"] == account["id"])
    if payout["status"] == "failed":
        raise bad_request(f"Payout {payout['id']} has failed already.")
    amount, currency = payout["amount"], payout["currency"]
    back = post(world, "payout_failure", amount=amount, currency=currency, source=payout["id"], account=account["id"])
    payout.update(
        status="failed",
        failure_balance_transaction=back["id"],
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )
    world.changed(payout, "payout.failed", account=account["id"])


def retrieve(call: Call) -> Document:
    """GET /v1/payouts/{id}."""
    payout = call.world.find("payout", call.ids[0])
    if payout["_account"] != call.account:
        raise no_such("payout", call.ids[0])
    return payout


def list_all(call: Call) -> Document:
    """GET /v1/payouts."""
    found = (one for one in call.world.documents.of("payout").values() if one["_account"] == call.account)
    return page_of(call, found, url="/v1/payouts")


ENDPOINTS = (
    endpoint("GET /v1/payouts", "payout_list", list_all, "created status", for_accounts=True),
    endpoint("GET /v1/payouts/*", "payout_retrieve", retrieve, for_accounts=True),
)
