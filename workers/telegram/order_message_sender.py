"""The sender of order messages: renders each as committed at the moment of sending, and sends or edits it."""

from datetime import timedelta
from functools import partial
from typing import assert_never

from domain.database.unit_of_work import Begin, UnitOfWork
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind
from domain.inbox.dead_letter_repository import mark_dead_letter_recovered
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.messaging.bot_troubles.use_cases import record_bot_trouble
from domain.messaging.lane import Lane
from domain.messaging.lost_group_repository import LOST_GROUP_REST
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.order_message_repository import (
    OrderMessageRow,
    give_up_order_message,
    keep_order_message_lease,
    lease_order_message,
    migrate_chat,
    postpone_order_message,
    record_order_message_gone,
    record_order_message_sent,
    rest_after_unknown_send,
)
from domain.order_messages.render import render_order_message
from domain.order_messages.repository import OrderMessageSource, order_message_source_from_row, read_order_view
from domain.order_messages.view import OrderMessageContent
from domain.orders.states import OrderStatus
from domain.orders.use_cases.lost_groups import tell_order_unseen
from domain.saga.next_move import backoff_delay
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout
from workers.telegram.answers import await_answer
from workers.telegram.closing.former_messages import close_former_message, follow_late_answer
from workers.telegram.outbox_dead_letters import add_order_message_dead_letter
from workers.telegram.outcomes import (
    Blocked,
    MessageGone,
    MessageRejected,
    Migrated,
    NotSent,
    RateLimited,
    SendOutcome,
    SendOutcomeUnknown,
    Sent,
    TokenRefused,
    Unchanged,
)
from workers.telegram.sender_context import SenderContext
from workers.telegram.unreachable_chats import comes_back_by_itself, record_reached_chat, record_unreachable_chat

log = get_logger(__name__)


async def sync_order_message(sender_context: SenderContext, order_message_id: int) -> None:
    """Send or edit one order message; do nothing when it is not due, or another worker has its lease."""
    order_message: OrderMessageRow | None = None
    try:
        # One connection for both: the lease must not run out while the second waits for a connection.
        async with sender_context.autocommit() as connection:
            order_message = await lease_order_message(connection, order_message_id)
            seen = None if order_message is None else await read_order_view(connection, order_message)
        if order_message is not None and seen is not None:
            await _render_and_send(sender_context, order_message, order_message_source_from_row(seen, order_message))
    except Exception as exception:  # our own error: other order messages go on, and this one is retried MAX_TRIES times
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
    if _is_too_late(order_message, source.view.order.status):
        return await _record_order_message_outcome(sender_context, order_message, content.digest, Unchanged())
    if order_message.former and order_message.message_id is not None and content.digest == order_message.sent_hash:
        return await close_former_message(sender_context, order_message, source.reader.locale)
    topic = source.view.campus.topic_of(order_message.chat_id)
    outcome = await _send_or_edit(sender_context, order_message, content, silent=not source.is_audible, topic=topic)
    return await _record_order_message_outcome(sender_context, order_message, content.digest, outcome)


def _is_too_late(order_message: OrderMessageRow, status: OrderStatus) -> bool:
    """Return whether runners were never shown the order, because their group was lost, and it is not open any more."""
    is_shown = order_message.first_sent_at is not None or order_message.tries == 1
    return order_message.kind is OrderMessageKind.GROUP and not is_shown and status is not OrderStatus.CREATED


async def _send_or_edit(
    sender_context: SenderContext,
    order_message: OrderMessageRow,
    content: OrderMessageContent,
    *,
    silent: bool,
    topic: int | None,
) -> SendOutcome | timedelta:
    """Return the outcome, or how long the rate limit of the chat says to wait."""
    if order_message.message_id is not None and content.digest == order_message.sent_hash:
        return Unchanged()
    pause = await sender_context.rate_limiter.acquire(
        order_message.campus_id, order_message.chat_id, edit=order_message.message_id is not None, lane=Lane.ORDER
    )
    if pause:
        return timedelta(seconds=pause)
    campus_id, chat_id, message_id = order_message.campus_id, order_message.chat_id, order_message.message_id
    if message_id is None:
        call = sender_context.sender.send(campus_id, chat_id, content, silent=silent, topic=topic)
    else:
        call = sender_context.sender.edit(campus_id, chat_id, message_id, content)
    return await await_answer(
        sender_context.waits,
        call,
        keep_lease=partial(_keep_lease, sender_context, order_message),
        record_late=partial(follow_late_answer, sender_context, order_message, content.digest),
    )


async def _keep_lease(sender_context: SenderContext, order_message: OrderMessageRow) -> None:
    async with sender_context.database(Begin.AS_ONE_STATEMENT) as work:
        await keep_order_message_lease(work, order_message)


async def _record_order_message_outcome(
    sender_context: SenderContext, order_message: OrderMessageRow, digest: str, outcome: SendOutcome | timedelta
) -> None:
    if isinstance(outcome, RateLimited):
        await sender_context.rate_limiter.pause_chat(order_message.campus_id, order_message.chat_id, outcome.seconds)
    is_one_statement = isinstance(outcome, (Sent, Unchanged, timedelta)) and order_message.tries == 1
    async with sender_context.database(Begin.AS_ONE_STATEMENT if is_one_statement else Begin.WITH_TIME) as work:
        is_recorded = await _apply_order_message_outcome(work, order_message, digest, outcome)
    if not is_recorded and isinstance(outcome, Sent):
        await follow_late_answer(sender_context, order_message, digest, outcome)


async def _apply_order_message_outcome(
    work: UnitOfWork, order_message: OrderMessageRow, digest: str, outcome: SendOutcome | timedelta
) -> bool:
    """Record the outcome and what follows from it; nothing when another worker has taken the message since (fence).

    Return False when it was sent or edited, and that is not recorded.
    """
    match outcome:
        case Sent(message_id):
            await record_reached_chat(work, order_message.campus_id, order_message.chat_id, tries=order_message.tries)
            return await _mark_order_message_sent(work, order_message, message_id, digest)
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
        case SendOutcomeUnknown() | NotSent() | TokenRefused():
            await _repeat_later(work, order_message, outcome)
        case Blocked(error):
            await _stop_unreachable_order_message(work, order_message, error)
        case MessageRejected(error):
            log.error(
                "order_message_refused", order_message=order_message.id, order=order_message.order_id, error=error
            )
            await _give_up_order_message(work, order_message, error)
        case _:
            assert_never(outcome)
    return True


async def _repeat_later(
    work: UnitOfWork, order_message: OrderMessageRow, outcome: SendOutcomeUnknown | NotSent | TokenRefused
) -> None:
    """Send or edit it again: rather two messages than none. One that may stand in the chat rests longer each time."""
    if isinstance(outcome, SendOutcomeUnknown) and order_message.message_id is None:
        least = timedelta(seconds=outcome.listening_seconds)
        await rest_after_unknown_send(work, order_message, outcome.description, least)
    elif isinstance(outcome, TokenRefused):
        if await postpone_order_message(work, order_message, Timeout.REFUSED_TOKEN_REST.delta, outcome.description):
            await record_bot_trouble(work, order_message.campus_id, BotTrouble.TOKEN, outcome.description)
    else:
        await postpone_order_message(work, order_message, backoff_delay(order_message.tries), outcome.description)


async def _migrate_order_message_chat(work: UnitOfWork, order_message: OrderMessageRow, new_chat_id: int) -> None:
    if await postpone_order_message(work, order_message, timedelta(0)):
        await migrate_chat(work, order_message.chat_id, new_chat_id)
        work.enqueue_after_commit("update_order_message", order_message.id)


async def _stop_unreachable_order_message(work: UnitOfWork, order_message: OrderMessageRow, why: str) -> None:
    """Let it wait for a group that was lost; else give it up, until the person writes again."""
    campus_id, chat_id = order_message.campus_id, order_message.chat_id
    if await comes_back_by_itself(work, campus_id, chat_id):
        if await postpone_order_message(work, order_message, LOST_GROUP_REST, why):
            await record_unreachable_chat(work, campus_id, chat_id, why)
            await tell_order_unseen(work, campus_id, order_message.order_id)
    elif await give_up_order_message(work, order_message, why):
        await record_unreachable_chat(work, campus_id, chat_id, why)


async def _give_up_order_message(work: UnitOfWork, order_message: OrderMessageRow, error: str) -> None:
    if await give_up_order_message(work, order_message, error):
        await add_order_message_dead_letter(work, order_message, error)


async def _mark_order_message_sent(
    work: UnitOfWork, order_message: OrderMessageRow, message_id: int | None, digest: str
) -> bool:
    is_recorded = await record_order_message_sent(work, order_message, message_id, digest)
    if is_recorded and order_message.tries > 1:
        await mark_dead_letter_recovered(work, DeadLetterKind.ORDER_MESSAGE, order_message.id)
    return is_recorded
