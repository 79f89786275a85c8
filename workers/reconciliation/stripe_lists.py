"""The reader of Stripe's lists: newest first, page by page, from where the last worker stopped.

The watermark is a time of Stripe's clock, never of ours. It moves only when the list was read to its end. Until then
the list cursor keeps the place: a long list may take several turns, and after a crash only one page is read twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Generic

from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.list_cursor_repository import ListCursor, record_list_read, record_page_read
from workers.reconciliation.reconciliation_context import CallBudgetSpentError, ReconciliationContext
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_pages import PageRequest
from workers.stripe.objects.list_page import Listed, ListPage

INITIAL_LOOKBACK = timedelta(days=1)  # how far back a list is read the first time


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeList(Generic[Listed]):
    """One of Stripe's lists.

    `handle_page` handles each page, and returns the creation time of the oldest object that has to be read again.
    `next_delay` says how long the list rests once it was read to its end: Stripe counts reads (docs/operations.md).
    `overlap_seconds` before the watermark are read a second time, so that objects that Stripe lists late are not lost.
    """

    fetch_page: Callable[[StripeGateway, PageRequest], Awaitable[ListPage[Listed]]]
    handle_page: Callable[[ReconciliationContext, ListCursor, Sequence[Listed]], Awaitable[int | None]]
    next_delay: Callable[[UnitOfWork, ListCursor], Awaitable[timedelta]]
    overlap_seconds: int


async def read_stripe_list(
    context: ReconciliationContext, list_cursor: ListCursor, stripe_list: StripeList[Listed]
) -> None:
    """Read the list to its end; on CallBudgetSpentError or CallFailed the list cursor has kept the place."""
    since = await _since(context, list_cursor)
    cursor, newest = list_cursor.cursor, list_cursor.newest
    watermark = None if cursor is None else list_cursor.watermark
    while True:
        request = PageRequest(created_from=since - stripe_list.overlap_seconds, starting_after=cursor)
        page = await context.call_stripe(partial(_fetch_page, stripe_list, request))
        if cursor is None and page.newest is not None:
            newest = page.newest
        watermark = earliest(watermark, await stripe_list.handle_page(context, list_cursor, page.items))
        if not page.has_more:
            break
        cursor = page.last_id
        async with context.database() as work:
            if not await record_page_read(work, list_cursor, newest=newest, watermark=watermark, cursor=str(cursor)):
                raise CallBudgetSpentError
    async with context.database() as work:
        until = earliest(max(since, newest or since), watermark)
        delay = await stripe_list.next_delay(work, list_cursor)
        await record_list_read(work, list_cursor, seen_until=until, delay=delay, watermark=watermark)


def every(interval: timedelta) -> Callable[[UnitOfWork, ListCursor], Awaitable[timedelta]]:
    """Return the delay of a list that is read at one interval."""

    async def next_delay(_work: UnitOfWork, _list_cursor: ListCursor) -> timedelta:
        return interval

    return next_delay


async def _fetch_page(stripe_list: StripeList[Listed], request: PageRequest, client: StripeGateway) -> ListPage[Listed]:
    return await stripe_list.fetch_page(client, request)


def earliest(one: int | None, other: int | None) -> int | None:
    """Return the earlier of two times, the other one if one is None, or None."""
    return min((moment for moment in (one, other) if moment is not None), default=None)


async def _since(context: ReconciliationContext, list_cursor: ListCursor) -> int:
    if list_cursor.seen_until is not None:
        return list_cursor.seen_until
    async with context.database() as work:
        return int((work.now - INITIAL_LOOKBACK).timestamp())
