"""A worker as an operator starts it: a process of its own, with a log that tests can read."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.launch.ports import free_port
from tests.stack.bot_stack import wait_until
from tests.stack.shared_servers import PROJECT
from tests.stack.worker_stack import WorkerStack

START_TIMEOUT = 30.0  # seconds, on a busy machine
STOP_TIMEOUT = 30.0  # seconds; a worker lets its queue jobs finish


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerProcess:
    """A running worker process."""

    process: Process
    log: Path

    async def said(self, words: str) -> bool:
        """Whether the log contains these words."""
        return words in self.log.read_text()

    async def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT)


@asynccontextmanager
async def running_worker(
    stack: WorkerStack, database_url: str, folder: Path, redis_url: str | None = None
) -> AsyncIterator[WorkerProcess]:
    """Run a worker on the stack's database and Stripe stand-in, without Telegram, and without Redis unless named."""
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url or f"redis://127.0.0.1:{free_port()}/0",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}",
        "TELEGRAM_BOT_TOKEN": "7001:stack",
        "STRIPE_API_URL": stack.stripe_url,
        "STRIPE_SECRET_KEY": "sk_test_stack",
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "worker.log"
    command = (sys.executable, "-m", "workers")
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=PROJECT, env=os.environ | settings, stdin=DEVNULL, stdout=out, stderr=out
        )
    worker = WorkerProcess(process=process, log=log)
    try:
        await wait_until(lambda: worker.said("workers ready"), START_TIMEOUT)
        yield worker
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
