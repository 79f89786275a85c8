"""The only file that sends through Telegram: one bot a campus, every answer mapped to a plain outcome."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from domain.buttons import Button
from domain.logs import get_logger
from domain.order_message_view import OrderMessageContent

ANSWER_TIMEOUT_SECONDS = (
    8.0  # seconds for a whole call; less than the lease of a card, so that no card is sent twice at once
)
MAX_CONNECTIONS = 32

# What httpx raises while nothing has left this machine: the call may be made again without a second thought.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_GONE_TEXTS = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not",
)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """It stands in the chat under this number."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It stood there in these words already."""


@dataclass(frozen=True, slots=True)
class MessageGone:
    """There is nothing to edit any more: send anew."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person, or the group, does not let this bot write."""

    description: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group became a supergroup of another number."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Too many messages: this chat rests for so many seconds. Nothing was sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SendOutcomeUnknown:
    """Maybe it was sent."""

    description: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """It was not sent and may be tried again."""

    description: str


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """Telegram will never take this message as it is: a mistake of ours."""

    description: str


SendOutcome = (
    Sent | Unchanged | MessageGone | Blocked | Migrated | RateLimited | SendOutcomeUnknown | NotSent | MessageRejected
)


class TelegramSender:
    """The campuses' bots by the campus' number; they speak to Telegram only when something is to be said."""

    def __init__(self, api: str, tokens: Mapping[int, str], request: HTTPXRequest) -> None:
        """`tokens` may grow: campuses are founded while we run."""
        self._api, self._tokens, self._request = api, tokens, request
        self._bots: dict[int, ExtBot[None]] = {}

    async def send(
        self,
        campus_id: int,
        chat_id: int,
        content: OrderMessageContent,
        *,
        silent: bool = False,
        photo: str | None = None,
    ) -> SendOutcome:
        """A new message, with a photo by its file id if there is one; never repeated here: Telegram knows no keys."""
        bot = self._bot(campus_id)
        if bot is None:
            return NotSent(f"campus {campus_id} has no bot token")
        if photo is not None:
            sending = bot.send_photo(
                chat_id=chat_id,
                photo=photo,
                caption=content.text,
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(content),
                disable_notification=silent,
            )
            return await _send_and_classify(sending, None)
        call = bot.send_message(
            chat_id=chat_id,
            text=content.text,
            parse_mode=ParseMode.HTML,
            reply_markup=_keyboard(content),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            disable_notification=silent,
        )
        return await _send_and_classify(call, None)

    async def edit(self, campus_id: int, chat_id: int, message_id: int, content: OrderMessageContent) -> SendOutcome:
        """New words and buttons for a message of this bot; harmless when repeated."""
        bot = self._bot(campus_id)
        if bot is None:
            return NotSent(f"campus {campus_id} has no bot token")
        call = bot.edit_message_text(
            chat_id=chat_id,
            message_id=message_id,
            text=content.text,
            parse_mode=ParseMode.HTML,
            reply_markup=_keyboard(content),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return await _send_and_classify(call, message_id)

    def _bot(self, campus_id: int) -> "ExtBot[None] | None":
        token = self._tokens.get(campus_id)
        if campus_id not in self._bots and token is not None:
            self._bots[campus_id] = ExtBot(
                token, base_url=f"{self._api}/bot", request=self._request, get_updates_request=self._request
            )
        return self._bots.get(campus_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()


def open_telegram_sender(api: str, tokens: Mapping[int, str]) -> TelegramSender:
    """A sender for the Bot API at this address, with a token for each campus number; asks Telegram nothing yet."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log addresses, and the token is in the address
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # RetryAfter.retry_after as it will be, without a warning
    return TelegramSender(api, tokens, HTTPXRequest(connection_pool_size=MAX_CONNECTIONS))


def _keyboard(content: OrderMessageContent) -> InlineKeyboardMarkup | None:
    if not content.rows:
        return None
    return InlineKeyboardMarkup([[_button(each) for each in row] for row in content.rows])


def _button(button: Button) -> InlineKeyboardButton:
    style = None if button.style is None else button.style.value
    return InlineKeyboardButton(button.label, url=button.url, callback_data=button.data, style=style)


async def _send_and_classify(call: Awaitable[Message | bool], message_id: int | None) -> SendOutcome:
    """What became of a call, by Telegram's error texts. The order matters: BadRequest is a NetworkError."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
            answer = await call
    except TimeoutError:
        return SendOutcomeUnknown(f"no answer within {ANSWER_TIMEOUT_SECONDS} s")
    except RetryAfter as pause:
        return RateLimited(_retry_seconds(pause))
    except ChatMigrated as moved:
        return Migrated(moved.new_chat_id)
    except Forbidden as refusal:
        return Blocked(refusal.message)
    except BadRequest as refusal:
        return _classify_bad_request(refusal.message)
    except (InvalidToken, Conflict) as refusal:
        return NotSent(refusal.message)
    except NetworkError as failure:
        return _classify_network_error(failure)
    except TelegramError as failure:
        return SendOutcomeUnknown(failure.message)
    return Sent(answer.message_id if isinstance(answer, Message) else message_id or 0)


def _classify_bad_request(description: str) -> SendOutcome:
    said = description.lower()
    if "message is not modified" in said:
        return Unchanged()
    if any(sentence in said for sentence in _GONE_TEXTS):
        return MessageGone()
    if "chat not found" in said:
        return Blocked(description)
    return MessageRejected(description)


def _classify_network_error(failure: NetworkError) -> SendOutcome:
    """Only what never left this machine is certainly not sent; a 500 may have been delivered."""
    if isinstance(failure.__cause__, _NOT_SENT):
        return NotSent(failure.message)
    return SendOutcomeUnknown(failure.message)


def _retry_seconds(pause: RetryAfter) -> float:
    after = pause.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
