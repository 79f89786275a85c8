"""The sender to Telegram: one bot for each campus, and every answer mapped to a SendOutcome."""

import asyncio
import logging
import os
import re
import ssl
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from functools import cache
from time import perf_counter

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

from domain.messaging.bot_troubles.refused_buttons import describe_button_refusal, is_button_refused
from domain.messaging.buttons import Button
from domain.messaging.group_refusals import is_group_refused
from domain.order_messages.view import OrderMessageContent
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.engine.call_failures import TryLater
from workers.metrics.worker_metrics import WorkerMetrics, new_worker_metrics
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

CALL_TIMEOUT_SECONDS = Timeout.TELEGRAM_LATE_ANSWER.seconds
REFUSED_TOKEN_REST_SECONDS = Timeout.REFUSED_TOKEN_REST.seconds
MAX_CONNECTIONS = 336  # all slots, thrice: a call that hangs keeps its connection after its slot is free

_NO_CAPTION = "no caption in the message"  # the photo was refused, and the words were sent alone

log = get_logger(__name__)

# httpx raises these before anything was sent, so that the call may safely be made again.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PHOTO_TEXTS = (  # a file id of another bot; or the group takes words of this bot and no photos
    "wrong file identifier",
    "wrong remote file identifier",
    "wrong file_id",
    "not enough rights to send photos",
    "chat_send_photos_forbidden",
    "chat_send_media_forbidden",
)
_GONE_TEXTS = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not",
)


class TelegramSender:
    """The bots by campus id; each makes its first request to Telegram with its first message."""

    def __init__(self, api: str, tokens: Mapping[int, str], request: HTTPXRequest, metrics: WorkerMetrics) -> None:
        """Take `tokens`, campus id -> bot token, which may grow: campuses are added while a worker runs."""
        self._api, self._tokens, self._request, self._metrics = api, tokens, request, metrics
        self._bots: dict[int, ExtBot[None]] = {}
        self._refused: dict[int, tuple[TokenRefused, float]] = {}  # with the time of the loop until which none is asked

    async def send(
        self,
        campus_id: int,
        chat_id: int,
        content: OrderMessageContent,
        *,
        silent: bool = False,
        photo: str | None = None,
        topic: int | None = None,
    ) -> SendOutcome:
        """Send a new message, in a topic of a forum if given, and with a photo by its file id.

        Never retries: Telegram has no idempotency keys.
        """
        bot = self._bot(campus_id)
        if not isinstance(bot, ExtBot):
            return bot
        if photo is not None:
            sending = bot.send_photo(
                chat_id=chat_id,
                photo=photo,
                caption=content.text,
                parse_mode=ParseMode.HTML,
                reply_markup=_keyboard(content),
                disable_notification=silent,
                message_thread_id=topic,
            )
            return await self._await_outcome(campus_id, "sendPhoto", _send_and_classify(sending, None))
        call = bot.send_message(
            chat_id=chat_id,
            text=content.text,
            parse_mode=ParseMode.HTML,
            reply_markup=_keyboard(content),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            disable_notification=silent,
            message_thread_id=topic,
        )
        return await self._await_outcome(campus_id, "sendMessage", _send_and_classify(call, None))

    async def edit(
        self, campus_id: int, chat_id: int, message_id: int, content: OrderMessageContent, *, has_photo: bool = False
    ) -> SendOutcome:
        """Replace text and buttons of a message of this bot, or a photo's caption; harmless when repeated."""
        bot = self._bot(campus_id)
        if not isinstance(bot, ExtBot):
            return bot
        text, keyboard = content.text, _keyboard(content)
        if has_photo:
            editing = bot.edit_message_caption(
                chat_id, message_id, caption=text, parse_mode=ParseMode.HTML, reply_markup=keyboard
            )
            outcome = await self._await_outcome(
                campus_id, "editMessageCaption", _send_and_classify(editing, message_id)
            )
            if not (isinstance(outcome, MessageRejected) and _NO_CAPTION in outcome.description):
                return outcome
        call = bot.edit_message_text(
            text,
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return await self._await_outcome(campus_id, "editMessageText", _send_and_classify(call, message_id))

    async def read_photo(self, campus_id: int, file_id: str) -> bytes | None:
        """Return a photo; None when Telegram gives none. Raise TryLater while it, or a token it takes, is missing."""
        bot = self._bot(campus_id)
        if not isinstance(bot, ExtBot):
            raise TryLater("telegram", type(bot).__name__)
        try:
            async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
                return bytes(await (await bot.get_file(file_id)).download_as_bytearray())
        except (BadRequest, Forbidden):
            return None
        except (TelegramError, TimeoutError) as failure:
            raise TryLater("telegram", type(failure).__name__) from failure
        except (OSError, RuntimeError):
            return None

    async def _await_outcome(self, campus_id: int, method: str, sending: Awaitable[SendOutcome]) -> SendOutcome:
        """Ask nothing of a bot for a while that Telegram refuses: each message would be refused as well."""
        started = perf_counter()
        outcome = await sending
        self._metrics.telegram_seconds.labels(method, _name_outcome(outcome)).observe(perf_counter() - started)
        if isinstance(outcome, TokenRefused):
            log.error("bot_token_refused", campus=campus_id, error=outcome.description)
            self._refused[campus_id] = (outcome, asyncio.get_running_loop().time() + REFUSED_TOKEN_REST_SECONDS)
        elif not isinstance(outcome, SendOutcomeUnknown | NotSent):
            self._refused.pop(campus_id, None)
        return outcome

    def _bot(self, campus_id: int) -> "ExtBot[None] | NotSent | TokenRefused":
        token = self._tokens.get(campus_id)
        if token is None:
            return NotSent(f"campus {campus_id} has no bot token")
        refused, until = self._refused.get(campus_id, (None, 0.0))
        if refused is not None and asyncio.get_running_loop().time() < until:
            return refused
        if campus_id not in self._bots:
            self._bots[campus_id] = ExtBot(
                token,
                base_url=f"{self._api}/bot",
                base_file_url=f"{self._api}/file/bot",
                request=self._request,
                get_updates_request=self._request,
            )
        return self._bots[campus_id]

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()


def open_telegram_sender(api: str, tokens: Mapping[int, str], metrics: WorkerMetrics | None = None) -> TelegramSender:
    """Return a sender for the Bot API at this address, with tokens by campus id; makes no request yet."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, and the URL contains the token
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # RetryAfter.retry_after as a timedelta, without a warning
    return TelegramSender(api, tokens, new_request(), metrics or new_worker_metrics())


def new_request() -> HTTPXRequest:
    """Return the library's HTTP client with our timeouts: its own would end a call long before ours do."""
    return HTTPXRequest(
        connection_pool_size=MAX_CONNECTIONS,
        pool_timeout=Timeout.TELEGRAM_POOL.seconds,
        connect_timeout=Timeout.TELEGRAM_CONNECT.seconds,
        write_timeout=Timeout.TELEGRAM_WRITE.seconds,
        media_write_timeout=Timeout.TELEGRAM_WRITE.seconds,
        read_timeout=Timeout.TELEGRAM_READ.seconds,
        httpx_kwargs={"verify": _trusted_certificates()},
    )


def is_photo_refused(outcome: SendOutcome) -> bool:
    """Return whether the photo alone is at fault: without it Telegram may take the message."""
    if not isinstance(outcome, MessageRejected):
        return False
    said = outcome.description.lower()
    return any(text in said for text in _PHOTO_TEXTS)


@cache
def _trusted_certificates() -> ssl.SSLContext:
    """Read the certificates that httpx trusts once: that takes as long as some ten calls."""
    return httpx.create_ssl_context()


def _keyboard(content: OrderMessageContent) -> InlineKeyboardMarkup | None:
    if not content.rows:
        return None
    return InlineKeyboardMarkup([[_button(each) for each in row] for row in content.rows])


def _button(button: Button) -> InlineKeyboardButton:
    style = None if button.style is None else button.style.value
    return InlineKeyboardButton(button.label, url=button.url, callback_data=button.data, style=style)


async def _send_and_classify(call: Awaitable[Message | bool], message_id: int | None) -> SendOutcome:
    """Await the call and return its outcome. The order of the handlers matters: BadRequest is a NetworkError."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
            answer = await call
    except TimeoutError:
        return SendOutcomeUnknown(f"no answer within {CALL_TIMEOUT_SECONDS:g} s")
    except RetryAfter as pause:
        return RateLimited(_retry_seconds(pause))
    except ChatMigrated as moved:
        return Migrated(moved.new_chat_id)
    except Forbidden as refusal:
        return Blocked(refusal.message)
    except BadRequest as refusal:
        return _classify_bad_request(refusal.message)
    except InvalidToken as refusal:  # also of a method that Telegram does not know
        is_known = "method not found" not in refusal.message
        return TokenRefused(refusal.message) if is_known else MessageRejected(refusal.message)
    except Conflict as refusal:
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
    if "chat not found" in said or is_group_refused(description):
        return Blocked(description)
    return MessageRejected(describe_button_refusal(description) if is_button_refused(description) else description)


def _classify_network_error(failure: NetworkError) -> SendOutcome:
    """Return NotSent only for errors before sending: after a 500 the message may be in the chat."""
    if isinstance(failure.__cause__, _NOT_SENT):
        return NotSent(failure.message)
    return SendOutcomeUnknown(failure.message)


def _name_outcome(outcome: SendOutcome) -> str:
    """Return the name of the outcome for metrics, such as rate_limited."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(outcome).__name__).lower()


def _retry_seconds(pause: RetryAfter) -> float:
    after = pause.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
