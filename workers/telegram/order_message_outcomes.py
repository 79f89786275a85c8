"""What is recorded of a send or an edit of an order message, and what follows from its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.database.unit_of_work import Begin, UnitOfWork
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter, mark_dead_letter_recovered
from domain.messaging.due_send_repository import SentOrderMessage, record_order_messages_sent
from domain.messaging.order_message_repository import (
    OrderMessageRow,
    give_up_order_message,
    postpone_order_message,
    record_order_message_failure,
    record_order_message_gone,
    record_order_message_sent,
    rest_after_unknown_send,
)
from domain.orders.use_cases.lost_groups import tell_order_unseen
from domain.saga.next_move import backoff_delay
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from workers.telegram.closing.former_messages import follow_late_answer
from workers.telegram.outcomes import MessageGone, SendOutcome, SendOutcomeUnknown, Sent, Unchanged
from workers.telegram.send_endings import (
    Outbox,
    give_up_with_dead_letter,
    heed_rate_limit,
    postpone_for_outage,
    record_reached,
    record_undelivered,
)
from workers.telegram.sender_context import SenderContext

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
        if message.error is not None or not isinstance(outcome, Sent | Unchanged):
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
            await record_order_message_failure(work, order_message, backoff_delay(order_message.tries), error)
        else:
            await give_up_with_dead_letter(work, _OUTBOX, order_message, error)


async def _record_outcome(sender_context: SenderContext, attempt: Attempt) -> None:
    order_message, outcome = attempt.order_message, attempt.outcome
    await heed_rate_limit(sender_context, order_message, outcome)
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
            await record_reached(work, order_message)
            return await _mark_order_message_sent(work, order_message, message_id, digest)
        case Unchanged():
            await _mark_order_message_sent(work, order_message, order_message.message_id, digest)
        case timedelta():
            await postpone_order_message(work, order_message, outcome)
        case MessageGone():
            await record_order_message_gone(work, order_message)
        case _:
            await record_undelivered(work, _OUTBOX, order_message, outcome)
    return True


async def _record_unknown(work: UnitOfWork, order_message: OrderMessageRow, outcome: SendOutcomeUnknown) -> None:
    """Send or edit it again: rather two messages than none. One that may stand in the chat rests longer each time."""
    if order_message.message_id is None:
        least = timedelta(seconds=outcome.listening_seconds)
        await rest_after_unknown_send(work, order_message, outcome.description, least)
    else:
        await postpone_for_outage(work, _OUTBOX, order_message, outcome.description)


async def _tell_waiting(work: UnitOfWork, order_message: OrderMessageRow) -> None:
    await tell_order_unseen(work, order_message.campus_id, order_message.order_id)


async def _tell_nobody(_work: UnitOfWork, _order_message: OrderMessageRow) -> None:
    """Tell nobody: who blocked the bot gets the order message with the next change after they write again."""


async def _mark_order_message_sent(
    work: UnitOfWork, order_message: OrderMessageRow, message_id: int | None, digest: str
) -> bool:
    is_recorded = await record_order_message_sent(work, order_message, message_id, digest)
    if is_recorded and order_message.error is not None:
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


_OUTBOX = Outbox(
    kind=DeadLetterKind.ORDER_MESSAGE,
    queue_job="update_order_message",
    postpone=postpone_order_message,
    give_up=give_up_order_message,
    add_dead_letter=_add_dead_letter,
    tell_waiting=_tell_waiting,
    tell_unreachable=_tell_nobody,
    record_unknown=_record_unknown,
)
