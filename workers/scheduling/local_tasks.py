"""The local task runner: a worker runs the queue jobs of its own commits itself, or enqueues them for all workers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.database.unit_of_work import Enqueue, QueueJob
from domain.settings.logs import get_logger

MAX_LOCAL_TASKS = 16  # at the same time

log = get_logger(__name__)

JobFunction = Callable[[dict[str, Any], str], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class LocalTaskRunner:
    """Runs up to MAX_LOCAL_TASKS queue jobs in this process; `enqueue` takes the others to the queue.

    A local task costs no round trip to Redis and wakes no other worker. It may be lost with this process, like a queue
    job: the sweeper finds what is due.
    """

    enqueue: Enqueue
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # set: nothing new starts
    jobs: dict[str, JobFunction] = field(default_factory=dict)
    arq_context: dict[str, Any] = field(default_factory=dict)
    in_flight: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, jobs: Sequence[JobFunction], arq_context: dict[str, Any]) -> None:
        """Begin to run these jobs here; each is called with `arq_context` and its id."""
        self.jobs = {job.__name__: job for job in jobs}
        self.arq_context = arq_context

    async def drain(self, timeout_seconds: float) -> None:
        """Start no more tasks, and wait at most `timeout_seconds` for those in flight."""
        self.stopping.set()
        if self.in_flight:
            await asyncio.wait(self.in_flight, timeout=timeout_seconds)

    async def run_or_enqueue(self, queue_jobs: Sequence[QueueJob]) -> None:
        """Start as many jobs as may run here, and enqueue the others."""
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
