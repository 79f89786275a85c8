"""The rounds of reconciliation: what is read how often, by one worker at a time, and what happens when Stripe is away.

A round is a task inside every worker, like the rest of the sweep: no cron, and nothing in Redis. A lease on the list
decides who reads it. Its calls are made one after the other, at most twenty a turn, so that no cancel and no capture
ever waits behind them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from domain.logs import get_logger
from domain.store.differences import report
from domain.store.readings import (
    Reading,
    accounts_without,
    add_readings,
    all_read,
    end_reading,
    leave_reading,
    make_all_due,
    note_page,
    put_off,
    take_reading,
)
from workers.outcomes import CallFailed, Refused
from workers.reconciling import looking, movements, orphans, unfinished
from workers.reconciling.dying import watch_holds
from workers.reconciling.events import ACCOUNT_EVENTS, PLATFORM_EVENTS
from workers.reconciling.listing import Listing, read_on
from workers.reconciling.turn import SpentError, Turn, fenced, new_turn
from workers.workshop import Workshop

EVERY = timedelta(seconds=60)
NEXT_TURN = timedelta(seconds=5)  # a list that is longer than a turn
LONGEST_PAUSE = timedelta(minutes=15)
OF_ACCOUNT = "events:"  # and the account
MOST_NEW_ACCOUNTS = 20
NO_BOUND = 1_000_000  # calls, or seconds
LOOK_AGAIN_AFTER = 0.5  # seconds

LISTINGS: Mapping[str, Listing] = MappingProxyType(
    {
        "events": PLATFORM_EVENTS,
        "payment_intents": orphans.INTENT_SWEEP,
        "transfers": orphans.TRANSFER_SWEEP,
        "refunds": orphans.REFUND_SWEEP,
        "movements": movements.MOVEMENTS,
    }
)

log = get_logger(__name__)


async def _holds(turn: Turn, taken: Reading) -> None:
    await _by_number(turn, taken, unfinished.look_at_holds, unfinished.OLD)


async def _rows(turn: Turn, taken: Reading) -> None:
    async with turn.database() as work:
        await unfinished.look_at_payables(work)
        await unfinished.look_at_refunds(work)
        await watch_holds(work)
        new = await accounts_without(work, OF_ACCOUNT, MOST_NEW_ACCOUNTS)
        await add_readings(work, {f"{OF_ACCOUNT}{account}": account for account in new})
        await end_reading(work, taken, seen_until=None, again=EVERY)


async def _sums(turn: Turn, taken: Reading) -> None:
    seen = await movements.compare_sums(turn)
    async with turn.database() as work:
        for each in seen or ():
            await report(work, each)
        await end_reading(work, taken, seen_until=None, again=movements.EVERY if seen is not None else EVERY)


async def _open(turn: Turn, taken: Reading) -> None:
    await _by_number(turn, taken, looking.look_at_open, looking.EVERY)


async def _by_number(
    turn: Turn, taken: Reading, look: Callable[[Turn, int], Awaitable[int | None]], again: timedelta
) -> None:
    """Go through rows of ours by their numbers, with the place kept between turns."""
    after: int | None = int(taken.cursor or 0)
    while after is not None:
        after = await look(turn, after)
        async with turn.database() as work:
            if after is None:
                await end_reading(work, taken, seen_until=None, again=again)
            elif not await note_page(work, taken, newest=None, held=None, cursor=str(after)):
                return


OTHERS: Mapping[str, Callable[[Turn, Reading], Awaitable[None]]] = MappingProxyType(
    {"rows": _rows, "holds": _holds, "open": _open, "sums": _sums}
)


async def reconcile(workshop: Workshop, stopping: asyncio.Event) -> None:
    """One turn: what an admin wants looked at, then the lists that are due; it ends early when the worker does."""
    turn = new_turn(workshop, stopping)
    async with turn.database() as work:
        await add_readings(work, dict.fromkeys((*LISTINGS, *OTHERS)))
    try:
        await looking.look_at_wanted(turn)
    except (CallFailed, SpentError) as failure:
        log.info("requested_comparison_postponed", error=failure)
        return
    while await _next(turn):
        continue


async def _next(turn: Turn) -> bool:
    """Read the list that is due for longest; False when there is none, or this turn is over."""
    async with turn.database() as work:
        taken = await take_reading(work, turn.worker)
    return taken is not None and await read(turn, taken)


async def read(turn: Turn, taken: Reading) -> bool:
    """Read a taken list; False when the turn is over, another worker took the list, or Stripe is away."""
    ours = replace(turn, database=fenced(turn.database, taken))
    try:
        await _read(ours, taken)
    except SpentError:
        async with turn.database() as work:
            await leave_reading(work, taken, again=NEXT_TURN)
        return False
    except CallFailed as failure:
        away = taken.account is None and not isinstance(failure, Refused)
        pause = min(EVERY * 2 ** min(taken.failures, 10), LONGEST_PAUSE)
        log.warning("list_not_read", list=taken.task, retry_in_seconds=pause.total_seconds(), error=failure)
        async with turn.database() as work:
            await put_off(work, taken, str(failure), again=pause, everything=away)
        return not away
    finally:
        turn.calls = ours.calls
    return True


async def _read(turn: Turn, taken: Reading) -> None:
    listing = ACCOUNT_EVENTS if taken.account is not None else LISTINGS.get(taken.task)
    if listing is not None:
        await read_on(turn, taken, listing)
    else:
        await OTHERS[taken.task](turn, taken)


async def reconcile_everything(workshop: Workshop) -> None:
    """Read every list to its end now, however long it takes; what another worker reads just now is waited for."""
    turn = new_turn(workshop, asyncio.Event(), calls=NO_BOUND, within=NO_BOUND)
    async with turn.database() as work:
        await add_readings(work, dict.fromkeys((*LISTINGS, *OTHERS)))
        await make_all_due(work)
    while True:
        while await _next(turn):
            continue
        async with turn.database() as work:
            if await all_read(work):
                return
        await asyncio.sleep(LOOK_AGAIN_AFTER)
