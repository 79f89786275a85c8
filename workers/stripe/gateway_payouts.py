"""The calls to Stripe about the accounts of runners, and the transfers to them."""

from typing import Any, cast

from workers.stripe.gateway import MAX_PAGE_SIZE, StripeGateway, StripeParams
from workers.stripe.objects.account import (
    AccountLink,
    BankPayout,
    StripeAccount,
    parse_account,
    parse_account_link,
    parse_bank_payout,
)
from workers.stripe.objects.balance import StripeBalance, parse_balance
from workers.stripe.objects.list_page import parse_page
from workers.stripe.objects.transfer import Transfer, TransferReversal, parse_reversal, parse_transfer
from workers.stripe.rate_limit import CallPriority


async def create_account(client: StripeGateway, params: StripeParams, key: str) -> StripeAccount:
    """Create a connected account for a runner."""
    call = client.v1.accounts.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.AUTHORISE, call, parse_account)


async def retrieve_account(client: StripeGateway, account: str) -> StripeAccount:
    """Return a connected account as it is now."""
    return await client.fetch(CallPriority.AUTHORISE, client.v1.accounts.retrieve_async(account), parse_account)


async def retrieve_platform(client: StripeGateway) -> StripeAccount:
    """Return the account of the platform, which the key belongs to."""
    return await client.fetch(CallPriority.RECONCILE, client.v1.accounts.retrieve_current_async(), parse_account)


async def create_account_link(client: StripeGateway, params: StripeParams, key: str) -> AccountLink:
    """Create a link to the onboarding of an account; Stripe lets it work once, and only for a few minutes."""
    call = client.v1.account_links.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.AUTHORISE, call, parse_account_link)


async def create_login_link(client: StripeGateway, account: str, key: str) -> AccountLink:
    """Create a link to the page of an account's owner at Stripe; it works once."""
    call = client.v1.accounts.login_links.create_async(account, {}, {"idempotency_key": key})
    return await client.send(CallPriority.AUTHORISE, call, parse_account_link)


async def retrieve_bank_payout(client: StripeGateway, payout: str, account: str) -> BankPayout:
    """Return a pay-out of a connected account to its bank."""
    call = client.v1.payouts.retrieve_async(payout, {}, {"stripe_account": account})
    return await client.fetch(CallPriority.TRANSFER, call, parse_bank_payout)


async def create_transfer(client: StripeGateway, params: StripeParams, key: str) -> Transfer:
    """Create a transfer to a connected account."""
    call = client.v1.transfers.create_async(cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.TRANSFER, call, parse_transfer)


async def retrieve_transfer(client: StripeGateway, transfer: str) -> Transfer:
    """Return a transfer with its newest reversals; a refused reversal, reconciliation and the audit ask for it."""
    return await client.fetch(CallPriority.RECONCILE, client.v1.transfers.retrieve_async(transfer), parse_transfer)


async def find_transfer(client: StripeGateway, transfer_group: str, call: str) -> Transfer | None:
    """Return the transfer that the call `call` made, found by metadata; None: it made none."""
    page = await client.fetch(
        CallPriority.TRANSFER,
        client.v1.transfers.list_async({"transfer_group": transfer_group, "limit": MAX_PAGE_SIZE}),
        lambda raw: parse_page(raw, parse_transfer),
    )
    return next((found for found in page.items if found.metadata.call == call), None)


async def reverse_transfer(client: StripeGateway, transfer: str, params: StripeParams, key: str) -> TransferReversal:
    """Reverse a part of a transfer, from the account it went to."""
    call = client.v1.transfers.reversals.create_async(transfer, cast(Any, params), {"idempotency_key": key})
    return await client.send(CallPriority.TRANSFER, call, parse_reversal)


async def reverse_late_amount(client: StripeGateway, transfer: Transfer, amount: int, key: str) -> TransferReversal:
    """Reverse `amount` (minor units) of a transfer that came too late; the reversal is named for the same order."""
    params = {"amount": amount, "metadata": {**transfer.metadata.values, "call": key}}
    return await reverse_transfer(client, transfer.id, params, key)


async def retrieve_account_balance(client: StripeGateway, account: str) -> StripeBalance:
    """Return the balance of a connected account, available and pending."""
    call = client.v1.balance.retrieve_async({}, {"stripe_account": account})
    return await client.fetch(CallPriority.TRANSFER, call, parse_balance)


async def find_reversal(client: StripeGateway, transfer: str, call: str) -> TransferReversal | None:
    """Return the reversal that the call `call` made, found by metadata; None: it made none."""
    page = await client.fetch(
        CallPriority.TRANSFER,
        client.v1.transfers.reversals.list_async(transfer, {"limit": MAX_PAGE_SIZE}),
        lambda raw: parse_page(raw, parse_reversal),
    )
    return next((found for found in page.items if found.metadata.call == call), None)
