"""The rate limit of messages to Telegram, counted in Redis for all processes, or locally while Redis is away.

Telegram publishes no exact limits. Known are 30 messages a second in all, 1 a second in a chat and 20 a minute in a
group, and the same for edits. Our limits are below these. Replies to taps are not counted here.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

REDIS_TIMEOUT_SECONDS = 0.5  # counting must not delay a message for long
MAX_WINDOW_SECONDS = 60.0  # the longest window of a limit
MAX_REMEMBERED_CHATS = 2_000  # per process

# KEYS: a pause, then the buckets. ARGV: for each bucket how many sends, and in how many milliseconds.
# A bucket is the list of the times of the last sends. Returns the milliseconds to wait, 0: counted.
_ACQUIRE_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = math.max(redis.call('PTTL', KEYS[1]), 0)
for i = 2, #KEYS do
  local most, window = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  if redis.call('LLEN', KEYS[i]) >= most then
    wait = math.max(wait, redis.call('LINDEX', KEYS[i], -most) + window - now)
  end
end
if wait > 0 then return wait end
for i = 2, #KEYS do
  redis.call('RPUSH', KEYS[i], now)
  redis.call('LTRIM', KEYS[i], -ARGV[2 * i - 3], -1)
  redis.call('PEXPIRE', KEYS[i], ARGV[2 * i - 2])
end
return 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimit:
    """At most `max_sends` within `window_seconds`."""

    name: str
    max_sends: int
    window_seconds: float


@dataclass(slots=True, kw_only=True)
class LocalSendLimiter:
    """Limits of this process while Redis is away, when it does not know what other processes send."""

    sent_at: dict[str, deque[float]] = field(default_factory=dict)
    paused_until: dict[str, float] = field(default_factory=dict)

    def acquire(self, pause_key: str, limits: Sequence[SendLimit], now: float) -> float:
        """Count a send and return 0, or return the seconds to wait; `now` is in seconds of a monotonic clock."""
        self._evict_old(now)
        waits = [self.paused_until.get(pause_key, now) - now]
        for limit in limits:
            sent_at = self.sent_at.setdefault(limit.name, deque(maxlen=limit.max_sends))
            if len(sent_at) == limit.max_sends:
                waits.append(sent_at[0] + limit.window_seconds - now)
        wait = max(waits)
        if wait <= 0:
            for limit in limits:
                self.sent_at[limit.name].append(now)
        return max(wait, 0.0)

    def pause(self, pause_key: str, until: float) -> None:
        """Allow nothing for this chat before `until`."""
        self._evict_old(time.monotonic())
        self.paused_until[pause_key] = until

    def _evict_old(self, now: float) -> None:
        """Drop old entries: an outage of Redis may be long, and both dicts must stay small."""
        if len(self.sent_at) > MAX_REMEMBERED_CHATS:
            self.sent_at = {
                name: sent_at
                for name, sent_at in self.sent_at.items()
                if sent_at and sent_at[-1] > now - MAX_WINDOW_SECONDS
            }
        if len(self.paused_until) > MAX_REMEMBERED_CHATS:
            self.paused_until = {name: until for name, until in self.paused_until.items() if until > now}


class TelegramRateLimiter:
    """The limits of all bots: call `acquire` before every send or edit, and `pause_chat` after every 429."""

    def __init__(self, redis: Redis, local_limiter: LocalSendLimiter) -> None:
        self._redis = redis
        self._local_limiter = local_limiter
        self._script: AsyncScript = redis.register_script(_ACQUIRE_SCRIPT)

    async def acquire(self, campus_id: int, chat_id: int, *, edit: bool) -> float:
        """Count a message (or an edit) to this chat and return 0, or return the seconds to wait."""
        pause_key, limits = _pause_key(campus_id, chat_id), _limits_of_chat(campus_id, chat_id, edit=edit)
        keys = [pause_key, *(f"campusg:bucket:{limit.name}" for limit in limits)]
        script_arguments = [
            number for limit in limits for number in (limit.max_sends, int(limit.window_seconds * 1000))
        ]
        try:
            wait = int(await self._script(keys=keys, args=script_arguments))
        except (RedisError, OSError):
            return self._local_limiter.acquire(pause_key, _halve_limits(limits), time.monotonic())
        return max(wait / 1000, 0.0)

    async def pause_chat(self, campus_id: int, chat_id: int, seconds: float) -> None:
        """Allow nothing for this chat for `seconds`, as Telegram asked in a 429."""
        pause_key = _pause_key(campus_id, chat_id)
        self._local_limiter.pause(pause_key, time.monotonic() + seconds)
        try:
            await self._redis.set(pause_key, 1, px=max(int(seconds * 1000), 1))
        except (RedisError, OSError):
            return

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def open_telegram_rate_limiter(redis_url: str) -> TelegramRateLimiter:
    """Return a limiter that connects to Redis when first needed."""
    redis = Redis.from_url(
        redis_url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
    )
    return TelegramRateLimiter(redis, LocalSendLimiter())


def _pause_key(campus_id: int, chat_id: int) -> str:
    return f"campusg:pause:{campus_id}:{chat_id}"


def _limits_of_chat(campus_id: int, chat_id: int, *, edit: bool) -> tuple[SendLimit, ...]:
    bot_limit = SendLimit(name=f"{campus_id}", max_sends=25, window_seconds=1)
    if chat_id > 0:  # a person: one a second on average, five at once
        return bot_limit, SendLimit(name=f"{campus_id}:{chat_id}", max_sends=5, window_seconds=5)
    kind = "edits" if edit else "sends"
    return bot_limit, SendLimit(name=f"{campus_id}:{chat_id}:{kind}", max_sends=18, window_seconds=60)


def _halve_limits(limits: Sequence[SendLimit]) -> tuple[SendLimit, ...]:
    """Halve the limits: two processes together then stay within them."""
    return tuple(
        SendLimit(name=each.name, max_sends=max(each.max_sends // 2, 1), window_seconds=each.window_seconds)
        for each in limits
    )
