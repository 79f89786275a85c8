"""Delivering what was written: cards drawn as committed when they are sent, pushes sent at most once by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from domain.buttons import Button, ButtonStyle
from domain.dead_letter import MAX_TRIES, DeadLetterKind, format_error
from domain.logs import get_logger
from domain.order_messages import OrderMessageContent, render_order_message
from domain.saga import backoff_delay
from domain.store.chat_readers import ChatReader, find_chat_reader
from domain.store.dead_letter_repository import mark_dead_letter_recovered
from domain.store.notification_repository import (
    NotificationRow,
    drop_notification,
    find_due_notification,
    lease_notification,
    postpone_notification,
    record_notification_failure,
    record_notification_sent,
)
from domain.store.order_message_repository import (
    OrderMessageRow,
    give_up_order_message,
    lease_order_message,
    migrate_chat,
    postpone_order_message,
    record_order_message_gone,
    record_order_message_sent,
)
from domain.store.order_view_query import OrderMessageSource, order_message_source_from_row, read_order_view
from domain.store.person_repository import mark_unreachable
from domain.store.unit_of_work import AutocommitConnectionFactory, UnitOfWork, UnitOfWorkFactory
from domain.store.use_cases.relay_use_cases import tell_relay_failed
from domain.words import say, say_plain
from workers.outbox_dead_letters import add_notification_dead_letter, add_order_message_dead_letter
from workers.telegram_rate_limit import TelegramRateLimiter
from workers.telegram_sender import (
    Blocked,
    MessageGone,
    MessageRejected,
    Migrated,
    NotSent,
    RateLimited,
    SendOutcome,
    SendOutcomeUnknown,
    Sent,
    TelegramSender,
    Unchanged,
)
from workers.unknown_sends import record_unknown_send

NO_DELAY = timedelta(0)
ERROR_RETRY_DELAY = timedelta(seconds=2)  # what was written to the same chat later waits that long

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderContext:
    """What delivering needs."""

    database: UnitOfWorkFactory
    autocommit: AutocommitConnectionFactory
    sender: TelegramSender
    rate_limiter: TelegramRateLimiter


async def sync_order_message(sender_context: SenderContext, order_message_id: int) -> None:
    """Bring one card up to what is committed; nothing when it is not due, or another worker is at it."""
    order_message: OrderMessageRow | None = None
    try:
        async with (
            sender_context.autocommit() as connection
        ):  # one for both: nobody waits for another while the lease runs
            order_message = await lease_order_message(connection, order_message_id)
            seen = None if order_message is None else await read_order_view(connection, order_message)
        if order_message is not None and seen is not None:
            await _render_and_send(sender_context, order_message, order_message_source_from_row(seen, order_message))
    except Exception as exception:  # of our own: the other cards go on, and this one not for ever
        if order_message is None:
            raise
        log.exception("order_message_not_rendered", order_message=order_message.id, order=order_message.order_id)
        await _record_order_message_error(sender_context, order_message, format_error(exception))


async def _record_order_message_error(
    sender_context: SenderContext, order_message: OrderMessageRow, error: str
) -> None:
    async with sender_context.database() as work:
        if order_message.tries < MAX_TRIES:
            await postpone_order_message(work, order_message, backoff_delay(order_message.tries), error)
        else:
            await _give_up_order_message(work, order_message, error)


async def _render_and_send(
    sender_context: SenderContext, order_message: OrderMessageRow, source: OrderMessageSource
) -> None:
    if not source.reader.reachable:
        return await _record_order_message_outcome(sender_context, order_message, "", Blocked("not reachable"))
    try:
        content = render_order_message(order_message.kind, source.view, source.reader.locale)
    except (LookupError, ValueError) as error:
        return await _record_order_message_outcome(sender_context, order_message, "", MessageRejected(repr(error)))
    outcome = await _send_or_edit(sender_context, order_message, content, silent=not source.is_audible)
    return await _record_order_message_outcome(sender_context, order_message, content.digest, outcome)


async def _send_or_edit(
    sender_context: SenderContext, order_message: OrderMessageRow, content: OrderMessageContent, *, silent: bool
) -> SendOutcome | timedelta:
    """The outcome, or how long the chat's buckets say to wait."""
    if order_message.message_id is not None and content.digest == order_message.sent_hash:
        return Unchanged()
    pause = await sender_context.rate_limiter.acquire(
        order_message.campus_id, order_message.chat_id, edit=order_message.message_id is not None
    )
    if pause:
        return timedelta(seconds=pause)
    if order_message.message_id is None:
        return await sender_context.sender.send(order_message.campus_id, order_message.chat_id, content, silent=silent)
    return await sender_context.sender.edit(
        order_message.campus_id, order_message.chat_id, order_message.message_id, content
    )


async def _record_order_message_outcome(
    sender_context: SenderContext, order_message: OrderMessageRow, digest: str, outcome: SendOutcome | timedelta
) -> None:
    if isinstance(outcome, RateLimited):
        await sender_context.rate_limiter.pause_chat(order_message.campus_id, order_message.chat_id, outcome.seconds)
    async with sender_context.database() as work:
        await _apply_order_message_outcome(work, order_message, digest, outcome)


async def _apply_order_message_outcome(
    work: UnitOfWork, order_message: OrderMessageRow, digest: str, outcome: SendOutcome | timedelta
) -> None:
    """Write down what became of it, and what follows from that; nothing when another worker went past."""
    match outcome:
        case Sent(message_id):
            await _mark_order_message_sent(work, order_message, message_id, digest)
        case Unchanged():
            await _mark_order_message_sent(work, order_message, order_message.message_id, digest)
        case timedelta():
            await postpone_order_message(work, order_message, outcome)
        case RateLimited(seconds):
            await postpone_order_message(work, order_message, timedelta(seconds=seconds))
        case MessageGone():
            await record_order_message_gone(work, order_message)
        case Migrated(new_chat_id):
            await _migrate_order_message_chat(work, order_message, new_chat_id)
        case SendOutcomeUnknown(error) | NotSent(error):  # a card that perhaps came is sent again: better two than none
            await postpone_order_message(work, order_message, backoff_delay(order_message.tries), error)
        case Blocked(error):
            await _stop_unreachable_order_message(work, order_message, error)
        case MessageRejected(error):
            log.error(
                "order_message_refused", order_message=order_message.id, order=order_message.order_id, error=error
            )
            await _give_up_order_message(work, order_message, error)
        case _:
            assert_never(outcome)


async def _migrate_order_message_chat(work: UnitOfWork, order_message: OrderMessageRow, new_chat_id: int) -> None:
    if await postpone_order_message(work, order_message, NO_DELAY):
        await migrate_chat(work, order_message.chat_id, new_chat_id)
        work.enqueue_after_commit("update_order_message", order_message.id)


async def _stop_unreachable_order_message(work: UnitOfWork, order_message: OrderMessageRow, why: str) -> None:
    if await give_up_order_message(work, order_message, why):
        await _record_blocked(work, order_message.campus_id, order_message.chat_id, why)


async def _give_up_order_message(work: UnitOfWork, order_message: OrderMessageRow, error: str) -> None:
    if await give_up_order_message(work, order_message, error):
        await add_order_message_dead_letter(work, order_message, error)


async def _mark_order_message_sent(
    work: UnitOfWork, order_message: OrderMessageRow, message_id: int | None, digest: str
) -> None:
    if await record_order_message_sent(work, order_message, message_id, digest) and order_message.tries > 1:
        await mark_dead_letter_recovered(work, DeadLetterKind.ORDER_MESSAGE, order_message.id)


async def dispatch_notification(sender_context: SenderContext, notification_id: int) -> None:
    """Send one message, at most once by itself; nothing when it is not due, or another worker is at it."""
    notification: NotificationRow | None = None
    try:
        async with sender_context.autocommit() as connection:
            notification = await find_due_notification(connection, notification_id)
            reader = (
                None
                if notification is None
                else await find_chat_reader(connection, notification.campus_id, notification.chat_id)
            )
        ready = (
            None
            if notification is None or reader is None
            else await _claim_and_render(sender_context, notification, reader)
        )
    except Exception as exception:  # of our own, before anything was sent: what waits behind it does not wait for ever
        if notification is None:
            raise
        log.exception("notification_not_prepared", notification=notification_id)
        return await _record_notification_error(sender_context, notification, format_error(exception))
    if ready is None:
        return None
    notification, content = ready
    outcome = await sender_context.sender.send(
        notification.campus_id, notification.chat_id, content, silent=notification.silent, photo=notification.photo
    )
    return await _record_notification_outcome(sender_context, notification, outcome)


async def _record_notification_error(sender_context: SenderContext, notification: NotificationRow, error: str) -> None:
    async with sender_context.database() as work:
        failed = await record_notification_failure(work, notification, ERROR_RETRY_DELAY, error)
        if failed is not None and failed.tries >= MAX_TRIES:
            await _give_up_notification(work, failed, error)


async def _claim_and_render(
    sender_context: SenderContext, notification: NotificationRow, reader: ChatReader
) -> tuple[NotificationRow, OrderMessageContent] | None:
    """The message, claimed by this worker, and its words; None when it is not its to send now, or never will be."""
    if not reader.reachable:
        await _record_notification_outcome(sender_context, notification, Blocked("not reachable"))
        return None
    try:
        content = _render_notification(notification, reader.locale)
    except (LookupError, ValueError) as error:
        await _record_notification_outcome(sender_context, notification, MessageRejected(repr(error)))
        return None
    pause = await sender_context.rate_limiter.acquire(notification.campus_id, notification.chat_id, edit=False)
    if pause:
        async with sender_context.database() as work:
            await postpone_notification(work, notification, timedelta(seconds=pause))
        return None
    async with sender_context.autocommit() as connection:
        claimed = await lease_notification(connection, notification)
    return None if claimed is None else (claimed, content)


def _render_notification(notification: NotificationRow, locale: str) -> OrderMessageContent:
    buttons: Sequence[Button] = [
        Button(
            label=say_plain(locale, each["key"], **notification.args),
            data=each.get("data"),
            url=each.get("url"),
            style=_style(each),
        )
        for each in notification.buttons
    ]
    return OrderMessageContent(
        text=say(locale, notification.key, **notification.args), rows=tuple((each,) for each in buttons)
    )


def _style(button: Mapping[str, str]) -> ButtonStyle | None:
    return ButtonStyle(button["style"]) if "style" in button else None


async def _record_notification_outcome(
    sender_context: SenderContext, notification: NotificationRow, outcome: SendOutcome
) -> None:
    if isinstance(outcome, RateLimited):
        await sender_context.rate_limiter.pause_chat(notification.campus_id, notification.chat_id, outcome.seconds)
    async with sender_context.database() as work:
        await _apply_notification_outcome(work, notification, outcome)


async def _apply_notification_outcome(work: UnitOfWork, notification: NotificationRow, outcome: SendOutcome) -> None:
    """Write down what became of it, and what follows from that; nothing when another worker went past."""
    match outcome:
        case Sent(message_id):
            await _mark_notification_sent(work, notification, message_id)
        case RateLimited(seconds):
            await postpone_notification(work, notification, timedelta(seconds=seconds))
        case NotSent(error):
            await postpone_notification(work, notification, backoff_delay(notification.tries), error)
        case Migrated(new_chat_id):
            await _migrate_notification_chat(work, notification, new_chat_id)
        case SendOutcomeUnknown(error):
            await record_unknown_send(work, notification, error)
        case Blocked(error):
            await _drop_unreachable_notification(work, notification, error)
        case MessageRejected(error):
            log.error("notification_refused", notification=notification.id, key=notification.key, error=error)
            await _give_up_notification(work, notification, error)
        case Unchanged() | MessageGone():
            raise AssertionError(f"a send cannot end as {outcome}")
        case _:
            assert_never(outcome)


async def _migrate_notification_chat(work: UnitOfWork, notification: NotificationRow, new_chat_id: int) -> None:
    if await postpone_notification(work, notification, NO_DELAY):
        await migrate_chat(work, notification.chat_id, new_chat_id)
        work.enqueue_after_commit("send_notification", notification.id)


async def _drop_unreachable_notification(work: UnitOfWork, notification: NotificationRow, why: str) -> None:
    if await drop_notification(work, notification, why):
        await _record_blocked(work, notification.campus_id, notification.chat_id, why)
        await tell_relay_failed(work, notification.id)


async def _give_up_notification(work: UnitOfWork, notification: NotificationRow, error: str) -> None:
    if await drop_notification(work, notification, error):
        await add_notification_dead_letter(work, notification, error)


async def _mark_notification_sent(work: UnitOfWork, notification: NotificationRow, message_id: int) -> None:
    if await record_notification_sent(work, notification, message_id):
        await mark_dead_letter_recovered(work, DeadLetterKind.NOTIFICATION, notification.id)


async def _record_blocked(work: UnitOfWork, campus_id: int, chat_id: int, error: str) -> None:
    """A person is left in peace until she writes again; a group that shut us out is for the operator to see."""
    if chat_id > 0:
        await mark_unreachable(work, campus_id, chat_id)
    else:
        log.error("group_unreachable", campus=campus_id, chat=chat_id, error=error)
