"""The update inbox: each update has its effect exactly once, in one unit of work; failed updates are retried."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from structlog.contextvars import bind_contextvars

from bot.conversation.answers.last_answers import keep_refused_answer
from bot.conversation.audience.strangers import is_answered, reply_to_refused_stranger
from bot.conversation.refusal_replies import (
    clean_up_after_refusal,
    reply_to_failure,
    reply_to_rate_limit,
    reply_to_refusal,
)
from bot.conversation.replies import Replies
from bot.transport.metrics import BotMetrics
from bot.transport.replies.closed_copies import close_tapped_copy
from bot.transport.update_payload import describe_update, find_tap, is_rate_limited
from bot.transport.user_locks import UserLocks
from bot.transport.user_rate_limit import RateLimiter, RateLimitVerdict
from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory
from domain.errors import CampusGError
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.inbox.repository import (
    IncomingUpdate,
    UpdateReadiness,
    find_earlier_unhandled_update,
    list_unhandled_updates,
    lock_user,
    mark_update_handled,
    record_update_failure,
    store_updates,
    try_mark_update_handled,
)
from domain.settings.logs import get_logger, get_refusal_logger
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout

HANDLING_TIMEOUT_SECONDS = Timeout.UPDATE_HANDLING.seconds
RETRY_INTERVAL_SECONDS = Timeout.UPDATE_RETRY_INTERVAL.seconds
MAX_PEOPLE_RETRIED = 20  # whose updates are retried at the same time

Dispatch = Callable[[UnitOfWork, IncomingUpdate], Awaitable[Replies]]
SendReplies = Callable[[IncomingUpdate, Replies], None]  # queues them: nothing here waits for Telegram

log = get_logger(__name__)
refusals = get_refusal_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInbox:
    """What handling an update needs."""

    database: UnitOfWorkFactory
    dispatch: Dispatch
    send_replies: SendReplies
    check_rate_limit: RateLimiter
    user_locks: UserLocks
    slots: asyncio.Semaphore  # how many updates are handled at once; each holds a database connection
    metrics: BotMetrics


class _EarlierUpdatePending(Exception):
    """The person has an older update that is not handled yet."""

    def __init__(self, earlier: IncomingUpdate) -> None:
        super().__init__(earlier.update_id)
        self.earlier = earlier


async def receive_update(inbox: UpdateInbox, incoming_update: IncomingUpdate) -> bool:
    """Handle a new update and return whether that is finished; if not, it must be delivered again.

    When too many updates of the same person wait already, it is stored, and handled after them.
    """
    if incoming_update.person_id is not None and is_rate_limited(incoming_update.payload):
        verdict = await inbox.check_rate_limit(incoming_update.person_id)
        if verdict is not RateLimitVerdict.ALLOWED:
            await _reject_rate_limited(inbox, incoming_update, verdict)
            return True
    if inbox.user_locks.is_crowded(incoming_update.person_id):
        inbox.metrics.postponed.inc()
        async with inbox.database(Begin.AS_ONE_STATEMENT) as work:
            await store_updates(work, [incoming_update])
        return True
    return await handle_update(inbox, incoming_update)


async def handle_update(inbox: UpdateInbox, incoming_update: IncomingUpdate, *, answer_duplicates: bool = True) -> bool:
    """Handle an update unless it was handled before; `answer_duplicates` answers the tap of one that was."""
    async with inbox.user_locks.hold(incoming_update.person_id):
        return await _handle_under_lock(inbox, incoming_update, answer_duplicates=answer_duplicates)


async def _handle_under_lock(inbox: UpdateInbox, incoming_update: IncomingUpdate, *, answer_duplicates: bool) -> bool:
    while True:
        bind_contextvars(
            update=incoming_update.update_id, campus=incoming_update.campus_id, person=incoming_update.person_id
        )
        try:
            replies = await _apply_once(inbox, incoming_update)
        except _EarlierUpdatePending as found:
            if not await _handle_under_lock(inbox, found.earlier, answer_duplicates=False):
                return False
            continue
        except Exception as error:  # no error may lose the update or stop the process
            return await _record_failure(inbox, incoming_update, error)
        if replies is not None:
            inbox.send_replies(incoming_update, replies)
        elif answer_duplicates:
            inbox.send_replies(incoming_update, ())
        return True


async def _apply_once(inbox: UpdateInbox, incoming_update: IncomingUpdate) -> Replies | None:
    """Commit the effect or the refusal. Return None when that happened before."""
    try:
        with inbox.metrics.handling_seconds.time():
            async with inbox.slots, asyncio.timeout(HANDLING_TIMEOUT_SECONDS):
                replies = await _dispatch_in_transaction(inbox, incoming_update)
    except CampusGError as refusal:
        return await _record_refusal(inbox, incoming_update, refusal)
    inbox.metrics.handled.inc(replies is not None)
    return replies


async def _dispatch_in_transaction(inbox: UpdateInbox, incoming_update: IncomingUpdate) -> Replies | None:
    is_of_person = incoming_update.person_id is not None
    async with inbox.database(Begin.BY_FIRST_STATEMENT if is_of_person else Begin.WITH_TIME) as work:
        if incoming_update.person_id is not None:
            await lock_user(work, incoming_update.person_id)
        readiness = await try_mark_update_handled(work, incoming_update)
        if readiness is UpdateReadiness.ALREADY_HANDLED:
            return None
        if readiness is UpdateReadiness.BLOCKED_BY_EARLIER:
            earlier = await find_earlier_unhandled_update(work, incoming_update)
            if earlier is not None:  # it may have been refused, or become a dead letter, meanwhile
                raise _EarlierUpdatePending(earlier)
        replies = await inbox.dispatch(work, incoming_update)
        return (*replies, *await close_tapped_copy(work, incoming_update, replies))


async def _record_refusal(inbox: UpdateInbox, incoming_update: IncomingUpdate, refusal: CampusGError) -> Replies | None:
    """Commit that an update was refused, so that it is refused once; its effects are rolled back already.

    Return None and change nothing when another process handled it meanwhile.
    """
    refusals.warning(
        "action_refused",
        refusal=type(refusal).__name__,
        person=incoming_update.person_id,
        campus=incoming_update.campus_id,
        update=incoming_update.update_id,
        tap=find_tap(incoming_update.payload),
    )
    async with inbox.database() as work:
        if not await mark_update_handled(work, incoming_update, note=refusal.key):
            return None
        await clean_up_after_refusal(work, incoming_update, refusal)
        await keep_refused_answer(work, incoming_update)
        closing = await close_tapped_copy(work, incoming_update, ())
        said_to_stranger = await reply_to_refused_stranger(work, incoming_update)
    inbox.metrics.refused.inc()
    if said_to_stranger is not None:
        return said_to_stranger
    return (*reply_to_refusal(incoming_update, refusal), *closing)


async def _reject_rate_limited(inbox: UpdateInbox, incoming_update: IncomingUpdate, verdict: RateLimitVerdict) -> None:
    refusals.warning("rate_limit_exceeded", person=incoming_update.person_id, campus=incoming_update.campus_id)
    async with inbox.database() as work:
        await mark_update_handled(work, incoming_update, note="too often")
        replies = reply_to_rate_limit(incoming_update, verdict)
        is_told = bool(replies) and await is_answered(work, incoming_update)
    inbox.metrics.refused.inc()
    inbox.metrics.rate_limited.inc()
    if is_told:
        inbox.send_replies(incoming_update, replies)


async def _record_failure(inbox: UpdateInbox, incoming_update: IncomingUpdate, error: Exception) -> bool:
    """Save the failure with the update; after the last attempt tell the person, once."""
    log.error("update_failed", update=incoming_update.update_id, campus=incoming_update.campus_id, exc_info=error)
    inbox.metrics.failed.inc()
    async with inbox.database() as work:
        is_dead_letter = await record_update_failure(work, incoming_update, format_error(error))
        if is_dead_letter:
            await add_dead_letter(work, _new_failed_item(incoming_update, error))
        is_told = is_dead_letter and await is_answered(work, incoming_update)
    if is_dead_letter:
        inbox.metrics.dead_lettered.inc()
    if is_told:
        inbox.send_replies(incoming_update, reply_to_failure(incoming_update))
    return is_dead_letter


def _new_failed_item(incoming_update: IncomingUpdate, error: Exception) -> FailedItem:
    return FailedItem(
        kind=DeadLetterKind.UPDATE,
        subject=f"{incoming_update.campus_id}:{incoming_update.update_id}",
        campus_id=incoming_update.campus_id,
        shown=f"{describe_update(incoming_update.payload)} · {incoming_update.person_id or '-'}",
        tries=MAX_TRIES,
        error=format_error(error),
    )


async def retry_unfinished_updates(inbox: UpdateInbox, campus_ids: Callable[[], list[int]]) -> None:
    """Retry for ever the updates that failed, and those that a killed process left unfinished.

    The updates of a person are retried in order, and no person waits for another.
    """
    retries: dict[int, asyncio.Task[None]] = {}
    try:
        while True:
            await asyncio.sleep(RETRY_INTERVAL_SECONDS)
            retries = {person: task for person, task in retries.items() if not task.done()}
            for person, updates in (await _find_unfinished_updates(inbox, campus_ids(), without=retries)).items():
                if len(retries) < MAX_PEOPLE_RETRIED:
                    retries[person] = asyncio.create_task(_retry_in_order(inbox, updates))
    finally:
        for task in retries.values():
            task.cancel()
        await asyncio.gather(*retries.values(), return_exceptions=True)


async def _find_unfinished_updates(
    inbox: UpdateInbox, campus_ids: list[int], *, without: Mapping[int, object]
) -> Mapping[int, Sequence[IncomingUpdate]]:
    """Return the updates to retry by person; an update without a person has a key of its own."""
    by_person: defaultdict[int, list[IncomingUpdate]] = defaultdict(list)
    try:
        async with inbox.database() as work:
            found = await list_unhandled_updates(work, campus_ids, without=without)
    except Exception as error:  # the database is away: the next query tries again
        log.warning("unfinished_updates_not_read", error=error)
        return by_person
    for incoming_update in sorted(found, key=lambda each: each.update_id):
        person_id = incoming_update.person_id
        by_person[-incoming_update.update_id if person_id is None else person_id].append(incoming_update)
    return by_person


async def _retry_in_order(inbox: UpdateInbox, updates: Sequence[IncomingUpdate]) -> None:
    try:
        for incoming_update in updates:
            if not await handle_update(inbox, incoming_update, answer_duplicates=False):
                return
    except Exception as error:  # the database is away: a later query finds them again
        log.warning("unfinished_updates_not_retried", error=error)
