"""The rate limit of messages to Telegram, counted in Redis for all processes, or locally while Redis is away.

Telegram publishes no exact limits. Known are 30 messages a second in all, 1 a second in a chat and 20 a minute in a
group, and the same for edits. Our limits are below these (`send_limits.py`). Replies to taps are not counted here.
"""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from domain.messaging.lane import Lane
from domain.settings.timeouts import Timeout
from workers.metrics.worker_metrics import WorkerMetrics, new_worker_metrics
from workers.telegram.send_limits import LANES, SendLimit, halve_limit, limits_of_chat, seconds_until_room

REDIS_TIMEOUT_SECONDS = Timeout.REDIS_SEND_LIMIT.seconds
MAX_WINDOW_SECONDS = 60.0  # the longest window of a limit
MAX_REMEMBERED_CHATS = 2_000  # per process
RETURN_SECONDS = Timeout.SEND_LANE_RETURN.seconds

# KEYS: a pause; then for each limit its bucket, and for each lane whether it waits. ARGV: the lane, for how many
# milliseconds it waits after its time has come; then for each limit: how many sends, in how many milliseconds, how many
# of this lane at most, and the share of each lane. A bucket is the list of the last sends, "milliseconds:lane". It
# decides as `seconds_until_room` does. Returns the milliseconds to wait, 0: counted.
_ACQUIRE_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lane, wait = tonumber(ARGV[1]), math.max(redis.call('PTTL', KEYS[1]), 0)
local limits = (#KEYS - 1) / 4
for i = 0, limits - 1 do
  local bucket, argument = 2 + 4 * i, 3 + 6 * i
  local most, window, cap = tonumber(ARGV[argument]), tonumber(ARGV[argument + 1]), tonumber(ARGV[argument + 2])
  local share, waits, used, sent, first, ready = {}, {}, {0, 0, 0}, {}, 1, now
  for each = 1, 3 do
    share[each] = tonumber(ARGV[argument + 2 + each])
    waits[each] = each ~= lane and redis.call('EXISTS', KEYS[bucket + each]) == 1
  end
  for _, entry in ipairs(redis.call('LRANGE', KEYS[bucket], 0, -1)) do
    local moment, its = string.match(entry, '^(%d+):(%d)$')
    moment, its = tonumber(moment), tonumber(its)
    if moment + window > now then
      table.insert(sent, {moment, its})
      used[its] = used[its] + 1
    end
  end
  local function has_room()
    if used[lane] >= cap then return false end
    local left = 0
    for each = 1, 3 do
      if waits[each] and (used[lane] >= share[lane] or each < lane) then
        left = left + math.max(share[each] - used[each], 0)
      end
    end
    return #sent - first + 1 + left < most
  end
  while first <= #sent and not has_room() do
    ready = sent[first][1] + window
    used[sent[first][2]] = used[sent[first][2]] - 1
    first = first + 1
  end
  if ready > now then redis.call('SET', KEYS[bucket + lane], 1, 'PX', ready - now + ARGV[2]) end
  wait = math.max(wait, ready - now)
end
if wait > 0 then return wait end
for i = 0, limits - 1 do
  local bucket, argument = 2 + 4 * i, 3 + 6 * i
  redis.call('RPUSH', KEYS[bucket], now .. ':' .. lane)
  redis.call('LTRIM', KEYS[bucket], -ARGV[argument], -1)
  redis.call('PEXPIRE', KEYS[bucket], ARGV[argument + 1])
end
return 0
"""


@dataclass(slots=True, kw_only=True)
class LocalSendLimiter:
    """Limits of this process while Redis is away, when it does not know what other processes send."""

    sent: dict[str, deque[tuple[float, Lane]]] = field(default_factory=dict)
    waits_until: dict[tuple[str, Lane], float] = field(default_factory=dict)
    paused_until: dict[str, float] = field(default_factory=dict)

    def acquire(self, pause_key: str, limits: Sequence[SendLimit], lane: Lane, now: float) -> float:
        """Count a send and return 0, or return the seconds to wait; `now` is in seconds of a monotonic clock."""
        self._evict_old(now)
        waits = [self.paused_until.get(pause_key, now) - now]
        for limit in limits:
            sent = self.sent.setdefault(limit.name, deque(maxlen=limit.max_sends))
            waiting = [each for each in Lane if self.waits_until.get((limit.name, each), now) > now]
            wait = seconds_until_room(limit, lane, sent, waiting, now)
            if wait > 0:
                self.waits_until[limit.name, lane] = now + wait + RETURN_SECONDS
            waits.append(wait)
        wait = max(waits)
        if wait <= 0:
            for limit in limits:
                self.sent[limit.name].append((now, lane))
        return max(wait, 0.0)

    def pause(self, pause_key: str, until: float) -> None:
        """Allow nothing for this chat before `until`."""
        self._evict_old(time.monotonic())
        self.paused_until[pause_key] = until

    def _evict_old(self, now: float) -> None:
        """Drop old entries: an outage of Redis may be long, and the dicts must stay small."""
        if len(self.sent) > MAX_REMEMBERED_CHATS:
            self.sent = {
                name: sent for name, sent in self.sent.items() if sent and sent[-1][0] > now - MAX_WINDOW_SECONDS
            }
        if len(self.waits_until) > MAX_REMEMBERED_CHATS:
            self.waits_until = {key: until for key, until in self.waits_until.items() if until > now}
        if len(self.paused_until) > MAX_REMEMBERED_CHATS:
            self.paused_until = {name: until for name, until in self.paused_until.items() if until > now}


class TelegramRateLimiter:
    """The limits of all bots: call `acquire` before every send or edit, and `pause_chat` after every 429."""

    def __init__(self, redis: Redis, local_limiter: LocalSendLimiter, metrics: WorkerMetrics) -> None:
        self._redis = redis
        self._metrics = metrics
        self._local_limiter = local_limiter
        self._script: AsyncScript = redis.register_script(_ACQUIRE_SCRIPT)

    async def acquire(self, campus_id: int, chat_id: int, *, edit: bool, lane: Lane) -> float:
        """Count a message (or an edit) of this lane to this chat and return 0, or return the seconds to wait."""
        wait = await self._acquire(campus_id, chat_id, edit=edit, lane=lane)
        if wait > 0:
            self._metrics.telegram_limit_waits.labels(lane.value).inc()
            self._metrics.telegram_limit_seconds.labels(lane.value).inc(wait)
        return wait

    async def _acquire(self, campus_id: int, chat_id: int, *, edit: bool, lane: Lane) -> float:
        pause_key, limits = _pause_key(campus_id, chat_id), limits_of_chat(campus_id, chat_id, edit=edit)
        keys = [pause_key, *(key for limit in limits for key in _keys_of_limit(limit))]
        numbers = [LANES.index(lane) + 1, int(RETURN_SECONDS * 1000)]
        numbers += [number for limit in limits for number in _numbers_of_limit(limit, lane)]
        try:
            wait = int(await self._script(keys=keys, args=numbers))
        except (RedisError, OSError):
            halved = [halve_limit(limit) for limit in limits]
            return self._local_limiter.acquire(pause_key, halved, lane, time.monotonic())
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


def open_telegram_rate_limiter(redis_url: str, metrics: WorkerMetrics | None = None) -> TelegramRateLimiter:
    """Return a limiter that connects to Redis when first needed."""
    redis = Redis.from_url(
        redis_url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
    )
    return TelegramRateLimiter(redis, LocalSendLimiter(), metrics or new_worker_metrics())


def _pause_key(campus_id: int, chat_id: int) -> str:
    return f"campusg:pause:{campus_id}:{chat_id}"


def _keys_of_limit(limit: SendLimit) -> tuple[str, ...]:
    return f"campusg:sends:{limit.name}", *(f"campusg:waits:{limit.name}:{lane}" for lane in LANES)


def _numbers_of_limit(limit: SendLimit, lane: Lane) -> tuple[int, ...]:
    most = limit.max_correspondence if lane is Lane.CORRESPONDENCE else limit.max_sends
    shares = (limit.shares[each] for each in LANES)
    return limit.max_sends, int(limit.window_seconds * 1000), most, *shares
