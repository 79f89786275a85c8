"""The outbox sweeper: it sends what is due without the queue, each in a task, so that a slow send delays no other."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest

from domain.settings.logs import get_logger
from workers.scheduling.due_work_repository import list_due_sends
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.order_message_sender import sync_order_message
from workers.telegram.sender_context import SenderContext
from workers.telegram.unknown_sends import record_abandoned_send

MAX_CONCURRENT_SENDS = 16

log = get_logger(__name__)

SendFunction = Callable[[SenderContext, int], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class OutboxSweeper:
    """The sends in flight of one worker, by function and row id."""

    sender_context: SenderContext
    in_flight: dict[tuple[SendFunction, int], asyncio.Task[None]] = field(default_factory=dict)

    async def start_due(self, overdue: timedelta = timedelta(0)) -> None:
        """Start sends that have been due for `overdue`, alternating between order messages and notifications."""
        if len(self.in_flight) >= MAX_CONCURRENT_SENDS:
            return
        async with self.sender_context.autocommit() as connection:
            due = await list_due_sends(connection, MAX_CONCURRENT_SENDS, overdue)
        for number in due.abandoned:
            self._start(_record_abandoned, number)
        for order_message_id, notification_id in zip_longest(due.order_messages, due.notifications):
            if order_message_id is not None:
                self._start(sync_order_message, order_message_id)
            if notification_id is not None:
                self._start(dispatch_notification, notification_id)

    async def finish(self) -> None:
        """Wait for all sends in flight."""
        await asyncio.gather(*self.in_flight.values())

    def _start(self, send: SendFunction, number: int) -> None:
        if (send, number) not in self.in_flight and len(self.in_flight) < MAX_CONCURRENT_SENDS:
            self.in_flight[send, number] = asyncio.create_task(self._run(send, number))

    async def _run(self, send: SendFunction, number: int) -> None:
        try:
            await send(self.sender_context, number)
        except Exception:
            log.exception("send_failed", number=number)
        finally:
            del self.in_flight[send, number]


async def _record_abandoned(sender_context: SenderContext, notification_id: int) -> None:
    await record_abandoned_send(sender_context.database, notification_id)
