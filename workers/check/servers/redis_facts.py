"""What Redis says: whether it takes writes and runs our scripts."""

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.settings.redaction import redact_text
from domain.settings.timeouts import Timeout

PROBE_KEYS = ("campusg:check:a", "campusg:check:b")  # two: a cluster keeps them apart, and refuses them in one script
PROBE_SCRIPT = "redis.call('SET', KEYS[1], 1, 'EX', ARGV[1]) return redis.call('SET', KEYS[2], 1, 'EX', ARGV[1])"
PROBE_LIFETIME_SECONDS = Timeout.CHECK_PART.whole_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisFacts:
    """`refusal` is why it cannot be used, without a secret."""

    version: str = "unknown"
    refusal: str | None = None


async def read_redis_facts(redis_url: str) -> RedisFacts:
    """Write keys that end by themselves in a script, as the rate limits do, and return what Redis says."""
    client = Redis.from_url(
        redis_url,
        socket_connect_timeout=Timeout.POSTGRES_CONNECT.seconds,
        socket_timeout=Timeout.POSTGRES_CONNECT.seconds,
    )
    try:
        script = client.register_script(PROBE_SCRIPT)
        await script(keys=PROBE_KEYS, args=[PROBE_LIFETIME_SECONDS])
        about = await client.info("server")
        return RedisFacts(version=str(about.get("valkey_version") or about.get("redis_version") or "unknown"))
    except (RedisError, OSError) as error:
        return RedisFacts(refusal=redact_text(str(error)) or type(error).__name__)
    finally:
        await client.aclose()
