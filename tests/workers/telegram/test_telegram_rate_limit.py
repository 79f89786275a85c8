"""The Telegram rate limit that all processes share, and a slower one in each process while Redis is down."""

import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from domain.messaging.lane import Lane
from tests.stack.bot_stack import wait_until
from workers.telegram.rate_limit import TelegramRateLimiter, open_telegram_rate_limiter
from workers.telegram.send_limits import limits_of_chat

CAMPUS, PERSON, OTHER, GROUP = 1, 1001, 1002, -100_1


def left_of(seconds: float, began: float) -> float:
    """The seconds that are at least left of a time that began later than `began`, which is monotonic."""
    return seconds - (time.monotonic() - began) - 0.01


async def wait_until_nothing_counts(redis_url: str) -> None:
    """Wait until no send of the campus' bot counts any more."""
    bot_limit, _ = limits_of_chat(CAMPUS, PERSON, edit=False)
    redis = Redis.from_url(redis_url)

    async def is_forgotten() -> bool:
        return not await redis.exists(f"campusg:sends:{bot_limit.name}")

    await wait_until(is_forgotten)
    await redis.aclose()


@pytest.fixture
async def rate_limiter(redis_url: str) -> AsyncIterator[TelegramRateLimiter]:
    """The rate limiter of one process, with nothing sent yet."""
    opened = open_telegram_rate_limiter(redis_url)
    yield opened
    await opened.close()


async def test_a_person_gets_five_at_once_and_then_one_a_second(rate_limiter: TelegramRateLimiter) -> None:
    began = time.monotonic()
    waits = [await rate_limiter.acquire(CAMPUS, PERSON, edit=False, lane=Lane.ORDER) for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert left_of(5, began) <= waits[5] <= 5
    assert await rate_limiter.acquire(CAMPUS, OTHER, edit=False, lane=Lane.ORDER) == 0


async def test_a_group_has_eighteen_sends_and_eighteen_edits_a_minute(rate_limiter: TelegramRateLimiter) -> None:
    sends = [await rate_limiter.acquire(CAMPUS, GROUP, edit=False, lane=Lane.ORDER) for _ in range(19)]
    edits = [await rate_limiter.acquire(CAMPUS, GROUP, edit=True, lane=Lane.ORDER) for _ in range(6)]
    assert sends[:18] == [0] * 18
    assert 50 < sends[18] <= 60
    assert edits == [0] * 6


async def test_a_bot_makes_twenty_five_calls_a_second(rate_limiter: TelegramRateLimiter) -> None:
    began = time.monotonic()
    waits = [await rate_limiter.acquire(CAMPUS, 2000 + number, edit=False, lane=Lane.ORDER) for number in range(26)]
    assert waits[:25] == [0] * 25
    assert left_of(1, began) <= waits[25] <= 1
    assert await rate_limiter.acquire(CAMPUS + 1, PERSON, edit=False, lane=Lane.ORDER) == 0


async def test_two_processes_share_the_limit(rate_limiter: TelegramRateLimiter, redis_url: str) -> None:
    other = open_telegram_rate_limiter(redis_url)
    for each in (rate_limiter, other, rate_limiter, other, rate_limiter):
        assert await each.acquire(CAMPUS, PERSON, edit=False, lane=Lane.ORDER) == 0
    assert await other.acquire(CAMPUS, PERSON, edit=False, lane=Lane.ORDER) > 0
    await other.close()


async def test_a_pause_set_by_one_process_holds_for_all(rate_limiter: TelegramRateLimiter, redis_url: str) -> None:
    other = open_telegram_rate_limiter(redis_url)
    began = time.monotonic()
    await rate_limiter.pause_chat(CAMPUS, PERSON, 7)
    wait = await other.acquire(CAMPUS, PERSON, edit=True, lane=Lane.ORDER)
    assert left_of(7, began) <= wait <= 7
    assert await other.acquire(CAMPUS, OTHER, edit=True, lane=Lane.ORDER) == 0
    await other.close()


async def test_an_alert_finds_a_place_that_correspondence_never_takes(rate_limiter: TelegramRateLimiter) -> None:
    waits = [await rate_limiter.acquire(CAMPUS, GROUP, edit=False, lane=Lane.CORRESPONDENCE) for _ in range(60)]
    assert (waits.count(0), waits[:9]) == (9, [0] * 9)
    assert await rate_limiter.acquire(CAMPUS, GROUP, edit=False, lane=Lane.MONEY) == 0


async def test_the_places_of_lanes_that_wait_are_left(rate_limiter: TelegramRateLimiter, redis_url: str) -> None:
    readers = iter(range(3000, 3100))

    async def ask(lane: Lane) -> float:
        return await rate_limiter.acquire(CAMPUS, next(readers), edit=False, lane=lane)

    assert [await ask(Lane.MONEY) for _ in range(25)] == [0] * 25
    assert min([await ask(lane) for lane in (Lane.CORRESPONDENCE, Lane.ORDER)]) > 0
    await wait_until_nothing_counts(redis_url)
    money = [await ask(Lane.MONEY) for _ in range(25)]
    assert money.count(0) == 25 - 8 - 4
    assert [await ask(lane) for lane in (Lane.ORDER, Lane.CORRESPONDENCE)] == [0, 0]


async def test_without_redis_messages_go_on_at_a_lower_rate(unused_tcp_port: int) -> None:
    alone = open_telegram_rate_limiter(f"redis://127.0.0.1:{unused_tcp_port}/0")
    waits = [await alone.acquire(CAMPUS, PERSON, edit=False, lane=Lane.ORDER) for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert 0 < waits[2] <= 5
    assert await alone.acquire(CAMPUS, OTHER, edit=False, lane=Lane.ORDER) == 0
    began = time.monotonic()
    await alone.pause_chat(CAMPUS, GROUP, 5)
    wait = await alone.acquire(CAMPUS, GROUP, edit=False, lane=Lane.ORDER)
    assert left_of(5, began) <= wait <= 5
    await alone.close()
