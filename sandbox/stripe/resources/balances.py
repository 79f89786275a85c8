"""Balances and balance transactions: every movement of money on the platform and on the connected accounts."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.stripe.clock import DAY
from sandbox.stripe.documents import DUE, Document, new_id
from sandbox.stripe.resources.listing import page_of
from sandbox.stripe.world import Call, World, endpoint

CARD_FEE_BASIS_POINTS = 340  # Stripe's price for a card payment: 3.4 % ...
CARD_FEE_FIXED = 50  # ... and 50 minor units
SETTLING_TIME = 2 * DAY  # until a card payment turns from pending into available


def card_fee(amount: int) -> int:
    """What Stripe keeps of a card payment, in minor units, halves rounded up."""
    return (amount * CARD_FEE_BASIS_POINTS + 5_000) // 10_000 + CARD_FEE_FIXED


def post(
    world: World,
    type_: str,
    *,
    amount: int,
    currency: str,
    source: str,
    account: str | None = None,
    fee: int = 0,
    available_on: int | None = None,
) -> Document:
    """Book a movement of `amount` minor units (negative: money leaves) and return its balance transaction."""
    now = world.now()
    ready = now if available_on is None else available_on
    details = [{"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees"}]
    movement: Document = {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": ready,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**details[0], "type": "stripe_fee"}] if fee else [],
        "net": amount - fee,
        "reporting_category": type_,
        "source": source,
        "status": "pending" if ready > now else "available",
        "type": type_,
        "_account": account,
    }
    if ready > now:
        movement[DUE] = ready
    world.changed(movement)
    return movement


def become_available(world: World, movement: Document) -> None:
    """The money of a pending movement can be used from now on."""
    movement["status"] = "available"
    account = movement["_account"]
    world.changed(movement)
    world.events.record("balance.available", balance_of(world, account), now=world.now(), account=account)


def movements(world: World, account: str | None) -> Iterable[Document]:
    """All balance transactions of the platform (None) or a connected account, oldest first."""
    return (one for one in world.documents.of("balance_transaction").values() if one["_account"] == account)


def totals(world: World, account: str | None, status: str | None = None) -> dict[str, int]:
    """Net sums in minor units by currency, of all movements or of the pending or available ones."""
    sums: dict[str, int] = {}
    for movement in movements(world, account):
        if status in (None, movement["status"]):
            sums[movement["currency"]] = sums.get(movement["currency"], 0) + movement["net"]
    return sums


def balance_of(world: World, account: str | None) -> Document:
    """The balance object."""
    available, pending = totals(world, account, "available"), totals(world, account, "pending")
    currencies = sorted({*available, *pending}) or ["usd"]
    return {
        "object": "balance",
        "available": [_part(available, currency) for currency in currencies],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in currencies],
        "livemode": False,
        "pending": [_part(pending, currency) for currency in currencies],
    }


def _part(sums: dict[str, int], currency: str) -> Document:
    amount = sums.get(currency, 0)
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def retrieve_balance(call: Call) -> Document:
    """GET /v1/balance."""
    return balance_of(call.world, call.account)


def retrieve(call: Call) -> Document:
    """GET /v1/balance_transactions/{id}."""
    return call.world.find("balance_transaction", call.ids[0])


def list_all(call: Call) -> Document:
    """GET /v1/balance_transactions."""
    return page_of(call, movements(call.world, call.account), url="/v1/balance_transactions")


ENDPOINTS = (
    endpoint("GET /v1/balance", "balance_retrieve", retrieve_balance, for_accounts=True),
    endpoint(
        "GET /v1/balance_transactions",
        "balance_transaction_list",
        list_all,
        "created currency source type",
        for_accounts=True,
    ),
    endpoint("GET /v1/balance_transactions/*", "balance_transaction_retrieve", retrieve, for_accounts=True),
)
