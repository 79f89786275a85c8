"""The queue jobs: each carries one id, and is harmless when it runs late, twice or not at all."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.settings.logs import get_logger
from workers.engine import saga_engine
from workers.engine.worker_context import WorkerContext
from workers.scheduling.due_work_repository import list_due_jobs_of_order
from workers.scheduling.local_tasks import JobFunction
from workers.stripe import event_handler
from workers.telegram import notification_sender, order_message_sender
from workers.telegram.sender_context import SenderContext

log = get_logger(__name__)


async def run_saga(ctx: dict[str, Any], saga_id: str) -> None:
    """Advance this saga run."""
    context: WorkerContext = ctx["worker_context"]
    await saga_engine.advance_saga(context, UUID(saga_id))


async def update_order_message(ctx: dict[str, Any], order_message_id: str) -> None:
    sender_context: SenderContext = ctx["sender_context"]
    await order_message_sender.sync_order_message(sender_context, int(order_message_id))


async def update_order_messages(ctx: dict[str, Any], order_id: str) -> None:
    """Send or edit what is due of the order messages of this order."""
    sender_context: SenderContext = ctx["sender_context"]
    await order_message_sender.sync_order_messages_of(sender_context, int(order_id))


async def send_notification(ctx: dict[str, Any], notification_id: str) -> None:
    sender_context: SenderContext = ctx["sender_context"]
    await notification_sender.dispatch_notification(sender_context, int(notification_id))


async def handle_event(ctx: dict[str, Any], event_id: str) -> None:
    """Handle this stored Stripe event."""
    context: WorkerContext = ctx["worker_context"]
    await event_handler.handle_stripe_event(context, event_id)


async def run_due_of_order(ctx: dict[str, Any], order_id: str) -> None:
    """Run all jobs that are due for this order at the same time."""
    sender_context: SenderContext = ctx["sender_context"]
    jobs: Mapping[str, JobFunction] = ctx["jobs"]
    async with sender_context.autocommit() as connection:
        due = await list_due_jobs_of_order(connection, int(order_id))
    done = await asyncio.gather(
        *(jobs[queue_job.name](ctx, queue_job.subject_id) for queue_job in due), return_exceptions=True
    )
    for queue_job, exception in zip(due, done, strict=True):
        if exception is not None:
            log.error("queue_job_failed", job=queue_job.name, subject=queue_job.subject_id, exc_info=exception)


JOBS = (run_saga, update_order_message, update_order_messages, send_notification, handle_event, run_due_of_order)
