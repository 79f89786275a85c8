"""arq's worker, woken by a push: it waits in Redis for the next job and does not ask for it many times a second."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from arq.worker import Worker

from domain.database.queue import WAKE_LIST
from domain.settings.timeouts import Timeout

BUSY_POLL_SECONDS = Timeout.JOB_POLL.seconds


class PushedWorker(Worker):
    """arq's worker, which looks for jobs when one is pushed, and every `idle_wait` seconds in case a push was lost.

    While jobs run it looks every BUSY_POLL_SECONDS as well: there may be more of them than it may run at once.
    """

    def __init__(self, *, idle_wait: float = Timeout.JOB_WAIT.seconds, **options: Any) -> None:
        """Take arq's options but `poll_delay`, and the seconds of one wait for a push."""
        super().__init__(poll_delay=0, **options)
        self.idle_wait = idle_wait

    async def _poll_iteration(self) -> None:
        if not self.allow_pick_jobs or self.job_counter >= self.max_jobs:
            await asyncio.sleep(BUSY_POLL_SECONDS)  # takes no push that another worker could answer
        else:
            wait = BUSY_POLL_SECONDS if self.tasks else self.idle_wait
            take = cast(Callable[..., Awaitable[object]], self.pool.blpop)  # typed for whole seconds only
            await take([WAKE_LIST], timeout=wait)
        await super()._poll_iteration()
