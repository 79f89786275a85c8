"""The session cookie: a person, a campus and an end, signed under a key made of the campus' bot token."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.settings.timeouts import Timeout

COOKIE_NAME = "campusg_console"
SESSION_LENGTH = Timeout.CONSOLE_SESSION.delta
_PURPOSE = b"campusg console session"
_PATTERN = re.compile(
    r"v1\.(?P<campus>[0-9]{1,18})\.(?P<person>[0-9]{1,18})\.(?P<end>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is logged in to which campus. It says nothing about what they may do: that is looked up each time."""

    campus_id: int
    person_id: int
    ends_at: datetime


def begin_session(campus_id: int, person_id: int, now: datetime) -> Session:
    """Return a session that begins now, by the database's clock."""
    return Session(campus_id=campus_id, person_id=person_id, ends_at=now + SESSION_LENGTH)


def pack_session(session: Session, bot_token: str) -> str:
    """Return the session as the value of a cookie."""
    words = f"v1.{session.campus_id}.{session.person_id}.{int(session.ends_at.timestamp())}"
    return f"{words}.{_sign(words, bot_token)}"


def session_cookie(value: str, campus_name: str, *, is_public: bool) -> str:
    """Return the header Set-Cookie for a packed session; a browser sends it to the pages of this campus alone.

    Telegram's web client shows the console in a frame: there browsers take third-party cookies only when they are
    kept apart for each site that frames us (Partitioned). `http.cookies` knows that word from Python 3.14 on.
    """
    framed = "Secure; SameSite=None; Partitioned" if is_public else "SameSite=Lax"
    age = int(SESSION_LENGTH.total_seconds())
    return f"{COOKIE_NAME}={value}; Max-Age={age}; Path=/console/{campus_name}; HttpOnly; {framed}"


def read_session(value: str, campus_id: int, bot_token: str, now: datetime) -> Session | None:
    """Return the session of this cookie; None when it is forged, of another campus, or over."""
    found = _PATTERN.fullmatch(value)
    if found is None:
        return None
    words = value.rpartition(".")[0]
    if not hmac.compare_digest(_sign(words, bot_token), found["signature"]):
        return None
    session = Session(
        campus_id=int(found["campus"]),
        person_id=int(found["person"]),
        ends_at=datetime.fromtimestamp(int(found["end"]), UTC),
    )
    return session if session.campus_id == campus_id and now < session.ends_at else None


def _sign(words: str, bot_token: str) -> str:
    key = hmac.new(_PURPOSE, bot_token.encode(), hashlib.sha256).digest()
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
