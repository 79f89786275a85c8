"""What falls on the programs and the stand-ins while people go about their orders, and how it ends."""

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

from sandbox.launch.ports import LOOPBACK
from sandbox.launch.processes import Process
from sandbox.launch.stack import Stack
from sandbox.play.wire import Wire, fields, rows, whole
from sandbox.soak.plan import Blow

DOWN = (0.2, 1.5)  # seconds a killed process stays down
STOPPED = (3.5, 6.0)  # seconds a stopped worker stands still: longer than its leases
AWAY = (3.0, 6.0)  # seconds Stripe answers nobody
SPARED = 2.0  # seconds a process that is up again is let work, on a slow machine too
HANGS = 3.0  # seconds
REST = 1  # seconds Telegram asks for
HOUR = 3600
ENDLESS = 1_000_000  # times a fault strikes while Stripe is away
ENDS_WITHIN = 10.0  # seconds Postgres may take to stop

# What the stand-in for Stripe is told; {"times": ...} is how many calls fail.
STRIPE: Mapping[Blow, Mapping[str, object]] = MappingProxyType(
    {
        # Kept under the key: a hold is tried under another one after a minute, a transfer only after a day.
        Blow.STRIPE_FAILED: {"kind": "status", "status": 500, "path": "POST /v1/payment_intents*", "times": 1},
        Blow.STRIPE_BUSY: {"kind": "status", "status": 429, "times": 8},
        Blow.STRIPE_CONFLICTED: {"kind": "status", "status": 409, "path": "POST /v1/*", "times": 4},
        Blow.STRIPE_HUNG: {"kind": "hang", "seconds": HANGS, "times": 3, "before": False},
        Blow.STRIPE_LOST: {"kind": "lost_answer", "path": "POST /v1/*", "times": 3},
        Blow.STRIPE_CUT: {"kind": "truncate", "path": "POST /v1/*", "times": 3},
        Blow.STRIPE_GARBLED: {"kind": "html_200", "path": "POST /v1/*", "times": 2},
    }
)
TELEGRAM: Mapping[Blow, Mapping[str, object]] = MappingProxyType(
    {
        Blow.TELEGRAM_BUSY: {"kind": "status", "status": 429, "retry_after": REST, "method": "sendMessage", "times": 5},
        Blow.TELEGRAM_FAILED: {"kind": "status", "status": 500, "method": "*", "times": 4},
        Blow.TELEGRAM_HUNG: {"kind": "hang", "seconds": HANGS, "method": "*", "times": 3},
        Blow.TELEGRAM_LOST: {"kind": "lost_answer", "method": "editMessageText", "times": 4},
        Blow.TELEGRAM_UNSURE: {"kind": "lost_answer", "method": "sendMessage", "times": 3},
        Blow.TELEGRAM_RESET: {"kind": "reset", "method": "*", "times": 4},
    }
)
CALM = {"drop": False, "duplicate": False, "shuffle": False}
HOOKS: Mapping[Blow, str] = MappingProxyType(
    {Blow.HOOKS_DROPPED: "drop", Blow.HOOKS_DOUBLED: "duplicate", Blow.HOOKS_SHUFFLED: "shuffle"}
)


@dataclass(slots=True, kw_only=True)
class Weather:
    """What has fallen so far, by kind."""

    stack: Stack
    telegram: Wire
    stripe: Wire
    dice: Random
    blows: Counter[Blow] = field(default_factory=Counter)
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)  # calls that shall fail, by service and kind
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    seconds: float = 0.0  # from the first blow to the last one's end
    busy: set[str] = field(default_factory=set)  # processes that lie down just now

    async def rage(self, blows: Iterator[Blow], gap: float) -> None:
        """For ever: a blow every `gap` seconds, give or take half; some last longer than that."""
        for blow in blows:
            await asyncio.sleep(gap * self.dice.uniform(0.5, 1.5))
            self.strike(blow)

    def strike(self, blow: Blow) -> None:
        """Let it fall; whatever it takes to end is done beside."""
        task = asyncio.create_task(self._fall(blow))
        self.under_way.add(task)

    async def _fall(self, blow: Blow) -> None:
        if blow in STRIPE:
            await self._order("Stripe", self.stripe, STRIPE[blow])
        elif blow in TELEGRAM:
            await self._order("Telegram", self.telegram, TELEGRAM[blow])
        elif blow in HOOKS:
            await self.stripe.post("/sim/webhooks", CALM | {HOOKS[blow]: True})
        elif not await self._happen(blow):
            return
        self.blows[blow] += 1

    async def _happen(self, blow: Blow) -> bool:
        """Whether there was anybody whom it could hit."""
        workers = [name for name in self.stack.processes if name.startswith("worker-")]
        match blow:
            case Blow.WORKER_KILLED:
                return await self._hit(workers, self._killed)
            case Blow.WORKER_STOPPED:
                return await self._hit(workers, self._held_still)
            case Blow.BOT_KILLED:
                return await self._hit(["bot"], self._killed)
            case Blow.REDIS_RESTARTED:
                return await self._hit(["valkey"], self._killed)
            case Blow.POSTGRES_RESTARTED:
                return await self._hit(["postgres"], self._restarted)
            case Blow.REDIS_FLUSHED:
                return await self._hit(["valkey"], lambda _process: flush(self.stack.ports["valkey"]))
            case Blow.STRIPE_LATER:
                await self.stripe.post("/sim/clock", {"advance": HOUR})
            case _:
                await self._leave()
        return True

    async def _hit(self, names: list[str], hurt: Callable[[Process], Coroutine[object, object, None]]) -> bool:
        standing = [name for name in names if name not in self.busy and name in self.stack.processes]
        if not standing:
            return False
        name = self.dice.choice(standing)
        self.busy.add(name)
        try:
            await hurt(self.stack.processes[name])
            await self._ready(name)
            await asyncio.sleep(SPARED)
        finally:
            self.busy.discard(name)
        return True

    async def _killed(self, process: Process) -> None:
        process.kill()
        await asyncio.sleep(self.dice.uniform(*DOWN))
        process.restart()

    async def _held_still(self, process: Process) -> None:
        os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self.dice.uniform(*STOPPED))
        finally:
            os.kill(process.pid, signal.SIGCONT)

    async def _restarted(self, process: Process) -> None:
        process.ask_to_stop()
        await asyncio.to_thread(process.end_within, ENDS_WITHIN)
        await asyncio.sleep(self.dice.uniform(*DOWN))
        process.restart()

    async def _ready(self, name: str) -> None:
        """A bot or a worker is left in peace until it works: one that dies while it starts proves nothing."""
        if name == "bot" or name.startswith("worker-"):
            await asyncio.to_thread(self.stack.wait_ready, name)

    async def _leave(self) -> None:
        """Stripe goes away: every call breaks off before anything is done."""
        gone = {"kind": "reset", "path": "*", "before": True, "times": ENDLESS}
        await self._order("Stripe", self.stripe, gone)
        await asyncio.sleep(self.dice.uniform(*AWAY))
        await self._take_back("Stripe", self.stripe)

    async def _order(self, service: str, wire: Wire, fault: Mapping[str, object]) -> None:
        self.kept[service, _name(fault)] += whole(fault["times"])
        await wire.post("/sim/faults", fault)

    async def _take_back(self, service: str, wire: Wire) -> None:
        """No more failures; those that have not struck do not count."""
        standing = await wire.get("/sim/faults")
        for fault in rows(standing if isinstance(standing, list) else fields(standing)["faults"]):
            self.kept[service, _name(fault)] -= whole(fault["times"])
        await wire.delete("/sim/faults")

    async def clear_up(self) -> None:
        """Everything stands again, nothing fails any more."""
        await asyncio.gather(*self.under_way)
        self.under_way.clear()
        await self._take_back("Stripe", self.stripe)
        await self._take_back("Telegram", self.telegram)
        await self.stripe.post("/sim/webhooks", CALM)


def _name(fault: Mapping[str, object]) -> str:
    """Its kind; the stand-in for Telegram tells no status, but only 429 is ordered for one method."""
    if fault["kind"] != "status":
        return str(fault["kind"])
    status = fault.get("status") or (429 if fault["method"] == "sendMessage" else 500)
    return str(status)


async def flush(port: int) -> None:
    """Empty a Redis."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(b"FLUSHALL\r\n")
        await writer.drain()
        await reader.readline()
    finally:
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def storming(weather: Weather, blows: Iterator[Blow], gap: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Bad weather for the length of a block, or until what is yielded is called."""
    raging = asyncio.create_task(weather.rage(blows, gap))
    began = time.monotonic()
    over = asyncio.Event()

    async def end() -> None:
        if over.is_set():
            return
        over.set()
        raging.cancel()
        await asyncio.gather(raging, return_exceptions=True)
        await weather.clear_up()
        weather.seconds = time.monotonic() - began

    try:
        yield end
    finally:
        await end()
