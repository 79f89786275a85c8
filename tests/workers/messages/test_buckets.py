"""Limits that all processes share, and a modest pace while Redis is away."""

from collections.abc import AsyncIterator

import pytest

from workers.buckets import Buckets, open_buckets

CAMPUS, PERSON, OTHER, GROUP = 1, 1001, 1002, -100_1


@pytest.fixture
async def buckets(redis_url: str) -> AsyncIterator[Buckets]:
    """One process' view of empty buckets."""
    opened = open_buckets(redis_url)
    yield opened
    await opened.close()


async def test_a_person_gets_five_at_once_and_then_one_a_second(buckets: Buckets) -> None:
    waits = [await buckets.take(CAMPUS, PERSON, edit=False) for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert 4 < waits[5] <= 5
    assert await buckets.take(CAMPUS, OTHER, edit=False) == 0


async def test_a_group_has_eighteen_sends_and_eighteen_edits_a_minute(buckets: Buckets) -> None:
    sends = [await buckets.take(CAMPUS, GROUP, edit=False) for _ in range(19)]
    edits = [await buckets.take(CAMPUS, GROUP, edit=True) for _ in range(6)]
    assert sends[:18] == [0] * 18
    assert 50 < sends[18] <= 60
    assert edits == [0] * 6


async def test_a_bot_says_twenty_five_things_a_second(buckets: Buckets) -> None:
    waits = [await buckets.take(CAMPUS, 2000 + number, edit=False) for number in range(26)]
    assert waits[:25] == [0] * 25
    assert 0 < waits[25] <= 1
    assert await buckets.take(CAMPUS + 1, PERSON, edit=False) == 0


async def test_two_processes_share_the_limit(buckets: Buckets, redis_url: str) -> None:
    other = open_buckets(redis_url)
    for each in (buckets, other, buckets, other, buckets):
        assert await each.take(CAMPUS, PERSON, edit=False) == 0
    assert await other.take(CAMPUS, PERSON, edit=False) > 0
    await other.close()


async def test_a_pause_told_to_one_process_holds_for_all(buckets: Buckets, redis_url: str) -> None:
    other = open_buckets(redis_url)
    await buckets.rest(CAMPUS, PERSON, 7)
    assert 6 < await other.take(CAMPUS, PERSON, edit=True) <= 7
    assert await other.take(CAMPUS, OTHER, edit=True) == 0
    await other.close()


async def test_without_redis_messages_go_on_at_a_modest_pace(unused_tcp_port: int) -> None:
    alone = open_buckets(f"redis://127.0.0.1:{unused_tcp_port}/0")
    waits = [await alone.take(CAMPUS, PERSON, edit=False) for _ in range(3)]
    assert waits[:2] == [0, 0]
    assert 0 < waits[2] <= 5
    assert await alone.take(CAMPUS, OTHER, edit=False) == 0
    await alone.rest(CAMPUS, GROUP, 5)
    assert 4 < await alone.take(CAMPUS, GROUP, edit=False) <= 5
    await alone.close()
