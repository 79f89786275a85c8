"""Older messages of an order in a chat: the newest one is kept, and the others lose their buttons."""

from domain.messaging.order_message_repository import (
    OrderMessageRow,
    add_former_message,
    adopt_late_message,
    postpone_order_message,
    record_former_closed,
    redraw_after_late_edit,
)
from domain.order_messages.view import OrderMessageContent
from domain.settings.logs import get_logger
from domain.words import say
from workers.telegram.closing.edits import close_message
from workers.telegram.outcomes import SendOutcome, Sent, Unchanged
from workers.telegram.sender_context import SenderContext

log = get_logger(__name__)


async def close_former_message(sender_context: SenderContext, order_message: OrderMessageRow, locale: str) -> None:
    """Take the buttons from one older message, and say where the newest one stands.

    What Telegram refuses for good counts as closed: a tap there is handled as any other.
    """
    campus_id, chat_id, former = order_message.campus_id, order_message.chat_id, order_message.former[0]
    content = OrderMessageContent(text=say(locale, _closing_key(order_message, former), order=order_message.order_id))
    postponed = order_message.postponed
    retry = await close_message(
        sender_context, campus_id, chat_id, former, content, tries=postponed + 1, postponed=postponed
    )
    async with sender_context.database() as work:
        if retry is None:
            await record_former_closed(work, order_message, former)
        else:
            await postpone_order_message(work, order_message, retry.after, retry.error)


def _closing_key(order_message: OrderMessageRow, former: int) -> str:
    is_below = order_message.message_id is not None and order_message.message_id > former
    return "order-message-below" if is_below else "order-message-copy"


async def follow_late_answer(
    sender_context: SenderContext, order_message: OrderMessageRow, digest: str, outcome: SendOutcome
) -> None:
    """Do what an answer asks for that came after its message was given up, or was taken by another worker."""
    match outcome:
        case Sent(message_id) if order_message.message_id is None:
            async with sender_context.database() as work:
                if not await adopt_late_message(work, order_message, message_id, digest):
                    await add_former_message(work, order_message.id, message_id)
        case Sent() | Unchanged():  # a late edit may have replaced what a later one showed
            async with sender_context.database() as work:
                await redraw_after_late_edit(work, order_message)
        case _:
            log.info("late_answer", order_message=order_message.id, outcome=type(outcome).__name__)
