"""Injects faults into the processes and the stand-ins while orders run, and ends them."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from sandbox.launch.processes import Process
from sandbox.launch.stack import Stack
from sandbox.launch.valkey import flush_valkey
from sandbox.people.control_clients import ControlClient, Json, StripeControl, TelegramControl
from sandbox.soak.soak_plan import SoakFault

DOWNTIME_RANGE_SECONDS = (0.2, 1.5)  # how long a killed process stays down
STOP_RANGE_SECONDS = (3.5, 6.0)  # how long a worker is suspended: longer than its leases
STRIPE_UNREACHABLE_RANGE_SECONDS = (3.0, 6.0)  # how long Stripe is unreachable
RECOVERY_SECONDS = 2.0  # how long a restarted process may work undisturbed, on a slow machine too
HANG_SECONDS = 3.0
RETRY_AFTER_SECONDS = 1  # what Telegram asks for
CLOCK_STEP_SECONDS = 3600
UNLIMITED_TIMES = 1_000_000  # more than any call count while Stripe is unreachable
STOP_TIMEOUT_SECONDS = 10.0  # how long Postgres may take to stop

# What Stripe's stand-in is told; `times` is how many calls fail.
STRIPE_FAULTS: Mapping[SoakFault, Json] = MappingProxyType(
    {
        # Stripe stores a 500 under the idempotency key. A hold gets a new key after a minute, a transfer only after a
        # day.
        SoakFault.STRIPE_FAILED: {"kind": "status", "status": 500, "path": "POST /v1/payment_intents*", "times": 1},
        SoakFault.STRIPE_BUSY: {"kind": "status", "status": 429, "times": 8},
        SoakFault.STRIPE_CONFLICTED: {"kind": "status", "status": 409, "path": "POST /v1/*", "times": 4},
        SoakFault.STRIPE_HUNG: {"kind": "hang", "seconds": HANG_SECONDS, "times": 3, "before": False},
        SoakFault.STRIPE_ANSWER_LOST: {"kind": "lost_answer", "path": "POST /v1/*", "times": 3},
        SoakFault.STRIPE_ANSWER_TRUNCATED: {"kind": "truncate", "path": "POST /v1/*", "times": 3},
        SoakFault.STRIPE_ANSWER_REPLACED: {"kind": "html_200", "path": "POST /v1/*", "times": 2},
    }
)
TELEGRAM_FAULTS: Mapping[SoakFault, Json] = MappingProxyType(
    {
        SoakFault.TELEGRAM_BUSY: {
            "kind": "status",
            "status": 429,
            "retry_after": RETRY_AFTER_SECONDS,
            "method": "sendMessage",
            "times": 5,
        },
        SoakFault.TELEGRAM_FAILED: {"kind": "status", "status": 500, "method": "*", "times": 4},
        SoakFault.TELEGRAM_HUNG: {"kind": "hang", "seconds": HANG_SECONDS, "method": "*", "times": 3},
        SoakFault.TELEGRAM_EDIT_ANSWER_LOST: {"kind": "lost_answer", "method": "editMessageText", "times": 4},
        SoakFault.TELEGRAM_SEND_ANSWER_LOST: {"kind": "lost_answer", "method": "sendMessage", "times": 3},
        SoakFault.TELEGRAM_RESET: {"kind": "reset", "method": "*", "times": 4},
    }
)
NORMAL_WEBHOOKS = {"drop": False, "duplicate": False, "shuffle": False}
WEBHOOK_FAULTS: Mapping[SoakFault, str] = MappingProxyType(
    {
        SoakFault.WEBHOOKS_DROPPED: "drop",
        SoakFault.WEBHOOKS_DUPLICATED: "duplicate",
        SoakFault.WEBHOOKS_SHUFFLED: "shuffle",
    }
)


@dataclass(slots=True, kw_only=True)
class FaultInjector:
    """Injects faults, and counts them by kind."""

    stack: Stack
    telegram: TelegramControl
    stripe: StripeControl
    rng: Random
    fault_counts: Counter[SoakFault] = field(default_factory=Counter)
    # Calls that fail, by service and kind.
    failed_call_counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    seconds: float = 0.0  # from the first fault to the end of the last
    disturbed_processes: set[str] = field(default_factory=set)  # processes that are down or suspended now

    async def inject_forever(self, soak_faults: Iterator[SoakFault], interval: float) -> None:
        """Inject a fault about every `interval` seconds (50 % to 150 % of it). Some faults last longer than that."""
        for soak_fault in soak_faults:
            await asyncio.sleep(interval * self.rng.uniform(0.5, 1.5))
            self.start_fault(soak_fault)

    def start_fault(self, soak_fault: SoakFault) -> None:
        """Inject a fault in a task of its own."""
        task = asyncio.create_task(self._inject(soak_fault))
        self.tasks.add(task)

    async def _inject(self, soak_fault: SoakFault) -> None:
        if soak_fault in STRIPE_FAULTS:
            await self._order_fault("Stripe", self.stripe, STRIPE_FAULTS[soak_fault])
        elif soak_fault in TELEGRAM_FAULTS:
            await self._order_fault("Telegram", self.telegram, TELEGRAM_FAULTS[soak_fault])
        elif soak_fault in WEBHOOK_FAULTS:
            await self.stripe.post("webhooks", **NORMAL_WEBHOOKS | {WEBHOOK_FAULTS[soak_fault]: True})
        elif not await self._inject_process_fault(soak_fault):
            return
        self.fault_counts[soak_fault] += 1

    async def _inject_process_fault(self, soak_fault: SoakFault) -> bool:
        """Return whether a process was there that the fault could disturb."""
        workers = [name for name in self.stack.processes if name.startswith("worker-")]
        match soak_fault:
            case SoakFault.WORKER_KILLED:
                return await self._disturb_process(workers, self._kill)
            case SoakFault.WORKER_STOPPED:
                return await self._disturb_process(workers, self._suspend)
            case SoakFault.BOT_KILLED:
                return await self._disturb_process(["bot"], self._kill)
            case SoakFault.REDIS_RESTARTED:
                return await self._disturb_process(["valkey"], self._kill)
            case SoakFault.POSTGRES_RESTARTED:
                return await self._disturb_process(["postgres"], self._restart)
            case SoakFault.REDIS_FLUSHED:
                return await self._disturb_process(["valkey"], self._flush)
            case SoakFault.STRIPE_CLOCK_ADVANCED:
                await self.stripe.post("clock", advance=CLOCK_STEP_SECONDS)
            case _:
                await self._make_stripe_unreachable()
        return True

    async def _disturb_process(
        self, names: list[str], disturb: Callable[[Process], Coroutine[object, object, None]]
    ) -> bool:
        available = [name for name in names if name not in self.disturbed_processes and name in self.stack.processes]
        if not available:
            return False
        name = self.rng.choice(available)
        self.disturbed_processes.add(name)
        try:
            await disturb(self.stack.processes[name])
            await self._wait_until_ready(name)
            await asyncio.sleep(RECOVERY_SECONDS)
        finally:
            self.disturbed_processes.discard(name)
        return True

    async def _kill(self, process: Process) -> None:
        process.kill()
        await asyncio.sleep(self.rng.uniform(*DOWNTIME_RANGE_SECONDS))
        process.restart()

    async def _flush(self, _process: Process) -> None:
        await asyncio.to_thread(flush_valkey, self.stack.ports["valkey"])

    async def _suspend(self, process: Process) -> None:
        os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self.rng.uniform(*STOP_RANGE_SECONDS))
        finally:
            os.kill(process.pid, signal.SIGCONT)

    async def _restart(self, process: Process) -> None:
        process.request_stop()
        await asyncio.to_thread(process.wait_or_kill, STOP_TIMEOUT_SECONDS)
        await asyncio.sleep(self.rng.uniform(*DOWNTIME_RANGE_SECONDS))
        process.restart()

    async def _wait_until_ready(self, name: str) -> None:
        """Wait until a bot or a worker is ready, because killing one during its start proves nothing."""
        if name == "bot" or name.startswith("worker-"):
            await asyncio.to_thread(self.stack.wait_ready, name)

    async def _make_stripe_unreachable(self) -> None:
        """Reset every connection to Stripe for a while, before anything is executed."""
        unreachable = {"kind": "reset", "path": "*", "before": True, "times": UNLIMITED_TIMES}
        await self._order_fault("Stripe", self.stripe, unreachable)
        await asyncio.sleep(self.rng.uniform(*STRIPE_UNREACHABLE_RANGE_SECONDS))
        await self._withdraw_faults("Stripe", self.stripe)

    async def _order_fault(self, service: str, client: ControlClient, fault: Json) -> None:
        self.failed_call_counts[service, _fault_name(fault)] += fault["times"]
        await client.order_fault(**fault)

    async def _withdraw_faults(self, service: str, client: ControlClient) -> None:
        """Remove the ordered faults, and do not count those that have not struck."""
        for fault in await client.pending_faults():
            self.failed_call_counts[service, _fault_name(fault)] -= fault["times"]
        await client.clear_faults()

    async def remove_all_faults(self) -> None:
        """Wait for all faults in flight, and remove every ordered one."""
        await asyncio.gather(*self.tasks)
        self.tasks.clear()
        await self._withdraw_faults("Stripe", self.stripe)
        await self._withdraw_faults("Telegram", self.telegram)
        await self.stripe.post("webhooks", **NORMAL_WEBHOOKS)


def _fault_name(fault: Json) -> str:
    """Return the kind of a fault, or its status."""
    return str(fault["status"] if fault["kind"] == "status" else fault["kind"])


@asynccontextmanager
async def injecting_faults(
    injector: FaultInjector, soak_faults: Iterator[SoakFault], interval: float
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Inject faults for the length of a block, or until the yielded function is called."""
    injection_task = asyncio.create_task(injector.inject_forever(soak_faults, interval))
    began = time.monotonic()
    has_ended = asyncio.Event()

    async def end() -> None:
        if has_ended.is_set():
            return
        has_ended.set()
        injection_task.cancel()
        await asyncio.gather(injection_task, return_exceptions=True)
        await injector.remove_all_faults()
        injector.seconds = time.monotonic() - began

    try:
        yield end
    finally:
        await end()
