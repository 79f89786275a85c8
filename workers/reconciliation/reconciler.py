"""The reconciler: which lists and rows are compared how often, and what happens when Stripe is away.

It is a task of the sweeper inside every worker, without cron and without Redis. A lease on a list decides which worker
reads it. A turn makes at most twenty calls, one after the other, so that no cancel or capture waits behind them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from domain.database.unit_of_work import UnitOfWork
from domain.reconciliation.list_cursor_repository import (
    ListCursor,
    add_list_cursors,
    are_all_lists_read,
    lease_list_cursor,
    list_accounts_without_cursor,
    make_all_lists_due,
    postpone_list_cursor,
    record_list_read,
    record_page_read,
    release_list_cursor,
)
from domain.reconciliation.repository import report_discrepancy
from domain.reconciliation.transfer_meanings import ask_about_unsaid_transfers
from domain.refunds.evidence.reminders import remind_of_disputes
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import CallFailed, KeyRefused, Refused, lacks_permission
from workers.engine.worker_context import WorkerContext
from workers.reconciliation import balance_transactions, discrepancy_rechecks, orphans, stalled_rows
from workers.reconciliation.at_stripe.due_returns import start_due_returns
from workers.reconciliation.at_stripe.foreign_objects import tell_foreign_objects
from workers.reconciliation.at_stripe.unbooked_objects import report_booked_after_settling
from workers.reconciliation.expiring_holds import alert_expiring_holds
from workers.reconciliation.missed_events import list_of_events
from workers.reconciliation.reconciliation_context import (
    CallBudgetSpentError,
    ReconciliationContext,
    fenced,
    new_reconciliation_context,
)
from workers.reconciliation.refused_lists import tell_list_refused
from workers.reconciliation.stripe_lists import read_stripe_list
from workers.reconciliation.whole_balance import compare_balances

CHECK_INTERVAL = Timeout.LIST_CHECKED_INTERVAL.delta
CONTINUE_DELAY = Timeout.LIST_CONTINUE.delta
MAX_RETRY_DELAY = Timeout.LIST_RETRY_MAX.delta
ACCOUNT_LIST_PREFIX = "events:"  # followed by the account
MAX_NEW_ACCOUNTS = 20
MOVEMENTS = "movements"  # the list of the balance's transactions
UNLIMITED = 1_000_000  # calls, or seconds
RECHECK_DELAY_SECONDS = Timeout.RECHECK_PAUSE.seconds


class RowCheckFailedError(Exception):
    """A check of rows failed: it is in the log, and the turn counts as failed, so that operators are alerted."""


ListReader = Callable[[ReconciliationContext, ListCursor], Awaitable[None]]

STRIPE_LISTS: Mapping[str, ListReader] = MappingProxyType(
    {
        "events": partial(read_stripe_list, stripe_list=list_of_events(account=None)),
        "payment_intents": partial(read_stripe_list, stripe_list=orphans.INTENT_LIST),
        "transfers": partial(read_stripe_list, stripe_list=orphans.TRANSFER_LIST),
        "refunds": partial(read_stripe_list, stripe_list=orphans.REFUND_LIST),
        MOVEMENTS: partial(read_stripe_list, stripe_list=balance_transactions.BALANCE_TRANSACTION_LIST),
    }
)

log = get_logger(__name__)


async def _check_holds(context: ReconciliationContext, list_cursor: ListCursor) -> None:
    await _check_by_number(context, list_cursor, stalled_rows.check_stalled_holds, stalled_rows.STALLED_DELAY)


async def _add_lists_of_new_accounts(work: UnitOfWork) -> None:
    new_accounts = await list_accounts_without_cursor(work, ACCOUNT_LIST_PREFIX, MAX_NEW_ACCOUNTS)
    await add_list_cursors(work, {f"{ACCOUNT_LIST_PREFIX}{account}": account for account in new_accounts})


# What needs no call, by the name that the log gives it.
CHECKS_WITHOUT_CALLS: Mapping[str, Callable[[UnitOfWork], Awaitable[None]]] = MappingProxyType(
    {
        "stalled_payouts": stalled_rows.check_stalled_payouts,
        "pending_refunds": stalled_rows.check_pending_refunds,
        "due_returns": start_due_returns,
        "disputes": remind_of_disputes,
        "expiring_holds": alert_expiring_holds,
        "foreign_objects": tell_foreign_objects,
        "settled_movements": report_booked_after_settling,
        "unsaid_transfers": ask_about_unsaid_transfers,
        "new_accounts": _add_lists_of_new_accounts,
    }
)


async def _check_rows(context: ReconciliationContext, list_cursor: ListCursor) -> None:
    """Run the checks in a transaction each, so that one that fails stops no other; raise RowCheckFailedError then."""
    failed = [name for name, check in CHECKS_WITHOUT_CALLS.items() if not await _try_check(context, name, check)]
    async with context.database() as work:
        if not failed:
            await record_list_read(work, list_cursor, seen_until=None, delay=CHECK_INTERVAL)
            return
        error = f"failed: {', '.join(failed)}"
        await postpone_list_cursor(work, list_cursor, error, delay=CHECK_INTERVAL, postpone_all=False)
    raise RowCheckFailedError(error)


async def _try_check(context: ReconciliationContext, name: str, check: Callable[[UnitOfWork], Awaitable[None]]) -> bool:
    """Run a check; log its failure, and return whether it succeeded."""
    try:
        async with context.database() as work:
            await check(work)
    except CallBudgetSpentError:
        raise
    except Exception:
        log.exception("row_check_failed", check=name)
        return False
    return True


async def _check_balances(context: ReconciliationContext, list_cursor: ListCursor) -> None:
    discrepancies = await compare_balances(context)
    async with context.database() as work:
        for each in discrepancies or ():
            await report_discrepancy(work, each)
        await record_list_read(
            work,
            list_cursor,
            seen_until=None,
            delay=balance_transactions.INTERVAL if discrepancies is not None else CHECK_INTERVAL,
        )


async def _recheck_open(context: ReconciliationContext, list_cursor: ListCursor) -> None:
    await _check_by_number(
        context, list_cursor, discrepancy_rechecks.recheck_open, discrepancy_rechecks.RECHECK_INTERVAL
    )


async def _check_by_number(
    context: ReconciliationContext,
    list_cursor: ListCursor,
    check_batch: Callable[[ReconciliationContext, int], Awaitable[int | None]],
    delay: timedelta,
) -> None:
    """Check rows in the order of their ids, batch by batch; the list cursor keeps the place between turns."""
    after: int | None = int(list_cursor.cursor or 0)
    while after is not None:
        after = await check_batch(context, after)
        async with context.database() as work:
            if after is None:
                await record_list_read(work, list_cursor, seen_until=None, delay=delay)
            elif not await record_page_read(work, list_cursor, newest=None, watermark=None, cursor=str(after)):
                return


ROW_CHECKS: Mapping[str, ListReader] = MappingProxyType(
    {"rows": _check_rows, "holds": _check_holds, "open": _recheck_open, "sums": _check_balances}
)


async def reconcile(worker_context: WorkerContext, stopping: asyncio.Event) -> None:
    """Run one turn: recheck what admins asked for, then read lists that are due; end early when `stopping` is set."""
    context = new_reconciliation_context(worker_context, stopping)
    async with context.database() as work:
        await add_list_cursors(work, dict.fromkeys((*STRIPE_LISTS, *ROW_CHECKS)))
    try:
        await discrepancy_rechecks.recheck_requested(context)
    except (CallFailed, CallBudgetSpentError) as failure:
        log.info("requested_comparison_postponed", error=failure)
        if not lacks_permission(failure):
            return
    while await _read_next_due(context):
        continue


async def _read_next_due(context: ReconciliationContext) -> bool:
    """Read the list that has been due for longest; return False when there is none, or this turn is over."""
    async with context.database() as work:
        list_cursor = await lease_list_cursor(work, context.worker)
    return list_cursor is not None and await read_leased_list(context, list_cursor)


async def read_leased_list(context: ReconciliationContext, list_cursor: ListCursor) -> bool:
    """Read a leased list; return False when the turn is over, another worker took the list, or Stripe is away."""
    fenced_context = replace(context, database=fenced(context.database, list_cursor))
    try:
        await _read_list(fenced_context, list_cursor)
    except CallBudgetSpentError:
        async with context.database() as work:
            await release_list_cursor(work, list_cursor, delay=CONTINUE_DELAY)
        return False
    except CallFailed as failure:
        is_about_us = isinstance(failure, Refused) or lacks_permission(failure)
        is_stripe_away = list_cursor.account is None and not is_about_us
        pause = min(CHECK_INTERVAL * 2 ** min(list_cursor.failures, 10), MAX_RETRY_DELAY)
        log.warning("list_not_read", list=list_cursor.task, retry_in_seconds=pause.total_seconds(), error=failure)
        async with context.database() as work:
            await postpone_list_cursor(work, list_cursor, str(failure), delay=pause, postpone_all=is_stripe_away)
            if isinstance(failure, KeyRefused):
                await tell_list_refused(work, list_cursor.task, failure)
        return not is_stripe_away
    finally:
        context.calls_left = fenced_context.calls_left
    return True


async def _read_list(context: ReconciliationContext, list_cursor: ListCursor) -> None:
    if list_cursor.account is not None:
        await read_stripe_list(context, list_cursor, list_of_events(list_cursor.account))
        return
    read = STRIPE_LISTS.get(list_cursor.task) or ROW_CHECKS[list_cursor.task]
    await read(context, list_cursor)


async def reconcile_everything(worker_context: WorkerContext) -> None:
    """Read every list to its end now, without limits, and wait for lists that another worker is reading."""
    context = new_reconciliation_context(
        worker_context, asyncio.Event(), max_calls=UNLIMITED, max_duration_seconds=UNLIMITED
    )
    async with context.database() as work:
        await add_list_cursors(work, dict.fromkeys((*STRIPE_LISTS, *ROW_CHECKS)))
        await make_all_lists_due(work)
    while True:
        while await _read_next_due(context):
            continue
        async with context.database() as work:
            if await are_all_lists_read(work):
                return
        await asyncio.sleep(RECHECK_DELAY_SECONDS)
