"""What reconciliation alone reads of Stripe, through the gateway's client; nobody waits for it."""

from typing import Any, cast

from workers.stripe_gateway import Answer, Params, Stripe
from workers.stripe_pace import Rank


async def list_events(client: Stripe, params: Params, account: str | None) -> Answer:
    """A page of events, newest first: the platform's, or a connected account's."""
    options: Any = {} if account is None else {"stripe_account": account}
    return await client.ask(Rank.RECONCILE, client.v1.events.list_async(cast(Any, params), options))


async def list_intents(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of payment intents, newest first."""
    return await client.ask(Rank.RECONCILE, client.v1.payment_intents.list_async(cast(Any, params)))


async def list_transfers(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of transfers, newest first."""
    return await client.ask(Rank.RECONCILE, client.v1.transfers.list_async(cast(Any, params)))


async def list_refunds(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of refunds, newest first."""
    return await client.ask(Rank.RECONCILE, client.v1.refunds.list_async(cast(Any, params)))


async def list_movements(client: Stripe, params: Params, _account: str | None = None) -> Answer:
    """A page of balance transactions of the platform, newest first."""
    return await client.ask(Rank.RECONCILE, client.v1.balance_transactions.list_async(cast(Any, params)))


async def retrieve_movement(client: Stripe, movement: str) -> Answer:
    """A balance transaction."""
    return await client.ask(Rank.RECONCILE, client.v1.balance_transactions.retrieve_async(movement))


async def retrieve_transfer(client: Stripe, transfer: str) -> Answer:
    """A transfer with its newest reversals."""
    return await client.ask(Rank.RECONCILE, client.v1.transfers.retrieve_async(transfer))


async def retrieve_balance(client: Stripe) -> dict[str, int]:
    """What Stripe keeps for the platform, available or not yet: minor units by currency."""
    found = await client.ask(Rank.RECONCILE, client.v1.balance.retrieve_async())
    sums: dict[str, int] = {}
    for part in (*found.get("available", []), *found.get("pending", [])):
        sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
    return sums
