"""`python -m workers.opening_balance`: what was on Stripe's balance before the books began.

It is shown; `--book` books it, once. Everything is compared with Stripe first, so that only what nothing explains is
left. It exits with 1 when it is
refused, and with 2 when the database belongs to another Stripe account or mode.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.ledger.opening import OpeningRefused, book_opening, refuse_second_opening
from domain.money import format_money
from domain.payments.stripe_platform_repository import OtherPlatformError
from domain.reconciliation.list_cursor_repository import is_whole_list_read
from domain.settings.settings import (
    INVALID_SETTINGS_EXIT_CODE,
    AuditSettings,
    read_audit_settings,
    read_settings_or_exit,
)
from workers.commands.reconcile import comparing
from workers.engine.worker_context import WorkerContext
from workers.reconciliation.reconciler import MOVEMENTS, reconcile_everything
from workers.reconciliation.reconciliation_context import new_reconciliation_context
from workers.reconciliation.whole_balance import read_balance_sums
from workers.stripe.gateway_pages import retrieve_balance

HOW_TO_BOOK = "Nothing is booked yet: if this is what the account had before CampusG, add --book."
MONEY_MOVES = "A worker is moving money right now. Stop the workers, or try again in a minute."
NOT_COMPARED = (
    "Not every movement of Stripe's balance is compared: an order whose money differs from the books is at work right"
    " now, or Stripe did not answer. Let the workers run, and try again in a minute; if a refund of it waits for its"
    " bank, when that is over."
)
BALANCE_MOVED = "Stripe's balance moved while it was compared. Try again in a minute."
NOTHING = "Our books and Stripe's balance have the same sums: there is no opening balance to book."


async def read_opening(context: WorkerContext, balance_before: Mapping[str, int], since: datetime) -> Mapping[str, int]:
    """Return currency -> minor units at Stripe that neither a posting nor an open discrepancy explains.

    All lists were read `since` then. Raise OpeningRefused while money moves, or when a movement was not compared: it
    would be booked once more later. `balance_before` is Stripe's balance before the lists were read.
    """
    async with context.database() as work:
        if not await is_whole_list_read(work, MOVEMENTS, since):
            raise OpeningRefused(NOT_COMPARED)
    sums = await read_balance_sums(new_reconciliation_context(context, asyncio.Event()))
    if sums is None:
        raise OpeningRefused(MONEY_MOVES)
    if any(each.at_stripe != balance_before.get(currency, 0) for currency, each in sums.items()):
        raise OpeningRefused(BALANCE_MOVED)
    return {currency: each.unexplained for currency, each in sums.items() if each.unexplained}


def describe_opening(opening: Mapping[str, int], *, is_booked: bool) -> str:
    """Return a line for each currency, and what to do about it."""
    if not opening:
        return NOTHING
    lines = [f"Opening balance: {format_money(amount, currency)}" for currency, amount in opening.items()]
    return "\n".join([*lines, "It is booked." if is_booked else HOW_TO_BOOK])


async def run(settings: AuditSettings, *, books: bool) -> str:
    """Compare everything, and show or book the opening balance; raise OpeningRefused when it was booked before."""
    async with comparing(settings) as context:
        async with context.database() as work:
            await refuse_second_opening(work)
        await reconcile_everything(context)  # then no worker is in the middle of a list
        async with context.database() as work:
            since = work.now
        balance_before = (await retrieve_balance(context.stripe)).amounts
        await reconcile_everything(context)
        opening = await read_opening(context, balance_before, since)
        if books:
            async with context.database() as work:
                await book_opening(work, opening)
        return describe_opening(opening, is_booked=books)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found, or why it is refused; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m workers.opening_balance", description="Book what Stripe's balance had before CampusG, once."
    )
    parser.add_argument("--book", action="store_true", help="book it; without this it is only shown")
    wants_booking: bool = parser.parse_args(arguments).book
    settings = read_settings_or_exit(read_audit_settings, os.environ)
    try:
        print(asyncio.run(run(settings, books=wants_booking)))
    except OpeningRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OtherPlatformError as other:
        print(other, file=sys.stderr)
        return INVALID_SETTINGS_EXIT_CODE
    return 0
