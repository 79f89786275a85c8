"""The reads of reconciliation and of the audit of a window, which have the last priority."""

from typing import Any, cast

from workers.stripe.gateway import StripeGateway, StripeParams, StripeResponse
from workers.stripe.rate_limit import CallPriority


async def list_events(client: StripeGateway, params: StripeParams, account: str | None) -> StripeResponse:
    """Return a page of events, newest first: of the platform, or of a connected account."""
    options: Any = {} if account is None else {"stripe_account": account}
    return await client.read(CallPriority.RECONCILE, client.v1.events.list_async(cast(Any, params), options))


async def list_intents(client: StripeGateway, params: StripeParams, _account: str | None = None) -> StripeResponse:
    """Return a page of payment intents, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.payment_intents.list_async(cast(Any, params)))


async def list_transfers(client: StripeGateway, params: StripeParams, _account: str | None = None) -> StripeResponse:
    """Return a page of transfers, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.transfers.list_async(cast(Any, params)))


async def list_refunds(client: StripeGateway, params: StripeParams, _account: str | None = None) -> StripeResponse:
    """Return a page of refunds, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.refunds.list_async(cast(Any, params)))


async def list_balance_transactions(
    client: StripeGateway, params: StripeParams, _account: str | None = None
) -> StripeResponse:
    """Return a page of balance transactions of the platform, newest first."""
    return await client.read(CallPriority.RECONCILE, client.v1.balance_transactions.list_async(cast(Any, params)))


async def retrieve_balance_transaction(client: StripeGateway, balance_transaction: str) -> StripeResponse:
    return await client.read(CallPriority.RECONCILE, client.v1.balance_transactions.retrieve_async(balance_transaction))


async def retrieve_transfer(client: StripeGateway, transfer: str) -> StripeResponse:
    """Return a transfer with its newest reversals."""
    return await client.read(CallPriority.RECONCILE, client.v1.transfers.retrieve_async(transfer))


async def retrieve_balance(client: StripeGateway) -> dict[str, int]:
    """Return the balance of the platform, available and pending: currency -> minor units."""
    found = await client.read(CallPriority.RECONCILE, client.v1.balance.retrieve_async())
    sums: dict[str, int] = {}
    for part in (*found.get("available", []), *found.get("pending", [])):
        sums[part["currency"]] = sums.get(part["currency"], 0) + part["amount"]
    return sums
