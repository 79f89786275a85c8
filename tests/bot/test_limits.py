"""How often one may act: counted in Redis for all processes together, here while Redis is away."""

from redis.asyncio import Redis

from bot.limits import ACTIONS_A_MINUTE, BURST, Bucket, Verdict, limit_everywhere, spend
from sandbox.launch.ports import free_port


async def test_two_processes_share_one_allowance(redis_url: str) -> None:
    first, second = Redis.from_url(redis_url), Redis.from_url(redis_url)
    limits = limit_everywhere(first), limit_everywhere(second)
    verdicts = [await limits[number % 2](1) for number in range(BURST + 3)]
    assert verdicts == [Verdict.GO] * BURST + [Verdict.TOO_FAST] + [Verdict.STILL_TOO_FAST] * 2
    assert await limits[0](2) is Verdict.GO
    await first.aclose()
    await second.aclose()


async def test_a_flushed_redis_only_forgets_who_was_fast(redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    limit = limit_everywhere(redis)
    for _ in range(BURST + 1):
        await limit(1)
    await redis.flushdb()
    assert await limit(1) is Verdict.GO
    await redis.aclose()


async def test_while_redis_is_away_this_process_counts_alone() -> None:
    redis = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0", socket_connect_timeout=0.2)
    limit = limit_everywhere(redis)
    verdicts = [await limit(1) for _ in range(BURST + 2)]
    assert verdicts == [Verdict.GO] * BURST + [Verdict.TOO_FAST, Verdict.STILL_TOO_FAST]
    await redis.aclose()


def test_the_allowance_grows_back_and_never_above_the_burst() -> None:
    empty = Bucket(0.0, 0.0, told=True)
    assert spend(empty, 0.0)[1] is Verdict.STILL_TOO_FAST
    bucket, verdict = spend(empty, 60.0)
    assert (verdict, bucket.tokens, bucket.told) == (Verdict.GO, ACTIONS_A_MINUTE - 1, False)
    assert spend(bucket, 86_400.0)[0].tokens == BURST - 1
