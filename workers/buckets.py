"""How fast we may write to Telegram: counted in Redis for all processes together, in this process while Redis is away.

Telegram names no exact limits (known: 30 a second in all, 1 a second a chat, 20 a minute a group, edits alike); we
stay below them. Answers to taps do not pass here.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

REDIS_WITHIN = 0.5  # seconds; counting must not hold up a message for long
LONGEST = 60.0  # seconds; no window is longer
MOST_REMEMBERED = 2_000  # chats in this process

# KEYS: a pause, then the buckets. ARGV: for each bucket how many, and in how many milliseconds.
# A bucket is the list of the last moments something was taken from it; the answer is how many milliseconds to wait.
_TAKE = """
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
class Bucket:
    """At most so many within a window of so many seconds."""

    name: str
    most: int
    window: float


@dataclass(slots=True, kw_only=True)
class LocalPace:
    """A modest pace of this process alone: while Redis is away nobody knows what the others send."""

    taken: dict[str, deque[float]] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)

    def take(self, pause: str, buckets: Sequence[Bucket], now: float) -> float:
        """As Buckets.take; `now` in seconds of any steady clock."""
        self._forget(now)
        waits = [self.pauses.get(pause, now) - now]
        for bucket in buckets:
            taken = self.taken.setdefault(bucket.name, deque(maxlen=bucket.most))
            if len(taken) == bucket.most:
                waits.append(taken[0] + bucket.window - now)
        wait = max(waits)
        if wait <= 0:
            for bucket in buckets:
                self.taken[bucket.name].append(now)
        return max(wait, 0.0)

    def rest(self, pause: str, until: float) -> None:
        """Nothing for this chat until then."""
        self._forget(time.monotonic())
        self.pauses[pause] = until

    def _forget(self, now: float) -> None:
        """Keep the two small: an outage may be long."""
        if len(self.taken) > MOST_REMEMBERED:
            self.taken = {name: taken for name, taken in self.taken.items() if taken and taken[-1] > now - LONGEST}
        if len(self.pauses) > MOST_REMEMBERED:
            self.pauses = {name: until for name, until in self.pauses.items() if until > now}


class Buckets:
    """The limits of all bots; `take` before every send or edit, `rest` after every 429."""

    def __init__(self, redis: Redis, pace: LocalPace) -> None:
        self._redis = redis
        self._pace = pace
        self._script: AsyncScript = redis.register_script(_TAKE)

    async def take(self, campus_id: int, chat_id: int, *, edit: bool) -> float:
        """Seconds to wait before this chat may get a message (or an edit); 0 means go, and is counted."""
        pause, buckets = _pause(campus_id, chat_id), _buckets(campus_id, chat_id, edit=edit)
        keys = [pause, *(f"campusg:bucket:{bucket.name}" for bucket in buckets)]
        limits = [number for bucket in buckets for number in (bucket.most, int(bucket.window * 1000))]
        try:
            wait = int(await self._script(keys=keys, args=limits))
        except (RedisError, OSError):
            return self._pace.take(pause, _halved(buckets), time.monotonic())
        return max(wait / 1000, 0.0)

    async def rest(self, campus_id: int, chat_id: int, seconds: float) -> None:
        """Telegram said when to come back to this chat."""
        pause = _pause(campus_id, chat_id)
        self._pace.rest(pause, time.monotonic() + seconds)
        try:
            await self._redis.set(pause, 1, px=max(int(seconds * 1000), 1))
        except (RedisError, OSError):
            return

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


def open_buckets(redis_url: str) -> Buckets:
    """Buckets in this Redis, connecting when first needed."""
    redis = Redis.from_url(redis_url, socket_timeout=REDIS_WITHIN, socket_connect_timeout=REDIS_WITHIN)
    return Buckets(redis, LocalPace())


def _pause(campus_id: int, chat_id: int) -> str:
    return f"campusg:pause:{campus_id}:{chat_id}"


def _buckets(campus_id: int, chat_id: int, *, edit: bool) -> tuple[Bucket, ...]:
    bot = Bucket(name=f"{campus_id}", most=25, window=1)
    if chat_id > 0:  # a person: one a second in the long run, five at once
        return bot, Bucket(name=f"{campus_id}:{chat_id}", most=5, window=5)
    kind = "edits" if edit else "sends"
    return bot, Bucket(name=f"{campus_id}:{chat_id}:{kind}", most=18, window=60)


def _halved(buckets: Sequence[Bucket]) -> tuple[Bucket, ...]:
    """Two processes at half the pace are as one at the whole."""
    return tuple(Bucket(name=each.name, most=max(each.most // 2, 1), window=each.window) for each in buckets)
