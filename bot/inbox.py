"""From an update to its effect, exactly once: one unit of work each, then the words; what fails comes again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from structlog.contextvars import bind_contextvars

from bot.arrivals import glimpse, tap_of
from bot.limits import Limit, Verdict
from bot.lines import Lines
from bot.measures import Measures
from bot.refusals import refused, say_sorry, say_too_fast, tidy_up
from bot.replies import Replies
from domain.errors import CampusGError
from domain.logs import get_logger
from domain.parking import MOST_TRIES, ParkedKind, Poison, spelled
from domain.store.inbox import (
    Arrival,
    Turn,
    count_failure,
    earlier_open,
    mark_handled,
    take_update,
    unfinished,
    wait_in_line,
)
from domain.store.parking import park
from domain.store.unit_of_work import Database, UnitOfWork

HANDLING_WITHIN = 20.0  # seconds; a handler is a few statements
RETRY_EVERY = 1.0  # seconds between two looks for unfinished updates
RETRY_MOST = 50  # updates a look

Dispatch = Callable[[UnitOfWork, Arrival], Awaitable[Replies]]
Speak = Callable[[Arrival, Replies], Awaitable[None]]

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """All that handling an update needs."""

    database: Database
    dispatch: Dispatch
    speak: Speak
    limit: Limit
    lines: Lines
    slots: asyncio.Semaphore  # how many updates are handled at once; each holds a database connection
    measures: Measures


class _EarlierFirst(Exception):
    """The person has an older update that is not handled yet."""

    def __init__(self, earlier: Arrival) -> None:
        super().__init__(earlier.update_id)
        self.earlier = earlier


async def receive(inbox: Inbox, arrival: Arrival) -> bool:
    """An update that just came in: whether it is settled; if not, it must come again."""
    if arrival.person_id is not None:
        verdict = await inbox.limit(arrival.person_id)
        if verdict is not Verdict.GO:
            await _hold_off(inbox, arrival, verdict)
            return True
    return await handle(inbox, arrival)


async def handle(inbox: Inbox, arrival: Arrival, *, answer_known: bool = True) -> bool:
    """Give an update its effect unless it had it; a tap that had it is still answered when `answer_known`."""
    async with inbox.lines.line(arrival.person_id):
        return await _handle_in_line(inbox, arrival, answer_known=answer_known)


async def _handle_in_line(inbox: Inbox, arrival: Arrival, *, answer_known: bool) -> bool:
    while True:
        bind_contextvars(update=arrival.update_id, campus=arrival.campus_id, person=arrival.person_id)
        try:
            replies = await _settle(inbox, arrival)
        except _EarlierFirst as found:
            if not await _handle_in_line(inbox, found.earlier, answer_known=False):
                return False
            continue
        except Exception as error:  # whatever it is, it must neither be lost nor stop the process
            return await _count_failure(inbox, arrival, error)
        if replies is not None:
            await inbox.speak(arrival, replies)
        elif answer_known:
            await inbox.speak(arrival, ())
        return True


async def _settle(inbox: Inbox, arrival: Arrival) -> Replies | None:
    """Commit the effect or the refusal; None when that happened before."""
    try:
        with inbox.measures.seconds.time():
            async with inbox.slots, asyncio.timeout(HANDLING_WITHIN):
                replies = await _give_effect(inbox, arrival)
    except CampusGError as refusal:
        return await _refuse(inbox, arrival, refusal)
    inbox.measures.handled.inc(replies is not None)
    return replies


async def _give_effect(inbox: Inbox, arrival: Arrival) -> Replies | None:
    async with inbox.database() as work:
        if arrival.person_id is not None:
            await wait_in_line(work, arrival.person_id)
        turn = await take_update(work, arrival)
        if turn is Turn.PAST:
            return None
        if turn is Turn.BEHIND:
            earlier = await earlier_open(work, arrival)
            if earlier is not None:  # its refusal, or its parking, may be committed meanwhile
                raise _EarlierFirst(earlier)
        return await inbox.dispatch(work, arrival)


async def _refuse(inbox: Inbox, arrival: Arrival, refusal: CampusGError) -> Replies | None:
    """Its effects are rolled back; that it was refused is committed, so that it is refused once.

    None, and nothing changed, when another process handled it meanwhile.
    """
    log.warning(
        "action_refused",
        refusal=type(refusal).__name__,
        person=arrival.person_id,
        campus=arrival.campus_id,
        update=arrival.update_id,
        tap=tap_of(arrival.payload),
    )
    async with inbox.database() as work:
        if not await mark_handled(work, arrival, note=refusal.key):
            return None
        await tidy_up(work, arrival, refusal)
    inbox.measures.refused.inc()
    return refused(arrival, refusal)


async def _hold_off(inbox: Inbox, arrival: Arrival, verdict: Verdict) -> None:
    log.warning("rate_limit_exceeded", person=arrival.person_id, campus=arrival.campus_id)
    async with inbox.database() as work:
        await mark_handled(work, arrival, note="too often")
    inbox.measures.refused.inc()
    await inbox.speak(arrival, say_too_fast(arrival, verdict))


async def _count_failure(inbox: Inbox, arrival: Arrival, error: Exception) -> bool:
    """Write the failure down beside the update; after the last try the person is told, once."""
    log.error("update_failed", update=arrival.update_id, campus=arrival.campus_id, exc_info=error)
    inbox.measures.failed.inc()
    async with inbox.database() as work:
        parked = await count_failure(work, arrival, spelled(error))
        if parked:
            await park(work, _poison(arrival, error))
    if parked:
        inbox.measures.parked.inc()
        await inbox.speak(arrival, say_sorry(arrival))
    return parked


def _poison(arrival: Arrival, error: Exception) -> Poison:
    return Poison(
        kind=ParkedKind.UPDATE,
        subject=f"{arrival.campus_id}:{arrival.update_id}",
        campus_id=arrival.campus_id,
        shown=f"{glimpse(arrival.payload)} · {arrival.person_id or '-'}",
        tries=MOST_TRIES,
        error=spelled(error),
    )


async def finish_unfinished(inbox: Inbox, campus_ids: Callable[[], list[int]]) -> None:
    """For ever: take up what failed before and what a killed process left behind."""
    while True:
        await asyncio.sleep(RETRY_EVERY)
        try:
            async with inbox.database() as work:
                found = await unfinished(work, campus_ids(), RETRY_MOST)
            for arrival in found:
                await handle(inbox, arrival, answer_known=False)
        except Exception as error:  # the database is away; it was told about already, and comes back
            log.warning("unfinished_updates_not_read", error=error)
