"""How fast we may call Stripe, and who goes first: one bucket of reads and one of writes, shared in Redis.

Stripe allows 25 reads and 25 writes a second in its test world, 100 and 100 live. A bucket holds what may be called
within a second and fills steadily. Each rank leaves a reserve to the ranks before it: whatever a later rank takes, the
level never falls below that, so a cancel never waits behind a flood of others. No queue and no order to keep: a reserve
is a number, and holds for any number of processes. It costs a call one round trip to Redis; while Redis is away, each
process counts for itself.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from workers.call_failures import TryLater

MAX_WAIT_SECONDS = 5.0  # seconds a call waits for its turn, before its saga rests instead
PAUSE_SECONDS = 1.0  # seconds nobody calls after Stripe said that we are too fast
REDIS_TIMEOUT_SECONDS = 0.5  # seconds; counting must not hold up a call for long
REDIS_RETRY_DELAY_SECONDS = 1.0  # seconds that a Redis which is away is not asked
MIN_CAPACITY = 10.0  # calls a bucket holds at least: so each rank has one of its own
RESERVE_SHARE = 0.1  # of the bucket; what a rank leaves to the one before it

# KEYS: the bucket. ARGV: calls a second, how much it holds, the reserve to leave, the longest pause there is (ms).
# A bucket is its level at a moment; a moment to come is a pause. The answer is how many milliseconds to wait.
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
# ARGV: the pause (ms). What the bucket held is gone as well, so that the ranks come back one after the other.
_PAUSE_SCRIPT = """
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
redis.call('HSET', KEYS[1], 'level', 0, 'at', string.format('%d', at))
redis.call('PEXPIRE', KEYS[1], 60000)
"""


class CallPriority(IntEnum):
    """What a call is for; the lower goes first."""

    CANCEL = 0
    CAPTURE = 1
    AUTHORISE = 2  # and whatever else a person waits for in front of the screen
    TRANSFER = 3  # and money that goes back
    RECONCILE = 4

    def reserve(self, capacity: float) -> float:
        """How many calls of a bucket that holds `most` this rank leaves to those before it."""
        return self * RESERVE_SHARE * capacity


class CallKind(StrEnum):
    """Stripe counts the two apart."""

    READ = "reads"
    WRITE = "writes"


@dataclass(slots=True, kw_only=True)
class LocalTokenBucket:
    """A bucket of this process alone; `at` in seconds of a steady clock."""

    per_second: float
    capacity: float
    level: float
    at: float

    def acquire(self, priority: CallPriority, now: float) -> float:
        """As the script does: seconds to wait, or 0 and one is taken."""
        if self.at < now:
            self.level, self.at = min(self.capacity, self.level + (now - self.at) * self.per_second), now
        missing = max(priority.reserve(self.capacity) + 1 - self.level, 0.0)
        if self.at > now or missing > 0:
            return self.at - now + missing / self.per_second
        self.level -= 1
        return 0.0

    def pause(self, until: float) -> None:
        """Empty, and nothing comes in until then."""
        self.level, self.at = 0.0, until


@dataclass(slots=True, kw_only=True)
class StripeRateLimiter:
    """This process' view of both buckets; each lets `per_second` calls through, those of all processes together."""

    per_second: int
    redis: Redis
    acquire_script: AsyncScript
    pause_script: AsyncScript
    local_buckets: dict[CallKind, LocalTokenBucket]
    waiting: dict[CallKind, Counter[CallPriority]] = field(
        default_factory=lambda: {call_kind: Counter() for call_kind in CallKind}
    )
    redis_away_until: float = 0.0

    async def acquire(self, call_kind: CallKind, priority: CallPriority) -> float:
        """Seconds to wait before a call of this rank; 0 means go, and is counted."""
        if not self._is_redis_away():
            capacity = _capacity(self.per_second)
            try:
                args = [self.per_second, capacity, priority.reserve(capacity), int(PAUSE_SECONDS * 1000)]
                return int(await self.acquire_script(keys=[_redis_key(call_kind)], args=args)) / 1000
            except (RedisError, OSError):
                self._mark_redis_away()
        return self.local_buckets[call_kind].acquire(priority, time.monotonic())

    async def wait_until_allowed(self, call_kind: CallKind, priority: CallPriority) -> None:
        """Return when the call may be made, and is counted; TryLater when that would take longer than PATIENCE."""
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while (pause := await self.acquire(call_kind, priority)) > 0:
            waiting = self.waiting[call_kind]
            ahead = sum(count for each, count in waiting.items() if each <= priority)
            pause += ahead / self.per_second  # so that those who wait don't all ask again at the same moment
            if time.monotonic() + pause > deadline:
                raise TryLater("stripe_pace", f"too many calls before this {priority.name.lower()}")
            waiting[priority] += 1
            try:
                await asyncio.sleep(pause)
            finally:
                waiting[priority] -= 1

    async def pause(self, call_kind: CallKind) -> None:
        """Stripe said that we are too fast: nobody calls for PAUSE seconds, then those come first that rank first."""
        self.local_buckets[call_kind].pause(time.monotonic() + PAUSE_SECONDS)
        if not self._is_redis_away():
            try:
                await self.pause_script(keys=[_redis_key(call_kind)], args=[int(PAUSE_SECONDS * 1000)])
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
    """Buckets in this Redis, connecting when first needed; alone, a process goes at half the pace, as two may."""
    redis = Redis.from_url(
        redis_url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
    )
    half, now = per_second / 2, time.monotonic()
    local_buckets = {
        call_kind: LocalTokenBucket(per_second=half, capacity=_capacity(half), level=_capacity(half), at=now)
        for call_kind in CallKind
    }
    acquire_script, pause_script = redis.register_script(_ACQUIRE_SCRIPT), redis.register_script(_PAUSE_SCRIPT)
    return StripeRateLimiter(
        per_second=per_second,
        redis=redis,
        acquire_script=acquire_script,
        pause_script=pause_script,
        local_buckets=local_buckets,
    )


def _capacity(per_second: float) -> float:
    return max(float(per_second), MIN_CAPACITY)


def _redis_key(call_kind: CallKind) -> str:
    return f"campusg:stripe:{call_kind}"
