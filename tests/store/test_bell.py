"""Bells on a real Redis: few of them, and none that would be heard too late."""

import asyncio
from contextlib import aclosing
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.store.bell import MOST_WAITING, QUEUE, arq_ring, from_json, together
from domain.store.due import due_of_order
from domain.store.unit_of_work import Bell
from tests.store.scenes import found_campus, opened, placed_order

CARD, PUSH, LONE = Bell("draw_card", "3", 7), Bell("send_push", "4", 7), Bell("send_push", "5", 8)

ASKING = 12


async def queued(redis: Redis) -> list[tuple[str, Any]]:
    """The jobs that wait: name and id, in no order."""
    jobs = [from_json(await redis.get(f"arq:job:{one.decode()}")) for one in await redis.zrange(QUEUE, 0, -1)]
    return sorted((job["f"], *job["a"]) for job in jobs)


@pytest.mark.parametrize(
    ("rung", "heard"),
    [
        ([], []),
        ([CARD], [CARD]),
        ([CARD, LONE], [CARD, LONE]),
        ([CARD, LONE, PUSH], [Bell("follow_order", "7", 7), LONE]),
        ([Bell("handle_event", "evt_1"), Bell("handle_event", "evt_2")],) * 2,
    ],
)
def test_what_is_rung_about_one_order_is_one_bell(rung: list[Bell], heard: list[Bell]) -> None:
    assert together(rung) == heard


async def test_a_commit_about_an_order_is_one_job_of_one_id(redis_url: str) -> None:
    ring, pool = arq_ring(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        await ring([CARD, PUSH])
        await ring([LONE])
        assert await queued(redis) == [("follow_order", "7"), ("send_push", "5")]
    await pool.close()


async def test_no_bell_is_rung_that_would_be_heard_after_the_sweep(redis_url: str) -> None:
    ring, pool = arq_ring(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        await ring([Bell("draw_card", str(number)) for number in range(MOST_WAITING)])
        await ring([LONE])
        assert ("send_push", "5") not in await queued(redis)
        await redis.zpopmin(QUEUE)
        await ring([LONE])
        assert ("send_push", "5") in await queued(redis)
    await pool.close()


async def test_all_who_ask_at_once_for_the_pool_get_the_same_one(redis_url: str) -> None:
    _, pool = arq_ring(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        others = await connections(redis)
        opened = await asyncio.gather(*(pool.get() for _ in range(ASKING)))
        assert len(await connections(redis) - others) == 1
        assert {id(each) for each in opened} == {id(await pool.get())}
    await pool.close()


async def test_a_pool_that_is_closed_while_it_is_opened_leaves_no_connection(redis_url: str) -> None:
    _, pool = arq_ring(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        others = await connections(redis)
        opening = asyncio.create_task(pool.get())
        await asyncio.sleep(0)
        await pool.close()
        await opening
        assert await connections(redis) == others


async def connections(redis: Redis) -> set[str]:
    """The ids of the connections to this Redis database."""
    ours = str(redis.connection_pool.connection_kwargs["db"])
    return {each["id"] for each in await redis.client_list() if each["db"] == ours}


async def test_all_that_is_due_about_an_order_is_found_and_nothing_else(database_url: str) -> None:
    async with opened(database_url) as database:
        async with database() as work:
            campus = await found_campus(work)
            order, other = await placed_order(work, campus), await placed_order(work, campus, 2002)
        async with database() as work:
            due, others = [await due_of_order(work.connection, one.id) for one in (order, other)]
        assert [(bell.job, bell.order) for bell in due] == [("run_saga", order.id), ("draw_card", order.id)]
        assert UUID(due[0].subject)
        assert not {bell.subject for bell in due} & {bell.subject for bell in others}
