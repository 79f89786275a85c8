"""The sender of notifications: sends each at most once by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from domain.database.unit_of_work import Begin, UnitOfWork
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind
from domain.inbox.dead_letter_repository import mark_dead_letter_recovered
from domain.messaging.chat_reader_repository import ChatReader, find_due_notification
from domain.messaging.notification.bundles import REFUSED_IN_BUNDLE
from domain.messaging.notification.repository import (
    NotificationRow,
    drop_notification,
    forget_notification_tries,
    keep_notification_lease,
    postpone_notification,
    record_notification_failure,
    record_notification_sent,
    record_notification_sent_late,
)
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout
from domain.support.use_cases.relay import tell_relay_failed
from domain.words import NO_SENTENCE, SentenceUnknown, say
from workers.telegram.answers import await_answer
from workers.telegram.bundles import Bundle, lease_with_followers, render_notification
from workers.telegram.outcomes import (
    Blocked,
    MessageGone,
    MessageRejected,
    SendOutcome,
    SendOutcomeUnknown,
    Sent,
    Unchanged,
)
from workers.telegram.send_endings import (
    Outbox,
    give_up_with_dead_letter,
    heed_rate_limit,
    record_reached,
    record_undelivered,
)
from workers.telegram.sender import is_photo_refused
from workers.telegram.sender_context import SenderContext
from workers.telegram.unknown_sends import add_notification_dead_letter, record_unknown_send

ERROR_RETRY_DELAY = Timeout.NOTIFICATION_ERROR_REST.delta
SENTENCE_REST = Timeout.SENTENCE_REST.delta
MAX_TRIES_WITHOUT_SENTENCE = int(Timeout.SENTENCE_WAIT.delta / SENTENCE_REST)

log = get_logger(__name__)


async def dispatch_notification(sender_context: SenderContext, notification_id: int) -> None:
    """Send one notification, at most once, and what waits behind it and fits into the same message.

    Do nothing when it is not due, or another worker has its lease.
    """
    notification: NotificationRow | None = None
    ready: Bundle | None = None
    try:
        async with sender_context.autocommit() as connection:
            found = await find_due_notification(connection, notification_id)
        if found is None:
            return None
        notification, reader = found
        ready = await _lease_and_render(sender_context, notification, reader)
    except Exception as exception:  # our own error before sending; later notifications to the chat have to go on
        if notification is None:
            raise
        log.exception("notification_not_prepared", notification=notification_id)
        return await _record_notification_error(sender_context, notification, format_error(exception))
    if ready is None:
        return None
    outcome = await await_answer(
        sender_context.waits,
        _send(sender_context, ready, reader),
        keep_lease=partial(_keep_leases, sender_context, ready.notifications),
        record_late=partial(_record_late_answer, sender_context, ready.notifications),
    )
    return await _record_notification_outcome(sender_context, ready.notifications, outcome)


async def _send(sender_context: SenderContext, ready: Bundle, reader: ChatReader) -> SendOutcome:
    """Send it; the words alone when Telegram refuses the photo."""
    first = ready.notifications[0]
    send = partial(sender_context.sender.send, first.campus_id, first.chat_id, silent=ready.silent, topic=reader.topic)
    outcome = await send(ready.content, photo=first.photo)
    if first.photo is None or not is_photo_refused(outcome):
        return outcome
    log.warning("photo_refused", notification=first.id, key=first.key, outcome=outcome)
    text = f"{ready.content.text}\n\n{say(reader.locale, 'bot-photo-missing')}"
    return await send(replace(ready.content, text=text))


async def _keep_leases(sender_context: SenderContext, notifications: Sequence[NotificationRow]) -> None:
    async with sender_context.database() as work:
        for each in notifications:
            await keep_notification_lease(work, each)


async def _record_late_answer(
    sender_context: SenderContext, notifications: Sequence[NotificationRow], outcome: SendOutcome
) -> None:
    """Record that they were sent after all; any other answer changes nothing, because the unknown outcome is told."""
    if isinstance(outcome, Sent):
        await _record_notification_outcome(sender_context, notifications, outcome)


async def _record_notification_error(sender_context: SenderContext, notification: NotificationRow, error: str) -> None:
    async with sender_context.database() as work:
        is_first = _waited_for_sentence(notification)
        failed = await record_notification_failure(work, notification, ERROR_RETRY_DELAY, error, is_first=is_first)
        if failed is not None and failed.tries >= MAX_TRIES:
            await give_up_with_dead_letter(work, _OUTBOX, failed, error)


async def _lease_and_render(
    sender_context: SenderContext, notification: NotificationRow, reader: ChatReader
) -> Bundle | None:
    """Return the leased notification, what joins it, and their content; None when it may not be sent now, or never."""
    if not reader.reachable:
        await _record_notification_outcome(sender_context, (notification,), Blocked("not reachable"))
        return None
    try:
        content = render_notification(sender_context, notification, reader)
    except SentenceUnknown as error:
        await _leave_to_newer_worker(sender_context, notification, str(error))
        return None
    except (LookupError, ValueError) as error:
        await _record_notification_outcome(sender_context, (notification,), MessageRejected(repr(error)))
        return None
    if _waited_for_sentence(notification):
        async with sender_context.database(Begin.AS_ONE_STATEMENT) as work:
            found = await forget_notification_tries(work, notification)
        if found is None:
            return None
        notification = found
    pause = await sender_context.rate_limiter.acquire(
        notification.campus_id, notification.chat_id, edit=False, lane=notification.lane
    )
    if pause:
        async with sender_context.database(Begin.AS_ONE_STATEMENT) as work:
            await postpone_notification(work, notification, timedelta(seconds=pause))
        return None
    return await lease_with_followers(sender_context, notification, content, reader)


def _waited_for_sentence(notification: NotificationRow) -> bool:
    """Return whether its tries count how often it waited for a worker that has its sentence, and no fault."""
    return notification.error is not None and notification.error.startswith(NO_SENTENCE)


async def _leave_to_newer_worker(sender_context: SenderContext, notification: NotificationRow, error: str) -> None:
    """Let it wait for a worker that has its sentence: in an upgrade a newer one comes. Give it up when none came."""
    if notification.tries >= MAX_TRIES_WITHOUT_SENTENCE:
        await _record_notification_outcome(sender_context, (notification,), MessageRejected(error))
        return
    if notification.error != error:
        log.warning("notification_without_sentence", notification=notification.id, key=notification.key)
    async with sender_context.database() as work:
        await record_notification_failure(work, notification, SENTENCE_REST, error)


async def _record_notification_outcome(
    sender_context: SenderContext, notifications: Sequence[NotificationRow], outcome: SendOutcome
) -> None:
    """Record the outcome of each in one transaction."""
    first = notifications[0]
    await heed_rate_limit(sender_context, first, outcome)
    if isinstance(outcome, Sent) and len(notifications) == 1 and first.error is None:
        async with sender_context.database(Begin.AS_ONE_STATEMENT) as work:
            if await record_notification_sent(work, first, outcome.message_id):
                return
    async with sender_context.database() as work:
        if isinstance(outcome, MessageRejected) and len(notifications) > 1:
            log.error("bundle_refused", notification=first.id, key=first.key, error=outcome.description)
            for each in notifications:  # one of them may be at fault: each is sent alone
                await postpone_notification(work, each, timedelta(0), REFUSED_IN_BUNDLE + outcome.description)
            return
        for each in notifications:
            await _apply_notification_outcome(work, each, outcome)


async def _apply_notification_outcome(work: UnitOfWork, notification: NotificationRow, outcome: SendOutcome) -> None:
    """Record the outcome and what follows from it; nothing when another worker has taken it since (fence)."""
    match outcome:
        case Sent(message_id):
            await record_reached(work, notification)
            await _mark_notification_sent(work, notification, message_id)
        case Unchanged() | MessageGone():
            raise AssertionError(f"a send cannot end as {outcome}")
        case _:
            await record_undelivered(work, _OUTBOX, notification, outcome)


async def _record_unknown(work: UnitOfWork, notification: NotificationRow, outcome: SendOutcomeUnknown) -> None:
    await record_unknown_send(work, notification, outcome.description)


async def _tell_nobody(_work: UnitOfWork, _notification: NotificationRow) -> None:
    """Tell nobody: it is sent when the group is found again."""


async def _tell_writer(work: UnitOfWork, notification: NotificationRow) -> None:
    await tell_relay_failed(work, notification.id)


async def _mark_notification_sent(work: UnitOfWork, notification: NotificationRow, message_id: int) -> None:
    if await record_notification_sent(work, notification, message_id):
        return
    if await record_notification_sent_late(work, notification, message_id):
        await mark_dead_letter_recovered(work, DeadLetterKind.NOTIFICATION, notification.id)


_OUTBOX = Outbox(
    kind=DeadLetterKind.NOTIFICATION,
    queue_job="send_notification",
    postpone=postpone_notification,
    give_up=drop_notification,
    add_dead_letter=add_notification_dead_letter,
    tell_waiting=_tell_nobody,
    tell_unreachable=_tell_writer,
    record_unknown=_record_unknown,
)
