"""What a worker's own commits ask for: done by itself while it has hands free, else rung for all workers to hear."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.logs import get_logger
from domain.store.unit_of_work import Enqueue, QueueJob

MAX_LOCAL_TASKS = 16  # errands at once

log = get_logger(__name__)

JobFunction = Callable[[dict[str, Any], str], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class LocalTaskRunner:
    """A ring for a worker's database: `far` is the bell that every worker hears.

    An errand goes by no queue, so it costs no round trip and nobody else wakes for it. Like a bell it is only a hint:
    what dies with this process is found by the sweep.
    """

    enqueue: Enqueue
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # set: whoever goes on shall hear it
    jobs: dict[str, JobFunction] = field(default_factory=dict)
    arq_context: dict[str, Any] = field(default_factory=dict)
    in_flight: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, jobs: Sequence[JobFunction], arq_context: dict[str, Any]) -> None:
        """From now on errands are run here: each job is called with `context` and the id it is rung with."""
        self.jobs = {job.__name__: job for job in jobs}
        self.arq_context = arq_context

    async def drain(self, timeout_seconds: float) -> None:
        """Begin no more of them, and wait so many seconds for those under way."""
        self.stopping.set()
        if self.in_flight:
            await asyncio.wait(self.in_flight, timeout=timeout_seconds)

    async def run_or_enqueue(self, queue_jobs: Sequence[QueueJob]) -> None:
        """Begin what there are hands for; the other bells are rung."""
        await self.enqueue([queue_job for queue_job in queue_jobs if not self._try_start(queue_job)])

    def _try_start(self, queue_job: QueueJob) -> bool:
        job = self.jobs.get(queue_job.name)
        if job is None or self.stopping.is_set() or len(self.in_flight) >= MAX_LOCAL_TASKS:
            return False
        task = asyncio.create_task(self._run(job, queue_job))
        self.in_flight.add(task)
        task.add_done_callback(self.in_flight.discard)
        return True

    async def _run(self, job: JobFunction, queue_job: QueueJob) -> None:
        try:
            await job(self.arq_context, queue_job.subject_id)
        except Exception:
            log.exception("local_task_failed", job=queue_job.name, subject=queue_job.subject_id)
