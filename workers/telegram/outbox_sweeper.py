"""The outbox sweeper: it sends what is due without the queue, each in a task, so that a slow send delays no other."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from types import MappingProxyType

from domain.messaging.lane import Lane
from domain.settings.logs import get_logger
from workers.scheduling.due_work_repository import DueSends, list_due_sends
from workers.telegram.closing.questions import show_settled
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.order_message_sender import sync_order_messages_beside
from workers.telegram.send_limits import SendLimit, has_room
from workers.telegram.sender_context import SenderContext
from workers.telegram.unknown_sends import record_abandoned_send

MAX_CONCURRENT_SENDS = 16
# Of the sends in flight: slow answers in one lane leave room for the others, as in the limits of a chat.
SLOTS = SendLimit(
    name="slots",
    max_sends=MAX_CONCURRENT_SENDS,
    window_seconds=0,
    shares=MappingProxyType({Lane.MONEY: 8, Lane.ORDER: 5, Lane.CORRESPONDENCE: 2}),
    max_correspondence=10,
)

log = get_logger(__name__)

SendFunction = Callable[[SenderContext, int], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class OutboxSweeper:
    """The sends in flight of one worker, by function and row id, each with its lane."""

    sender_context: SenderContext
    in_flight: dict[tuple[SendFunction, int], asyncio.Task[None]] = field(default_factory=dict)
    lanes: dict[tuple[SendFunction, int], Lane] = field(default_factory=dict)

    async def start_due(self, overdue: timedelta = timedelta(0)) -> None:
        """Start sends that have been due for `overdue`, lane by lane; each lane that has some gets its share."""
        if len(self.in_flight) >= MAX_CONCURRENT_SENDS:
            return
        async with self.sender_context.autocommit() as connection:
            due = await list_due_sends(connection, MAX_CONCURRENT_SENDS, overdue)
        for number in due.abandoned:
            self._start(_record_abandoned, number, Lane.MONEY, ())
        waiting = {lane: [each for each in _sends_of(due, lane) if each not in self.in_flight] for lane in Lane}
        for lane, sends in waiting.items():
            others = [each for each, left in waiting.items() if left and each is not lane]
            waiting[lane] = [each for each in sends if not self._start(*each, lane, others)]

    async def finish(self) -> None:
        """Wait for all sends in flight."""
        await asyncio.gather(*self.in_flight.values())

    def _start(self, send: SendFunction, number: int, lane: Lane, waiting: Collection[Lane]) -> bool:
        """Start a send unless it is in flight. Return False when there is no slot for it."""
        key = (send, number)
        if key in self.in_flight:
            return True
        if not has_room(SLOTS, lane, Counter(self.lanes.values()), waiting):
            return False
        self.lanes[key] = lane
        self.in_flight[key] = asyncio.create_task(self._run(send, number))
        return True

    async def _run(self, send: SendFunction, number: int) -> None:
        try:
            await send(self.sender_context, number)
        except Exception:
            log.exception("send_failed", number=number)
        finally:
            del self.in_flight[send, number], self.lanes[send, number]


def _sends_of(due: DueSends, lane: Lane) -> list[tuple[SendFunction, int]]:
    """Return what is due in this lane; order messages, notifications about orders and settled questions alternate."""
    found = due.notifications.get(lane, ())
    notifications: list[tuple[SendFunction, int]] = [(dispatch_notification, number) for number in found]
    if lane is not Lane.ORDER:
        return notifications
    order_messages: list[tuple[SendFunction, int]] = [
        (sync_order_messages_beside, number) for number in due.order_messages
    ]
    questions: list[tuple[SendFunction, int]] = [(show_settled, number) for number in due.questions]
    turns = zip_longest(order_messages, notifications, questions)
    return [each for turn in turns for each in turn if each is not None]


async def _record_abandoned(sender_context: SenderContext, notification_id: int) -> None:
    await record_abandoned_send(sender_context.database, notification_id)
