"""The login: what Telegram signed about the person who opens the console (core.telegram.org/bots/webapps)."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from domain.settings.timeouts import Timeout

MAX_LOGIN_BYTES = 4096
SECRET_WORD = b"WebAppData"
LOGIN_AGE = Timeout.CONSOLE_LOGIN_AGE.delta
LOGIN_AHEAD = Timeout.CONSOLE_LOGIN_AHEAD.delta


class LoginRefused(Exception):
    """What was shown is not of Telegram, not of this bot, or too old."""


def read_login(signed: str, bot_token: str, now: datetime) -> int:
    """Return the id of the person for whom Telegram signed this text with the bot's token.

    Raise LoginRefused when the signature does not fit, when it is older than an hour, and for anything unreadable.
    `now` is the database's.
    """
    try:
        pairs = parse_qsl(signed, keep_blank_values=True, strict_parsing=True, max_num_fields=32)
        fields = dict(pairs)
        given = fields.pop("hash")
        if len(fields) + 1 != len(pairs) or len(signed) > MAX_LOGIN_BYTES:
            raise LoginRefused
        if not hmac.compare_digest(sign_login(fields, bot_token).encode(), given.encode()):
            raise LoginRefused
        signed_at = datetime.fromtimestamp(int(fields["auth_date"]), UTC)
        person = json.loads(fields["user"])["id"]
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as error:
        raise LoginRefused from error
    if not -LOGIN_AHEAD <= now - signed_at <= LOGIN_AGE or type(person) is not int:
        raise LoginRefused
    return person


def sign_login(fields: dict[str, str], bot_token: str) -> str:
    """Return the signature of these fields, in hex: over their lines, sorted, under a key made of the bot's token."""
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.new(SECRET_WORD, bot_token.encode(), hashlib.sha256).digest()
    return hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()
