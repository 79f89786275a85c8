"""The rate limit of users: counted in Redis for all processes, and in each process while Redis is down."""

from redis.asyncio import Redis

from bot.transport.user_rate_limit import (
    ACTIONS_A_MINUTE,
    MAX_BURST,
    RateLimitVerdict,
    UserTokenBucket,
    new_rate_limiter,
    spend_token,
)
from sandbox.launch.ports import free_port


async def test_two_processes_share_one_allowance(redis_url: str) -> None:
    first, second = Redis.from_url(redis_url), Redis.from_url(redis_url)
    rate_limit = new_rate_limiter(first), new_rate_limiter(second)
    verdicts = [await rate_limit[number % 2](1) for number in range(MAX_BURST + 3)]
    assert (
        verdicts
        == [RateLimitVerdict.ALLOWED] * MAX_BURST + [RateLimitVerdict.TOO_FAST] + [RateLimitVerdict.STILL_TOO_FAST] * 2
    )
    assert await rate_limit[0](2) is RateLimitVerdict.ALLOWED
    await first.aclose()
    await second.aclose()


async def test_a_flushed_redis_only_resets_the_rate_limits(redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    limit = new_rate_limiter(redis)
    for _ in range(MAX_BURST + 1):
        await limit(1)
    await redis.flushdb()
    assert await limit(1) is RateLimitVerdict.ALLOWED
    await redis.aclose()


async def test_while_redis_is_away_this_process_counts_alone() -> None:
    redis = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0", socket_connect_timeout=0.2)
    limit = new_rate_limiter(redis)
    verdicts = [await limit(1) for _ in range(MAX_BURST + 2)]
    assert verdicts == [RateLimitVerdict.ALLOWED] * MAX_BURST + [
        RateLimitVerdict.TOO_FAST,
        RateLimitVerdict.STILL_TOO_FAST,
    ]
    await redis.aclose()


def test_the_allowance_grows_back_and_never_above_the_burst() -> None:
    empty = UserTokenBucket(0.0, 0.0, was_told=True)
    assert spend_token(empty, 0.0)[1] is RateLimitVerdict.STILL_TOO_FAST
    bucket, verdict = spend_token(empty, 60.0)
    assert (verdict, bucket.tokens, bucket.was_told) == (RateLimitVerdict.ALLOWED, ACTIONS_A_MINUTE - 1, False)
    assert spend_token(bucket, 86_400.0)[0].tokens == MAX_BURST - 1
