"""The sender of order messages: renders each as committed at the moment of sending, and sends or edits it."""

import asyncio
from collections.abc import Sequence, Set
from datetime import timedelta
from functools import partial

from domain.database.unit_of_work import Begin
from domain.messaging.due_send_repository import (
    LeaseOrderMessages,
    lease_order_messages_beside,
    lease_order_messages_of,
)
from domain.messaging.lane import Lane
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.order_message_repository import OrderMessageRow, keep_order_message_lease, lease_order_message
from domain.order_messages.render import render_order_message
from domain.order_messages.repository import (
    OrderMessageSource,
    OrderViewRow,
    order_message_source_from_row,
    read_order_views,
)
from domain.order_messages.view import OrderMessageContent
from domain.orders.states import OrderStatus
from domain.settings.timeouts import Timeout
from workers.telegram.answers import await_answer
from workers.telegram.closing.former_messages import close_former_message, follow_late_answer
from workers.telegram.order_message_outcomes import Attempt, record_attempts, record_order_message_error
from workers.telegram.outcomes import Blocked, MessageRejected, SendOutcome, Unchanged
from workers.telegram.sender_context import SenderContext

ANSWERED_TOGETHER_SECONDS = Timeout.ANSWERED_TOGETHER.seconds


async def sync_order_message(sender_context: SenderContext, order_message_id: int) -> None:
    """Send or edit one order message; do nothing when it is not due, or another worker has its lease."""
    await _sync(sender_context, partial(lease_order_message, order_message_id=order_message_id))


async def sync_order_messages_beside(sender_context: SenderContext, order_message_id: int) -> None:
    """Send or edit an order message and all others of its order that are due, as `sync_order_messages_of`."""
    await _sync(sender_context, partial(lease_order_messages_beside, order_message_id=order_message_id))


async def sync_order_messages_of(sender_context: SenderContext, order_id: int) -> None:
    """Send or edit all order messages of an order that are due, at once and from one reading of the order."""
    await _sync(sender_context, partial(lease_order_messages_of, order_id=order_id))


async def _sync(sender_context: SenderContext, lease: LeaseOrderMessages) -> None:
    leased: Sequence[OrderMessageRow] = ()
    try:
        # One connection for both: the lease must not run out while the second waits for a connection.
        async with sender_context.autocommit() as connection:
            leased = await lease(connection)
            seen = await read_order_views(connection, leased) if leased else {}
        sources = [(each, seen[each.id]) for each in leased]  # all of them before the first is sent
    except Exception as exception:
        if not leased:
            raise
        for each in leased:
            await record_order_message_error(sender_context, each, exception)
        return
    sending = [asyncio.create_task(_attempt(sender_context, *source)) for source in sources]
    try:
        errors = await _record_as_answered(sender_context, sending)
    except asyncio.CancelledError:  # this job itself: with it what is in flight
        for task in sending:
            task.cancel()
        raise
    if errors:
        raise errors[0]


async def _record_as_answered(
    sender_context: SenderContext, sending: Sequence[asyncio.Task[Attempt | None]]
) -> list[Exception]:
    """Record those together that are answered soon, and the slow ones as they come: no send waits for another.

    Return why some could not be recorded.
    """
    if not sending:
        return []
    answered, late = await asyncio.wait(sending, timeout=ANSWERED_TOGETHER_SECONDS)
    errors = await _record_answered(sender_context, answered)
    while late:
        answered, late = await asyncio.wait(late, return_when=asyncio.FIRST_COMPLETED)
        errors += await _record_answered(sender_context, answered)
    return errors


async def _record_answered(
    sender_context: SenderContext, answered: Set[asyncio.Task[Attempt | None]]
) -> list[Exception]:
    failures = [task.exception() for task in answered]
    attempts = [task.result() for task in answered if task.exception() is None]
    errors = await record_attempts(sender_context, [each for each in attempts if each is not None])
    return errors + [error for error in failures if isinstance(error, Exception)]


async def _attempt(sender_context: SenderContext, order_message: OrderMessageRow, seen: OrderViewRow) -> Attempt | None:
    """Render and send; None when nothing is left to record."""
    try:
        return await _render_and_send(sender_context, order_message, order_message_source_from_row(seen, order_message))
    except Exception as exception:  # our own error: other order messages go on, and this one is retried MAX_TRIES times
        await record_order_message_error(sender_context, order_message, exception)
        return None


async def _render_and_send(
    sender_context: SenderContext, order_message: OrderMessageRow, source: OrderMessageSource
) -> Attempt | None:
    attempted = partial(Attempt, order_message=order_message)
    if not source.reader.reachable:
        return attempted(digest="", outcome=Blocked("not reachable"))
    try:
        content = render_order_message(order_message.kind, source.view, source.reader.locale)
    except (LookupError, ValueError) as error:
        return attempted(digest="", outcome=MessageRejected(repr(error)))
    if _is_too_late(order_message, source.view.order.status):
        return attempted(digest=content.digest, outcome=Unchanged())
    if order_message.former and order_message.message_id is not None and content.digest == order_message.sent_hash:
        await close_former_message(sender_context, order_message, source.reader.locale)
        return None
    topic = source.view.campus.topic_of(order_message.chat_id)
    outcome = await _send_or_edit(sender_context, order_message, content, silent=not source.is_audible, topic=topic)
    return attempted(digest=content.digest, outcome=outcome)


def _is_too_late(order_message: OrderMessageRow, status: OrderStatus) -> bool:
    """Return whether runners were never shown the order, because their group was lost, and it is not open any more."""
    is_shown = order_message.first_sent_at is not None or order_message.error is None
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
