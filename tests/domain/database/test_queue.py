"""Enqueueing on a real Redis: few queue jobs, and none that would run too late."""

import asyncio
from contextlib import aclosing
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from domain.database.queue import MAX_QUEUED_JOBS, QUEUE_NAME, deserialize_job, make_arq_enqueue, merge_jobs_by_order
from domain.database.unit_of_work import QueueJob
from tests.stack.store_setup import database_without_queue, found_campus, place_order
from workers.scheduling.due_work_repository import list_due_jobs_of_order

ORDER_MESSAGE_JOB, NOTIFICATION_JOB, UNGROUPED_JOB = (
    QueueJob("update_order_message", "3", 7),
    QueueJob("send_notification", "4", 7),
    QueueJob("send_notification", "5", 8),
)

ASKING = 12


async def waiting_jobs(redis: Redis) -> list[tuple[str, Any]]:
    """The name and id of each waiting queue job, in no order."""
    jobs = [
        deserialize_job(await redis.get(f"arq:job:{one.decode()}")) for one in await redis.zrange(QUEUE_NAME, 0, -1)
    ]
    return sorted((job["f"], *job["a"]) for job in jobs)


@pytest.mark.parametrize(
    ("enqueued_jobs", "heard"),
    [
        ([], []),
        ([ORDER_MESSAGE_JOB], [ORDER_MESSAGE_JOB]),
        ([ORDER_MESSAGE_JOB, UNGROUPED_JOB], [ORDER_MESSAGE_JOB, UNGROUPED_JOB]),
        ([ORDER_MESSAGE_JOB, UNGROUPED_JOB, NOTIFICATION_JOB], [QueueJob("run_due_of_order", "7", 7), UNGROUPED_JOB]),
        ([QueueJob("handle_event", "evt_1"), QueueJob("handle_event", "evt_2")],) * 2,
    ],
)
def test_all_that_is_enqueued_about_one_order_is_one_queue_job(
    enqueued_jobs: list[QueueJob], heard: list[QueueJob]
) -> None:
    assert merge_jobs_by_order(enqueued_jobs) == heard


async def test_a_commit_about_an_order_is_one_queue_job_of_one_id(redis_url: str) -> None:
    enqueue, pool = make_arq_enqueue(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        await enqueue([ORDER_MESSAGE_JOB, NOTIFICATION_JOB])
        await enqueue([UNGROUPED_JOB])
        assert await waiting_jobs(redis) == [("run_due_of_order", "7"), ("send_notification", "5")]
    await pool.close()


async def test_nothing_is_enqueued_that_would_run_after_the_sweep(redis_url: str) -> None:
    enqueue, pool = make_arq_enqueue(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        await enqueue([QueueJob("update_order_message", str(number)) for number in range(MAX_QUEUED_JOBS)])
        await enqueue([UNGROUPED_JOB])
        assert ("send_notification", "5") not in await waiting_jobs(redis)
        await redis.zpopmin(QUEUE_NAME)
        await enqueue([UNGROUPED_JOB])
        assert ("send_notification", "5") in await waiting_jobs(redis)
    await pool.close()


async def test_of_many_jobs_at_once_only_as_many_are_enqueued_as_may_wait(redis_url: str) -> None:
    enqueue, pool = make_arq_enqueue(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        await enqueue([QueueJob("run_saga", str(number)) for number in range(3 * MAX_QUEUED_JOBS)])
        assert len(await waiting_jobs(redis)) == MAX_QUEUED_JOBS
    await pool.close()


async def test_all_who_ask_at_once_for_the_pool_get_the_same_one(redis_url: str) -> None:
    _, pool = make_arq_enqueue(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        others = await connections(redis)
        opened = await asyncio.gather(*(pool.get() for _ in range(ASKING)))
        assert len(await connections(redis) - others) == 1
        assert {id(each) for each in opened} == {id(await pool.get())}
    await pool.close()


async def test_a_pool_that_is_closed_while_it_is_opened_leaves_no_connection(redis_url: str) -> None:
    _, pool = make_arq_enqueue(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        others = await connections(redis)
        opening = asyncio.create_task(pool.get())
        await asyncio.sleep(0)
        await pool.close()
        await opening
        assert await connections(redis) == others


async def connections(redis: Redis) -> set[str]:
    """The ids of the clients connected to this Redis database."""
    own_job = str(redis.connection_pool.connection_kwargs["db"])
    return {each["id"] for each in await redis.client_list() if each["db"] == own_job}


async def test_all_that_is_due_about_an_order_is_found_and_nothing_else(database_url: str) -> None:
    async with database_without_queue(database_url) as database:
        async with database() as work:
            campus = await found_campus(work)
            order, other = await place_order(work, campus), await place_order(work, campus, 2002)
        async with database() as work:
            due, others = [await list_due_jobs_of_order(work.connection, one.id) for one in (order, other)]
        assert [(queue_job.name, queue_job.order_id) for queue_job in due] == [
            ("run_saga", order.id),
            ("update_order_messages", order.id),
        ]
        assert UUID(due[0].subject_id)
        assert not {queue_job.subject_id for queue_job in due} & {queue_job.subject_id for queue_job in others}
