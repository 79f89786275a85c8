"""An edit that takes the buttons from a message, within the limits of its chat, and when it is tried again."""

from dataclasses import dataclass
from datetime import timedelta

from domain.messaging.lane import Lane
from domain.order_messages.view import OrderMessageContent
from domain.saga.next_move import backoff_delay
from domain.settings.timeouts import Timeout
from workers.telegram.outcomes import NotSent, RateLimited, SendOutcomeUnknown, TokenRefused
from workers.telegram.sender_context import SenderContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """When an edit that was not made is tried again, and why; None where it only waited for its turn."""

    after: timedelta
    error: str | None = None
    is_outage: bool = False  # Telegram is not to be had: this never ends the trying


async def close_message(
    sender_context: SenderContext,
    campus_id: int,
    chat_id: int,
    message_id: int,
    content: OrderMessageContent,
    *,
    tries: int,
    postponed: int,
    has_photo: bool = False,
) -> Retry | None:
    """Edit a message once. Return None when it is done, or when Telegram refuses it for good, as of a deleted one."""
    pause = await sender_context.rate_limiter.acquire(campus_id, chat_id, edit=True, lane=Lane.ORDER)
    if pause:
        return Retry(after=timedelta(seconds=pause))
    match await sender_context.sender.edit(campus_id, chat_id, message_id, content, has_photo=has_photo):
        case RateLimited(seconds):
            await sender_context.rate_limiter.pause_chat(campus_id, chat_id, seconds)
            return Retry(after=timedelta(seconds=seconds))
        case TokenRefused(description):
            return Retry(after=Timeout.REFUSED_TOKEN_REST.delta, error=description, is_outage=True)
        case NotSent(description):
            return Retry(after=backoff_delay(postponed + 1), error=description, is_outage=True)
        case SendOutcomeUnknown(description):
            return Retry(after=backoff_delay(tries), error=description)
        case _:
            return None
