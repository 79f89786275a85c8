"""The reads of reconciliation and of the audit: pages of Stripe's lists, and the balance; they have the last priority.

A request without `created_from` is for a list of everything.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from workers.stripe.gateway import MAX_PAGE_SIZE, StripeGateway
from workers.stripe.objects.balance import BalanceTransaction, StripeBalance, parse_balance, parse_balance_transaction
from workers.stripe.objects.event import StripeEvent, parse_event
from workers.stripe.objects.list_page import Listed, ListPage, parse_page
from workers.stripe.objects.payment_intent import PaymentIntent, parse_payment_intent
from workers.stripe.objects.refund import StripeRefund, is_made, parse_refund
from workers.stripe.objects.transfer import Transfer, parse_transfer
from workers.stripe.rate_limit import CallPriority

REVERSAL_TRANSACTION_TYPE = "transfer_refund"  # Stripe's type of a balance transaction that a reversal makes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which page of a list: what was created at that time or later (seconds of the epoch), after that id."""

    created_from: int | None = None
    starting_after: str | None = None


async def list_events(client: StripeGateway, request: PageRequest, account: str | None) -> ListPage[StripeEvent]:
    """Return a page of events, newest first: of the platform, or of a connected account."""
    options: Any = {} if account is None else {"stripe_account": account}
    call = client.v1.events.list_async(_page_params(request), options)
    return await client.fetch(CallPriority.RECONCILE, call, lambda raw: parse_page(raw, parse_event))


async def list_intents(client: StripeGateway, request: PageRequest) -> ListPage[PaymentIntent]:
    """Return a page of payment intents, newest first."""
    call = client.v1.payment_intents.list_async(_page_params(request))
    return await client.fetch(CallPriority.RECONCILE, call, lambda raw: parse_page(raw, parse_payment_intent))


async def list_transfers(
    client: StripeGateway, request: PageRequest, transfer_group: str | None = None
) -> ListPage[Transfer]:
    """Return a page of transfers, newest first: of all, or of those of this group."""
    call = client.v1.transfers.list_async(_page_params(request, transfer_group=transfer_group))
    return await client.fetch(CallPriority.RECONCILE, call, lambda raw: parse_page(raw, parse_transfer))


async def list_refunds(
    client: StripeGateway, request: PageRequest, payment_intent: str | None = None
) -> ListPage[StripeRefund]:
    """Return a page of refunds that somebody made, newest first: of all, or of those of this payment intent."""
    params = _page_params(request, payment_intent=payment_intent, expand=["data.balance_transaction", "data.charge"])
    call = client.v1.refunds.list_async(params)
    return await client.fetch(CallPriority.RECONCILE, call, lambda raw: parse_page(raw, parse_refund, is_made))


async def list_balance_transactions(client: StripeGateway, request: PageRequest) -> ListPage[BalanceTransaction]:
    """Return a page of balance transactions of the platform, newest first, each with what caused it."""
    call = client.v1.balance_transactions.list_async(_page_params(request, expand=["data.source"]))
    return await client.fetch(CallPriority.RECONCILE, call, lambda raw: parse_page(raw, parse_balance_transaction))


async def list_reversal_transactions(client: StripeGateway, request: PageRequest) -> ListPage[BalanceTransaction]:
    """Return a page of the balance transactions of reversals, newest first, each with the transfer."""
    params = _page_params(request, type=REVERSAL_TRANSACTION_TYPE, expand=["data.source"])
    call = client.v1.balance_transactions.list_async(params)
    return await client.fetch(CallPriority.RECONCILE, call, lambda raw: parse_page(raw, parse_balance_transaction))


async def retrieve_balance_transaction(client: StripeGateway, balance_transaction: str) -> BalanceTransaction:
    """Return a balance transaction of the platform, with its source."""
    call = client.v1.balance_transactions.retrieve_async(balance_transaction, {"expand": ["source"]})
    return await client.fetch(CallPriority.RECONCILE, call, parse_balance_transaction)


async def retrieve_balance(client: StripeGateway) -> StripeBalance:
    """Return the balance of the platform, available and pending."""
    return await client.fetch(CallPriority.RECONCILE, client.v1.balance.retrieve_async(), parse_balance)


async def read_every_page(
    fetch_page: Callable[[PageRequest], Awaitable[ListPage[Listed]]], created_from: int | None = None
) -> tuple[Listed, ...]:
    """Return all objects of a list, read page by page; with `created_from`, those created then or later."""
    found: list[Listed] = []
    request = PageRequest(created_from=created_from)
    while True:
        page = await fetch_page(request)
        found.extend(page.items)
        if not page.has_more:
            return tuple(found)
        request = PageRequest(created_from=created_from, starting_after=page.last_id)


def _page_params(request: PageRequest, **more: object) -> Any:
    created = None if request.created_from is None else {"gte": request.created_from}
    params = {"created": created, "limit": MAX_PAGE_SIZE, "starting_after": request.starting_after, **more}
    return {name: value for name, value in params.items() if value is not None}
