"""What a button of an inline keyboard may do, in the service's own words where they are known.

Links are checked as in tdlib's LinkManager: "Wrong HTTP URL" for a host without a dot, such as localhost, and
"Unsupported URL protocol". This bot has no inline mode, no linked domain and sends no invoices; so buttons of these
kinds are refused. BOT_DOMAIN_INVALID is what telegraf #793 shows, BUTTON_TYPE_INVALID of a payment button what
go-telegram-bot-api #109 shows; that it is said of a bot without inline mode too is not sure.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from sandbox.telegram.bot_api_refusals import bad_request, sandbox_refusal
from sandbox.telegram.html_entities import utf16_length
from sandbox.telegram.web_app import check_web_app_address

MAX_CALLBACK_BYTES, MAX_COPY = 64, 256  # Bot API limits: InlineKeyboardButton, CopyTextButton
NOT_FOR_THIS_BOT: Final = frozenset(
    {
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "pay",
        "callback_game",
    }
)
ACTIONS: Final = frozenset({"callback_data", "url", "web_app", "copy_text", "disabled", "login_url"}) | NOT_FOR_THIS_BOT


def check_action(action: str, value: object) -> None:
    """Raise BotApiRefusal for an action that the service refuses."""
    if action in NOT_FOR_THIS_BOT:
        raise bad_request("BUTTON_TYPE_INVALID")
    match action, value:
        case "callback_data", str():
            if not 1 <= len(value.encode()) <= MAX_CALLBACK_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
        case "url", str():
            _check_link(value, f"inline keyboard button URL '{value}'")
        case "login_url", {"url": str() as url}:
            _check_link(url, f"inline keyboard button login URL '{url}'")
            raise bad_request("BOT_DOMAIN_INVALID")
        case "web_app", {"url": str() as url, **others} if not others:
            check_web_app_address(url)
        case "copy_text", {"text": str() as text, **others}:
            if others or not 1 <= utf16_length(text) <= MAX_COPY:
                raise bad_request("BUTTON_COPY_TEXT_INVALID")
        case "disabled", dict():
            return
        case _:
            raise sandbox_refusal(f'"{action}" of a button has the wrong type')


def _check_link(url: str, name: str) -> None:
    protocol = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*)://", url)
    if protocol is not None and protocol[1].lower() not in ("http", "https", "tg"):
        raise bad_request(f"{name} is invalid: Unsupported URL protocol")
    if protocol is not None and protocol[1].lower() == "tg":
        return
    try:
        host = urlsplit(url if protocol else f"http://{url}").hostname or ""
    except ValueError:
        host = ""
    if re.search(r"\s", url) or "." not in host:
        raise bad_request(f"{name} is invalid: Wrong HTTP URL")
    if not all(host.split(".")):
        raise bad_request("BUTTON_URL_INVALID")
