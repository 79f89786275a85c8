"""The user rate limit: a token bucket in Redis for all processes, or in memory while Redis is away."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

ACTIONS_A_MINUTE = 20
MAX_BURST = 40  # actions at once; a whole order takes about fifteen taps
REDIS_RETRY_DELAY_SECONDS = Timeout.REDIS_TAP_LIMIT_RETRY.seconds
MAX_LOCAL_BUCKETS = 10_000

TOKEN_BUCKET_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'told')
local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + (now - (tonumber(kept[2]) or now)) * rate)
local verdict, told = 1, '0'
if tokens >= 1 then tokens = tokens - 1 else
  told = '1'
  if kept[3] == '1' then verdict = -1 else verdict = 0 end
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now), 'told', told)
redis.call('EXPIRE', KEYS[1], 300)
return verdict
"""

log = get_logger(__name__)


class RateLimitVerdict(IntEnum):
    """The result of taking a token; the script returns the same numbers."""

    ALLOWED = 1
    TOO_FAST = 0  # the first action above the limit: the person is told
    STILL_TOO_FAST = -1  # the next ones: more replies would add to the flood


RateLimiter = Callable[[int], Awaitable[RateLimitVerdict]]


@dataclass(frozen=True, slots=True)
class UserTokenBucket:
    """The tokens that a person has left."""

    tokens: float
    updated_at: float
    was_told: bool


def spend_token(bucket: UserTokenBucket, now: float) -> tuple[UserTokenBucket, RateLimitVerdict]:
    """Take one token at `now` (seconds of a monotonic clock); return the new bucket and the verdict."""
    tokens = min(float(MAX_BURST), bucket.tokens + (now - bucket.updated_at) * ACTIONS_A_MINUTE / 60)
    if tokens >= 1:
        return UserTokenBucket(tokens - 1, now, was_told=False), RateLimitVerdict.ALLOWED
    return UserTokenBucket(
        tokens, now, was_told=True
    ), RateLimitVerdict.STILL_TOO_FAST if bucket.was_told else RateLimitVerdict.TOO_FAST


def new_local_rate_limiter() -> RateLimiter:
    """Return a rate limiter with buckets in the memory of this process."""
    buckets: OrderedDict[int, UserTokenBucket] = OrderedDict()

    async def check_limit(person_id: int) -> RateLimitVerdict:
        now = time.monotonic()
        buckets[person_id], verdict = spend_token(
            buckets.pop(person_id, UserTokenBucket(MAX_BURST, now, was_told=False)), now
        )
        if len(buckets) > MAX_LOCAL_BUCKETS:
            buckets.popitem(last=False)
        return verdict

    return check_limit


def new_rate_limiter(redis: Redis) -> RateLimiter:
    """Return a rate limiter with buckets in Redis; while Redis is away, it uses buckets of this process."""
    script, local_limiter, redis_away_until = redis.register_script(TOKEN_BUCKET_SCRIPT), new_local_rate_limiter(), 0.0

    async def check_limit(person_id: int) -> RateLimitVerdict:
        nonlocal redis_away_until
        if time.monotonic() < redis_away_until:
            return await local_limiter(person_id)
        try:
            verdict = await script(keys=[f"campusg:actions:{person_id}"], args=[MAX_BURST, ACTIONS_A_MINUTE / 60])
        except (RedisError, OSError) as error:
            log.warning("rate_limit_counts_locally", error=error)
            redis_away_until = time.monotonic() + REDIS_RETRY_DELAY_SECONDS
            return await local_limiter(person_id)
        return RateLimitVerdict(int(verdict))

    return check_limit
