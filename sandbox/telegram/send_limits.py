"""Telegram's limits on what a bot sends: known from its FAQ and from practice, and off until a test turns them on."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from sandbox.telegram.bot_api_refusals import BotApiRefusal

SENDING_METHODS: Final = frozenset({"sendMessage", "sendPhoto"})
EDITING_METHODS: Final = frozenset({"editMessageText", "editMessageCaption", "editMessageReplyMarkup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimit:
    """At most `max_calls` within `seconds`."""

    max_calls: int
    seconds: float


BOT_LIMIT: Final = SendLimit(max_calls=30, seconds=1.0)
PRIVATE_LIMIT: Final = SendLimit(max_calls=5, seconds=5.0)  # one a second, with short bursts
GROUP_LIMIT: Final = SendLimit(max_calls=20, seconds=60.0)  # of messages, and again of edits


@dataclass(slots=True, kw_only=True)
class SendLimits:
    """The calls that counted lately, by bot and by chat (times in Unix seconds)."""

    enabled: bool = False
    counted: dict[tuple[object, ...], deque[float]] = field(default_factory=dict)

    def check(self, bot_id: int, method: str, chat: object, now: float) -> None:
        """Count a call. Raise the BotApiRefusal 429 with `retry_after` when it is over a limit."""
        if not self.enabled or method not in SENDING_METHODS | EDITING_METHODS:
            return
        in_group = str(chat).startswith("-")
        chat_key = (bot_id, str(chat), method in EDITING_METHODS) if in_group else (bot_id, str(chat))
        limits = {(bot_id,): BOT_LIMIT, chat_key: GROUP_LIMIT if in_group else PRIVATE_LIMIT}
        wait = max(self._wait(key, limit, now) for key, limit in limits.items())
        if wait > 0:
            seconds = math.ceil(wait)
            raise BotApiRefusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        for key in limits:
            self.counted[key].append(now)

    def _wait(self, key: tuple[object, ...], limit: SendLimit, now: float) -> float:
        """Return the seconds until another call is within the limit."""
        counted = self.counted.setdefault(key, deque())
        while counted and counted[0] <= now - limit.seconds:
            counted.popleft()
        return counted[0] + limit.seconds - now if len(counted) >= limit.max_calls else 0.0
