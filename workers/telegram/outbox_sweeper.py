"""The outbox sweeper: it sends what is due without the queue, each in a task, so that a slow send delays no other.

Each campus has slots of its own: a bot whose calls hang takes none from the others.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from types import MappingProxyType
from typing import TypeAlias

from domain.messaging.lane import Lane
from domain.settings.logs import get_logger
from workers.scheduling.due_work_repository import DueSend, DueSends, list_due_sends
from workers.telegram.closing.questions import show_settled
from workers.telegram.notification_sender import dispatch_notification
from workers.telegram.order_message_sender import sync_order_messages_beside
from workers.telegram.send_limits import SendLimit, has_room
from workers.telegram.sender_context import SenderContext
from workers.telegram.unknown_sends import record_abandoned_send

MAX_CONCURRENT_SENDS = 112  # of a worker: six campuses whose bots hang leave a seventh all of its slots
# Of the sends of a campus in flight: slow answers in one lane leave room for the others, as in the limits of a chat.
SLOTS = SendLimit(
    name="slots",
    max_sends=16,
    window_seconds=0,
    shares=MappingProxyType({Lane.MONEY: 8, Lane.ORDER: 5, Lane.CORRESPONDENCE: 2}),
    max_correspondence=10,
)

log = get_logger(__name__)

SendFunction = Callable[[SenderContext, int], Awaitable[None]]
Send: TypeAlias = tuple[SendFunction, DueSend]


@dataclass(slots=True, kw_only=True)
class OutboxSweeper:
    """The sends in flight of one worker, by function and row, each with its lane."""

    sender_context: SenderContext
    in_flight: dict[Send, asyncio.Task[None]] = field(default_factory=dict)
    lanes: dict[Send, Lane] = field(default_factory=dict)
    most: int = SLOTS.max_sends  # of a campus in flight, as this turn allows

    async def start_due(self, overdue: timedelta = timedelta(0), most: int | None = None) -> None:
        """Start sends that have been due for `overdue`, lane by lane; each lane that has some gets its share.

        A campus has no slot left with `most` sends in flight, and at most so many of each kind and lane are read. It is
        not asked about then, so that its backlog hides nothing of the others.
        """
        self.most = SLOTS.max_sends if most is None else most
        if len(self.in_flight) >= MAX_CONCURRENT_SENDS:
            return
        async with self.sender_context.autocommit() as connection:
            due = await list_due_sends(connection, self.most, overdue, self._full_campuses())
        for each in due.abandoned:
            self._start((_record_abandoned, each), Lane.MONEY, ())
        waiting = {lane: [each for each in _sends_of(due, lane) if each not in self.in_flight] for lane in Lane}
        for lane, sends in waiting.items():
            waiting[lane] = [each for each in sends if not self._start(each, lane, _other_lanes(waiting, lane, each))]

    async def finish(self) -> None:
        """Wait for all sends in flight."""
        await asyncio.gather(*self.in_flight.values())

    def _start(self, send: Send, lane: Lane, waiting: Collection[Lane]) -> bool:
        """Start a send unless it is in flight. Return False when there is no slot for it."""
        if send in self.in_flight:
            return True
        is_full = len(self.in_flight) >= MAX_CONCURRENT_SENDS
        if is_full or not self._has_room(lane, self._used_slots(send[1].campus_id), waiting):
            return False
        self.lanes[send] = lane
        self.in_flight[send] = asyncio.create_task(self._run(send))
        return True

    def _used_slots(self, campus_id: int) -> Counter[Lane]:
        return Counter(lane for (_, each), lane in self.lanes.items() if each.campus_id == campus_id)

    def _has_room(self, lane: Lane, used: Counter[Lane], waiting: Collection[Lane]) -> bool:
        return used.total() < self.most and has_room(SLOTS, lane, used, waiting)

    def _full_campuses(self) -> dict[Lane, list[int]]:
        used = {campus_id: self._used_slots(campus_id) for campus_id in {each.campus_id for _, each in self.lanes}}
        return {lane: [each for each in used if not self._has_room(lane, used[each], ())] for lane in Lane}

    async def _run(self, send: Send) -> None:
        function, due = send
        try:
            await function(self.sender_context, due.id)
        except Exception:
            log.exception("send_failed", number=due.id)
        finally:
            del self.in_flight[send], self.lanes[send]


def _other_lanes(waiting: Mapping[Lane, Sequence[Send]], lane: Lane, send: Send) -> list[Lane]:
    """Return the other lanes in which something of this campus waits."""
    campus_id = send[1].campus_id
    return [
        other
        for other, sends in waiting.items()
        if other is not lane and any(each.campus_id == campus_id for _, each in sends)
    ]


def _sends_of(due: DueSends, lane: Lane) -> list[Send]:
    """Return what is due in this lane; order messages, notifications about orders and settled questions alternate."""
    notifications: list[Send] = [(dispatch_notification, each) for each in due.notifications.get(lane, ())]
    if lane is not Lane.ORDER:
        return notifications
    order_messages: list[Send] = [(sync_order_messages_beside, each) for each in due.order_messages]
    questions: list[Send] = [(show_settled, each) for each in due.questions]
    turns = zip_longest(order_messages, notifications, questions)
    return [each for turn in turns for each in turn if each is not None]


async def _record_abandoned(sender_context: SenderContext, notification_id: int) -> None:
    await record_abandoned_send(sender_context.database, notification_id)
