"""What is recorded of a send or an edit of an order message, and what follows from its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from domain.database.unit_of_work import Begin, UnitOfWork
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter, mark_dead_letter_recovered
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.messaging.bot_troubles.use_cases import record_bot_trouble
from domain.messaging.due_send_repository import SentOrderMessage, record_order_messages_sent
from domain.messaging.lost_group_repository import LOST_GROUP_REST
from domain.messaging.order_message_repository import (
    OrderMessageRow,
    give_up_order_message,
    migrate_chat,
    postpone_order_message,
    record_order_message_gone,
    record_order_message_sent,
    rest_after_unknown_send,
)
from domain.orders.use_cases.lost_groups import tell_order_unseen
from domain.saga.next_move import backoff_delay
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout
from workers.telegram.closing.former_messages import follow_late_answer
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending or editing an order message once, or how long it has to wait."""

    order_message: OrderMessageRow
    digest: str
    outcome: SendOutcome | timedelta

    @property
    def sent(self) -> SentOrderMessage | None:
        """What now stands in the chat, if recording that is all that follows."""
        message, outcome = self.order_message, self.outcome
        if message.tries > 1 or not isinstance(outcome, Sent | Unchanged):
            return None
        message_id = outcome.message_id if isinstance(outcome, Sent) else message.message_id
        return SentOrderMessage(message=message, message_id=message_id, digest=self.digest)


async def record_attempts(sender_context: SenderContext, attempts: Sequence[Attempt]) -> list[Exception]:
    """Record what came of some sends: the plain ones in one statement, each of the others alone.

    One that cannot be recorded keeps no other from it. Return why some could not.
    """
    errors: list[Exception] = []
    recorded = await _record_together(sender_context, attempts)
    for attempt in attempts:
        order_message = attempt.order_message
        if order_message.id in recorded:
            continue
        try:
            await _record_outcome(sender_context, attempt)
        except Exception as error:
            facts = {"order_message": order_message.id, "order": order_message.order_id}
            log.warning("order_message_not_recorded", **facts, error=format_error(error))
            errors.append(error)
    return errors


async def _record_together(sender_context: SenderContext, attempts: Sequence[Attempt]) -> frozenset[int]:
    """Return the order messages that were recorded: those left are recorded alone, also when this fails."""
    sent = [each.sent for each in attempts if each.sent is not None]
    if len(sent) < 2:
        return frozenset()
    try:
        async with sender_context.database(Begin.AS_ONE_STATEMENT) as work:
            return await record_order_messages_sent(work, sent)
    except Exception as error:
        log.info("order_messages_not_recorded_together", error=format_error(error))
        return frozenset()


async def record_order_message_error(
    sender_context: SenderContext, order_message: OrderMessageRow, exception: Exception
) -> None:
    """Make one that could not be rendered due later, or give it up after the last try."""
    log.error(
        "order_message_not_rendered",
        order_message=order_message.id,
        order=order_message.order_id,
        exc_info=exception,
    )
    error = format_error(exception)
    async with sender_context.database() as work:
        if order_message.tries < MAX_TRIES:
            await postpone_order_message(work, order_message, backoff_delay(order_message.tries), error)
        else:
            await _give_up_order_message(work, order_message, error)


async def _record_outcome(sender_context: SenderContext, attempt: Attempt) -> None:
    order_message, outcome = attempt.order_message, attempt.outcome
    if isinstance(outcome, RateLimited):
        await sender_context.rate_limiter.pause_chat(order_message.campus_id, order_message.chat_id, outcome.seconds)
    is_one_statement = attempt.sent is not None or isinstance(outcome, timedelta)
    async with sender_context.database(Begin.AS_ONE_STATEMENT if is_one_statement else Begin.WITH_TIME) as work:
        is_recorded = await _apply_order_message_outcome(work, order_message, attempt.digest, outcome)
    if not is_recorded and isinstance(outcome, Sent):
        await follow_late_answer(sender_context, order_message, attempt.digest, outcome)


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
        await _add_dead_letter(work, order_message, error)


async def _mark_order_message_sent(
    work: UnitOfWork, order_message: OrderMessageRow, message_id: int | None, digest: str
) -> bool:
    is_recorded = await record_order_message_sent(work, order_message, message_id, digest)
    if is_recorded and order_message.tries > 1:
        await mark_dead_letter_recovered(work, DeadLetterKind.ORDER_MESSAGE, order_message.id)
    return is_recorded


async def _add_dead_letter(work: UnitOfWork, order_message: OrderMessageRow, error: str) -> None:
    """The next update of it is sent again by itself."""
    failed_item = FailedItem(
        kind=DeadLetterKind.ORDER_MESSAGE,
        subject=str(order_message.id),
        campus_id=order_message.campus_id,
        order_id=order_message.order_id,
        shown=f"{order_message.kind} {order_message.chat_id}",
        tries=order_message.tries,
        error=error,
    )
    await add_dead_letter(work, failed_item)
