"""What a worker's own commits ask for: done by itself while it has hands free, else rung for all workers to hear."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.logs import get_logger
from domain.store.unit_of_work import Bell, Ring

HANDS = 16  # errands at once

log = get_logger(__name__)

Job = Callable[[dict[str, Any], str], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Errands:
    """A ring for a worker's database: `far` is the bell that every worker hears.

    An errand goes by no queue, so it costs no round trip and nobody else wakes for it. Like a bell it is only a hint:
    what dies with this process is found by the sweep.
    """

    far: Ring
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # set: whoever goes on shall hear it
    jobs: dict[str, Job] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self, jobs: Sequence[Job], context: dict[str, Any]) -> None:
        """From now on errands are run here: each job is called with `context` and the id it is rung with."""
        self.jobs = {job.__name__: job for job in jobs}
        self.context = context

    async def finish(self, within: float) -> None:
        """Begin no more of them, and wait so many seconds for those under way."""
        self.stopping.set()
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=within)

    async def ring(self, bells: Sequence[Bell]) -> None:
        """Begin what there are hands for; the other bells are rung."""
        await self.far([bell for bell in bells if not self._begin(bell)])

    def _begin(self, bell: Bell) -> bool:
        job = self.jobs.get(bell.job)
        if job is None or self.stopping.is_set() or len(self.under_way) >= HANDS:
            return False
        task = asyncio.create_task(self._run(job, bell))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return True

    async def _run(self, job: Job, bell: Bell) -> None:
        try:
            await job(self.context, bell.subject)
        except Exception:
            log.exception("local_task_failed", job=bell.job, subject=bell.subject)
