"""Local tasks: a worker does itself what its own commits ask for, and enqueues what exceeds its limit."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.database.unit_of_work import QueueJob, create_database_engine, create_unit_of_work_factory
from tests.workers.telegram.sender_stack import MEI, SenderStack
from workers.engine.jobs import JOBS, run_due_of_order
from workers.registers import build_worker_registers
from workers.scheduling.local_tasks import MAX_LOCAL_TASKS, LocalTaskRunner
from workers.telegram.sender_context import SenderContext


def arq_context(context: SenderContext) -> dict[str, Any]:
    """What the queue jobs of messages are called with."""
    return {"sender_context": context, "jobs": {job.__name__: job for job in JOBS}}


async def test_a_message_is_sent_by_the_worker_that_wrote_it_without_a_queue_job(
    stack: SenderStack, database_url: str
) -> None:
    enqueued_jobs: list[QueueJob] = []

    async def enqueue(queue_jobs: Sequence[QueueJob]) -> None:
        enqueued_jobs.extend(queue_jobs)

    local_tasks, engine = LocalTaskRunner(enqueue=enqueue), create_database_engine(database_url)
    context = replace(
        stack.context,
        database=create_unit_of_work_factory(engine, local_tasks.run_or_enqueue, build_worker_registers()),
    )
    local_tasks.start(JOBS, arq_context(context))
    for name in ("first", "second"):
        await replace(stack, context=context).add_notification(name)
    async with asyncio.timeout(20):
        while local_tasks.in_flight:  # the second task waits for the first, and starts when it ends
            await asyncio.gather(*local_tasks.in_flight)
    assert len(await stack.chat_texts(MEI)) == 2
    assert enqueued_jobs == []
    await engine.dispose()


async def test_what_exceeds_the_local_task_limit_is_enqueued_and_a_failure_is_isolated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    enqueued_jobs: list[QueueJob] = []
    done: list[str] = []
    released = asyncio.Event()

    async def enqueue(queue_jobs: Sequence[QueueJob]) -> None:
        enqueued_jobs.extend(queue_jobs)

    async def send_notification(_context: dict[str, Any], number: str) -> None:
        await released.wait()
        if number == "3":
            raise ValueError(number)
        done.append(number)

    local_tasks = LocalTaskRunner(enqueue=enqueue)
    local_tasks.start([send_notification], {})
    await local_tasks.run_or_enqueue(
        [QueueJob("send_notification", str(number)) for number in range(MAX_LOCAL_TASKS + 1)]
    )
    await local_tasks.run_or_enqueue([QueueJob("handle_event", "evt_1")])
    assert [queue_job.subject_id for queue_job in enqueued_jobs] == [str(MAX_LOCAL_TASKS), "evt_1"]
    released.set()
    await local_tasks.drain(5)
    assert done == [str(number) for number in range(MAX_LOCAL_TASKS) if number != 3]
    failed = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["event"], line["job"], line["subject"]) for line in failed] == [
        ("local_task_failed", "send_notification", "3")
    ]
    await local_tasks.run_or_enqueue([QueueJob("send_notification", "99")])
    assert enqueued_jobs[-1].subject_id == "99", "a worker that stops begins nothing more"


async def test_one_queue_job_about_an_order_sends_all_that_is_due_about_it(stack: SenderStack) -> None:
    order = await stack.add_order()
    number = await stack.notify_about_order(order, "notification-claimed", runner="Ana")
    await run_due_of_order(arq_context(stack.context), str(order.id))
    assert (await stack.notification_row(number)).status == "sent"
    assert {(await stack.order_message_row(kind)).message_id is not None for kind in ("customer", "group")} == {True}
