"""What reconciliation alone reads of Stripe, through the gateway's client; nobody waits for it."""

from typing import Any, cast

from workers.stripe_gateway import StripeGateway, StripeParams, StripeResponse
from workers.stripe_rate_limit import CallPriority


async def list_events(client: StripeGateway, params: StripeParams, account: str | None) -> StripeResponse:
    """A page of events, newest first: the platform's, or a connected account's."""
    options: Any = {} if account is None else {"stripe_account": account}
    return await client.read(CallPriority.RECONCILE, client.v1.events.list_async(cast(Any, params), options))


async def list_intents(client: StripeGateway, params: StripeParams, _account: str | None = None) -> StripeResponse:
    """A page of payment intents, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.payment_intents.list_async(cast(Any, params)))


async def list_transfers(client: StripeGateway, params: StripeParams, _account: str | None = None) -> StripeResponse:
    """A page of transfers, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.transfers.list_async(cast(Any, params)))


async def list_refunds(client: StripeGateway, params: StripeParams, _account: str | None = None) -> StripeResponse:
    """A page of refunds, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.refunds.list_async(cast(Any, params)))


async def list_balance_transactions(
    client: StripeGateway, params: StripeParams, _account: str | None = None
) -> StripeResponse:
    """A page of balance transactions of the platform, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.balance_transactions.list_async(cast(Any, params)))


async def retrieve_balance_transaction(client: StripeGateway, balance_transaction: str) -> StripeResponse:
    """A balance transaction."""
    return await client.read(CallPriority.RECONCILE, client.v1.balance_transactions.retrieve_async(balance_transaction))


async def retrieve_transfer(client: StripeGateway, transfer: str) -> StripeResponse:
    """A transfer with its newest reversals."""
    return await client.read(CallPriority.RECONCILE, client.v1.transfers.retrieve_async(transfer))


async def retrieve_balance(client: StripeGateway) -> dict[str, int]:
    """What Stripe keeps for the platform, available or not yet: minor units by currency."""
    found = await client.read(CallPriority.RECONCILE, client.v1.balance.retrieve_async())
    sums: dict[str, int] = {}
    for part in (*found.get("available", []), *found.get("pending", [])):
        sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
    return sums
