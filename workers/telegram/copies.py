"""Copies of order messages: Telegram sent one twice after an unknown outcome. One is kept, and the other one closed."""

import asyncio

from domain.messaging.chat_reader_repository import find_chat_reader
from domain.messaging.lane import Lane
from domain.messaging.order_message import unknown_send_rest
from domain.messaging.order_message_repository import OrderMessageRow, adopt_late_message, redraw_after_late_edit
from domain.order_messages.view import OrderMessageContent
from domain.settings.logs import get_logger
from domain.words import say
from workers.telegram.sender import NotSent, RateLimited, SendOutcome, SendOutcomeUnknown, Sent, Unchanged
from workers.telegram.sender_context import SenderContext

MAX_CLOSING_TRIES = 5  # then the copy is closed when somebody taps its button

log = get_logger(__name__)


async def follow_late_answer(
    sender_context: SenderContext, order_message: OrderMessageRow, digest: str, outcome: SendOutcome
) -> None:
    """Do what an answer asks for that came after its message was given up, or was taken by another worker."""
    match outcome:
        case Sent(message_id) if order_message.message_id is None:
            async with sender_context.database() as work:
                is_kept = await adopt_late_message(work, order_message, message_id, digest)
            if not is_kept:
                sender_context.waits.listen(_close_copy(sender_context, order_message, message_id))
        case Sent() | Unchanged():  # a late edit may have replaced what a later one showed
            async with sender_context.database() as work:
                await redraw_after_late_edit(work, order_message)
        case _:
            log.info("late_answer", order_message=order_message.id, outcome=type(outcome).__name__)


async def _close_copy(sender_context: SenderContext, order_message: OrderMessageRow, message_id: int) -> None:
    """Take the buttons from a message that nobody keeps up to date, and say that another one stands in the chat."""
    campus_id, chat_id = order_message.campus_id, order_message.chat_id
    async with sender_context.autocommit() as connection:
        reader = await find_chat_reader(connection, campus_id, chat_id)
    content = OrderMessageContent(text=say(reader.locale, "order-message-copy", order=order_message.order_id))
    for tries in range(1, MAX_CLOSING_TRIES + 1):
        seconds = await sender_context.rate_limiter.acquire(campus_id, chat_id, edit=True, lane=Lane.ORDER)
        if not seconds:
            match await sender_context.sender.edit(campus_id, chat_id, message_id, content):
                case RateLimited(pause):
                    seconds = pause
                    await sender_context.rate_limiter.pause_chat(campus_id, chat_id, pause)
                case SendOutcomeUnknown() | NotSent():
                    seconds = unknown_send_rest(tries).total_seconds()
                case outcome:
                    log.info("copy_closed", order_message=order_message.id, outcome=type(outcome).__name__)
                    return
        await asyncio.sleep(seconds)
    log.warning("copy_not_closed", order_message=order_message.id, order=order_message.order_id)
