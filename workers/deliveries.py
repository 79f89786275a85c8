"""Delivering what is due though nobody heard its bell: each for itself, so that one that hangs holds up no other."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest

from domain.logs import get_logger
from domain.store.due import due_deliveries
from workers.losses import lose_abandoned
from workers.messages import Office, draw_card, send_push

AT_ONCE = 16

log = get_logger(__name__)

Deliver = Callable[[Office, int], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Deliveries:
    """What a worker's sweep delivers just now, by what is done to which number."""

    office: Office
    under_way: dict[tuple[Deliver, int], asyncio.Task[None]] = field(default_factory=dict)

    async def begin(self, overdue: timedelta = timedelta(0)) -> None:
        """Begin with what has been due for so long, cards and pushes in turn, as far as there is room."""
        if len(self.under_way) >= AT_ONCE:
            return
        async with self.office.singly() as connection:
            due = await due_deliveries(connection, AT_ONCE, overdue)
        for number in due.abandoned:
            self._begin(_lose, number)
        for card, push in zip_longest(due.cards, due.pushes):
            if card is not None:
                self._begin(draw_card, card)
            if push is not None:
                self._begin(send_push, push)

    async def finish(self) -> None:
        """Wait until all that is under way is done."""
        await asyncio.gather(*self.under_way.values())

    def _begin(self, deliver: Deliver, number: int) -> None:
        if (deliver, number) not in self.under_way and len(self.under_way) < AT_ONCE:
            self.under_way[deliver, number] = asyncio.create_task(self._carry_out(deliver, number))

    async def _carry_out(self, deliver: Deliver, number: int) -> None:
        try:
            await deliver(self.office, number)
        except Exception:
            log.exception("send_failed", number=number)
        finally:
            del self.under_way[deliver, number]


async def _lose(office: Office, push_id: int) -> None:
    await lose_abandoned(office.database, push_id)
