"""The rate limit of calls to Stripe, with priorities: one token bucket of reads and writes together, shared in Redis.

Stripe allows 25 calls a second in test mode, 100 in live mode, and 25 to one endpoint (docs.stripe.com/rate-limits).
The bucket holds the calls of one second and fills steadily. Each priority leaves a reserve to the priorities before it:
no call of a later priority takes the level below that reserve. So a cancel never waits behind a flood of other calls.
This needs no queue: a reserve is a number, and works for any number of processes. A call costs one round trip to Redis.
While Redis is away, each process counts for itself.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from domain.settings.timeouts import Timeout
from workers.engine.call_failures import TryLater

MAX_WAIT_SECONDS = Timeout.STRIPE_LIMIT_WAIT.seconds
PAUSE_SECONDS = Timeout.STRIPE_LIMIT_PAUSE.seconds
REDIS_TIMEOUT_SECONDS = Timeout.REDIS_SEND_LIMIT.seconds
REDIS_RETRY_DELAY_SECONDS = Timeout.REDIS_SEND_LIMIT_RETRY.seconds
REDIS_KEY = "campusg:stripe:calls"
MIN_CAPACITY = 10.0  # calls; so that the reserve between two priorities is at least one call
RESERVE_SHARE = 0.1  # of the bucket; what a priority leaves to the one before it

# KEYS: the bucket. ARGV: calls a second, capacity, the reserve to leave, the longest possible pause (ms).
# A bucket is a level and its time; a time in the future is a pause. Returns the milliseconds to wait, 0: taken.
_ACQUIRE_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local rate, most, needed = ARGV[1] / 1000, tonumber(ARGV[2]), ARGV[3] + 1
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1]) or most, tonumber(kept[2]) or now
if at > now + ARGV[4] then at = now end
if at < now then level, at = math.min(most, level + (now - at) * rate), now end
if at > now or level < needed then return math.ceil(at - now + math.max(needed - level, 0) / rate) end
redis.call('HSET', KEYS[1], 'level', level - 1, 'at', at)
redis.call('PEXPIRE', KEYS[1], 60000)
return 0
"""
# ARGV: the pause (ms). It also empties the bucket, so that the priorities come back one after the other.
_PAUSE_SCRIPT = """
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
redis.call('HSET', KEYS[1], 'level', 0, 'at', string.format('%d', at))
redis.call('PEXPIRE', KEYS[1], 60000)
"""


class CallPriority(IntEnum):
    """What a call is for; the lowest number goes first."""

    CANCEL = 0
    CAPTURE = 1
    AUTHORISE = 2  # and other calls that a person waits for in the chat
    TRANSFER = 3  # and refunds and reversals
    RECONCILE = 4

    def reserve(self, capacity: float) -> float:
        """Return how many calls of a bucket of `capacity` this priority leaves to those before it."""
        return self * RESERVE_SHARE * capacity


@dataclass(slots=True, kw_only=True)
class LocalTokenBucket:
    """A bucket of this process; `at` is the time of `level`, in seconds of a monotonic clock."""

    per_second: float
    capacity: float
    level: float
    at: float

    def acquire(self, priority: CallPriority, now: float) -> float:
        """Do the same as the script: take a call and return 0, or return the seconds to wait."""
        if self.at < now:
            self.level, self.at = min(self.capacity, self.level + (now - self.at) * self.per_second), now
        missing = max(priority.reserve(self.capacity) + 1 - self.level, 0.0)
        if self.at > now or missing > 0:
            return self.at - now + missing / self.per_second
        self.level -= 1
        return 0.0

    def pause(self, until: float) -> None:
        """Empty the bucket and do not fill it before `until`."""
        self.level, self.at = 0.0, until


@dataclass(slots=True, kw_only=True)
class StripeRateLimiter:
    """The bucket; it allows `per_second` calls of all processes together."""

    per_second: int
    redis: Redis
    acquire_script: AsyncScript
    pause_script: AsyncScript
    local_bucket: LocalTokenBucket
    waiting: Counter[CallPriority] = field(default_factory=Counter)
    redis_away_until: float = 0.0

    async def acquire(self, priority: CallPriority) -> float:
        """Count a call and return 0, or return the seconds to wait before asking again."""
        if not self._is_redis_away():
            capacity = _capacity(self.per_second)
            try:
                args = [self.per_second, capacity, priority.reserve(capacity), int(PAUSE_SECONDS * 1000)]
                return int(await self.acquire_script(keys=[REDIS_KEY], args=args)) / 1000
            except (RedisError, OSError):
                self._mark_redis_away()
        return self.local_bucket.acquire(priority, time.monotonic())

    async def wait_until_allowed(self, priority: CallPriority) -> None:
        """Wait until the call is counted and may be made; raise TryLater instead of waiting over MAX_WAIT_SECONDS."""
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while (pause := await self.acquire(priority)) > 0:
            ahead = sum(count for each, count in self.waiting.items() if each <= priority)
            pause += ahead / self.per_second  # so that waiting calls do not all ask again at the same time
            if time.monotonic() + pause > deadline:
                raise TryLater("stripe_pace", f"too many calls before this {priority.name.lower()}")
            self.waiting[priority] += 1
            try:
                await asyncio.sleep(pause)
            finally:
                self.waiting[priority] -= 1

    async def pause(self) -> None:
        """Stop all calls for PAUSE_SECONDS, because Stripe answered that we are too fast; then priorities apply."""
        self.local_bucket.pause(time.monotonic() + PAUSE_SECONDS)
        if not self._is_redis_away():
            try:
                await self.pause_script(keys=[REDIS_KEY], args=[int(PAUSE_SECONDS * 1000)])
            except (RedisError, OSError):
                self._mark_redis_away()

    async def close(self) -> None:
        """Close the connections."""
        await self.redis.aclose()

    def _is_redis_away(self) -> bool:
        return time.monotonic() < self.redis_away_until

    def _mark_redis_away(self) -> None:
        self.redis_away_until = time.monotonic() + REDIS_RETRY_DELAY_SECONDS


def open_stripe_rate_limiter(redis_url: str, per_second: int) -> StripeRateLimiter:
    """Return a limiter that connects to Redis when first needed.

    Without Redis a process takes half the rate: two processes together then stay within the limit.
    """
    redis = Redis.from_url(
        redis_url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
    )
    half, now = per_second / 2, time.monotonic()
    local_bucket = LocalTokenBucket(per_second=half, capacity=_capacity(half), level=_capacity(half), at=now)
    acquire_script, pause_script = redis.register_script(_ACQUIRE_SCRIPT), redis.register_script(_PAUSE_SCRIPT)
    return StripeRateLimiter(
        per_second=per_second,
        redis=redis,
        acquire_script=acquire_script,
        pause_script=pause_script,
        local_bucket=local_bucket,
    )


def _capacity(per_second: float) -> float:
    return max(float(per_second), MIN_CAPACITY)
