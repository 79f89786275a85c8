"""How often one person may act: a token bucket in Redis for all processes, or in memory while Redis is away."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.logs import get_logger

ACTIONS_A_MINUTE = 20
BURST = 40  # actions at once; an order from the first tap to the last is about fifteen
REDIS_REST = 5.0  # seconds without asking a Redis that failed: nobody shall wait for it again and again
MOST_BUCKETS = 10_000  # kept in memory

BUCKET = """
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


class Verdict(IntEnum):
    """What the bucket says; the numbers are those of the script."""

    GO = 1
    TOO_FAST = 0  # the first action too many: worth a word
    STILL_TOO_FAST = -1  # further ones: words would make it worse


Limit = Callable[[int], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a person has left."""

    tokens: float
    at: float
    told: bool


def spend(bucket: Bucket, now: float) -> tuple[Bucket, Verdict]:
    """Take one token at this moment (seconds of a steady clock)."""
    tokens = min(float(BURST), bucket.tokens + (now - bucket.at) * ACTIONS_A_MINUTE / 60)
    if tokens >= 1:
        return Bucket(tokens - 1, now, told=False), Verdict.GO
    return Bucket(tokens, now, told=True), Verdict.STILL_TOO_FAST if bucket.told else Verdict.TOO_FAST


def limit_here() -> Limit:
    """Buckets in this process' memory."""
    buckets: OrderedDict[int, Bucket] = OrderedDict()

    async def limit(person_id: int) -> Verdict:
        now = time.monotonic()
        buckets[person_id], verdict = spend(buckets.pop(person_id, Bucket(BURST, now, told=False)), now)
        if len(buckets) > MOST_BUCKETS:
            buckets.popitem(last=False)
        return verdict

    return limit


def limit_everywhere(redis: Redis) -> Limit:
    """Buckets in Redis; while it does not answer, those of this process."""
    script, here, resting_until = redis.register_script(BUCKET), limit_here(), 0.0

    async def limit(person_id: int) -> Verdict:
        nonlocal resting_until
        if time.monotonic() < resting_until:
            return await here(person_id)
        try:
            verdict = await script(keys=[f"campusg:actions:{person_id}"], args=[BURST, ACTIONS_A_MINUTE / 60])
        except (RedisError, OSError) as error:
            log.warning("rate_limit_counts_locally", error=error)
            resting_until = time.monotonic() + REDIS_REST
            return await here(person_id)
        return Verdict(int(verdict))

    return limit
