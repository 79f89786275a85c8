"""Web Apps: who may have their buttons, and what Telegram signs about the person who opens one.

core.telegram.org/bots/webapps, "Validating data received via the Mini App".
"""

import hashlib
import hmac
import json
import secrets
import time
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from sandbox.telegram.bot_api_refusals import bad_request
from sandbox.telegram.records import JsonObject

SECRET_WORD: Final = b"WebAppData"
VERSION: Final = "9.1"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def check_web_app_address(url: str) -> None:
    """Raise BotApiRefusal for an address that no app opens. On this machine http is taken, as for webhooks."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise bad_request(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")


def sign_web_app(token: str, user: JsonObject, *, age: float = 0) -> str:
    """Return what the service hands over for this user, signed with the bot's token so many seconds ago."""
    fields = {
        "query_id": secrets.token_urlsafe(16),
        "user": json.dumps(user, ensure_ascii=False, separators=(",", ":")),
        "auth_date": str(int(time.time() - age)),
    }
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.new(SECRET_WORD, token.encode(), hashlib.sha256).digest()
    return urlencode({**fields, "hash": hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()}, quote_via=quote)


def web_app_address(url: str, token: str, user: JsonObject) -> str:
    """Return the address that an app opens: that of the button, and what was signed behind #."""
    handed = {"tgWebAppData": sign_web_app(token, user), "tgWebAppVersion": VERSION, "tgWebAppPlatform": "web"}
    return f"{url}#{urlencode(handed, quote_via=quote)}"
