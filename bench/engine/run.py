"""One run: a peer's workers on a fresh database, a submitter, perhaps a fault, and what came of it."""

import asyncio
import json
import shutil
import signal
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp
import asyncpg

from bench.engine.catalogue import Fault, Figure, Peer
from bench.engine.counters import PLACE, count_wal, cpu_seconds
from bench.engine.reference import DECLINED_EVERY
from bench.engine.restate_server import start_restate
from bench.engine.servers import Servers, make_database
from sandbox.launch.processes import Process, start_process
from sandbox.launch.valkey import flush_valkey

READY_TIMEOUT_SECONDS = 60.0
MAX_SECONDS = 240.0  # of one run
POLL_SECONDS = 0.1
FAULT_POLL_SECONDS = 0.01
PAUSE_SECONDS = 0.5  # before the first snapshot, and after the last order: what trails it counts too
FAULT_AFTER = 0.2  # of the orders are settled
SETTLED = "SELECT count(*) FROM reference_order WHERE settled_at IS NOT NULL"
TIMES = (
    "SELECT extract(epoch FROM submitted_at)::float8 AS submitted, extract(epoch FROM settled_at)::float8 AS settled"
    " FROM reference_order"
)
WRONG = (  # settled otherwise than its payment says
    "SELECT count(*) FROM reference_order WHERE settled_at IS NOT NULL AND ((status = 'CANCELLED') <> (id % $1 = 0)"
    " OR (payment IS NOT NULL) <> (status = 'CREATED')"
    " OR (status = 'CREATED') <> EXISTS (SELECT 1 FROM reference_timer WHERE order_id = reference_order.id))"
)
DOUBLE_TIMERS = "SELECT count(*) - count(DISTINCT order_id) FROM reference_timer"


@dataclass(slots=True)
class Attempt:
    """The processes and connections of one run."""

    servers: Servers
    peer: Peer
    figure: Figure
    database: str
    settings: dict[str, str]
    workers: list[Process] = field(default_factory=list)
    own_servers: list[Process] = field(default_factory=list)
    companions: list[Process] = field(default_factory=list)
    notes: dict[str, float] = field(default_factory=dict)
    observer: Any = None  # a connection that looks on; a Postgres that restarts is asked again

    async def count_settled(self) -> int:
        """Return how many orders are settled."""
        while True:
            try:
                if self.observer is None:
                    self.observer = await asyncpg.connect(self.servers.database_url(self.database))
                return int(await self.observer.fetchval(SETTLED))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self.observer = None
                await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        """Stop what this run started."""
        if self.observer is not None:
            await self.observer.close()
        for process in (*self.workers, *self.companions, *self.own_servers):
            process.stop()

    def start(self, name: str, *arguments: str) -> Process:
        """Start one process of the peer."""
        return start_process(self.servers.program(self.peer, name, self.settings, *arguments))


async def measure(servers: Servers, peer: Peer, figure: Figure) -> dict[str, Any]:
    """Run once and return the raw result. Raise RuntimeError when the effects are not those of the reference saga."""
    flush_valkey(servers.valkey_port)
    await reset_payments(servers, figure.delay_seconds)
    database = await make_database(servers, peer)
    attempt = Attempt(servers, peer, figure, database, servers.settings(peer, database))
    try:
        if peer.has_server:
            start_own_server(attempt)
        async with connected(servers.database_url("postgres")) as server:
            return await run_orders(attempt, server)
    finally:
        await attempt.stop()


def start_own_server(attempt: Attempt) -> None:
    """Start Restate's server with an empty folder."""
    folder = attempt.servers.folder / "restate"
    shutil.rmtree(folder, ignore_errors=True)
    server, settings = start_restate(folder)
    attempt.own_servers.append(server)
    attempt.settings |= settings


async def run_orders(attempt: Attempt, server: Any) -> dict[str, Any]:
    """Start the workers, submit the orders, wait until all are settled or lost, and read what came of it."""
    count = attempt.figure.count(attempt.peer)
    for number in range(attempt.figure.workers):
        attempt.workers.append(attempt.start(f"{attempt.peer.name}-worker-{number}", "work"))
    for worker in attempt.workers:
        wait_ready(worker)
    await asyncio.sleep(PAUSE_SECONDS)
    await server.execute("CHECKPOINT")
    place, before = await server.fetchval(PLACE), read_cpu(attempt)
    submitter = submit(attempt, count)
    if attempt.figure.fault is not None:
        await wait_for_fault(attempt, count)
        strike(attempt, attempt.figure.fault)
    settled = await wait_until_settled(attempt, count)
    await asyncio.sleep(PAUSE_SECONDS)
    result: dict[str, Any] = {"orders": count, "settled": settled, "lost": count - settled}
    submitted = json.loads(submitter.read_output().splitlines()[-1])
    result["submit_seconds"] = submitted["seconds"]
    if attempt.figure.fault is None:
        after = read_cpu(attempt)
        cpu = {name: round(after[name] - before[name], 3) for name in after}
        result["cpu"] = cpu | {"submitter": round(submitted["cpu_seconds"], 3)}
        result["wal"] = asdict(await count_wal(server, place))
    return result | await read_effects(attempt) | {"notes": attempt.notes}


def wait_ready(worker: Process) -> None:
    """Wait until a worker takes work."""
    worker.wait_until(lambda: "workers ready" in worker.read_output(), timeout=READY_TIMEOUT_SECONDS)


def read_cpu(attempt: Attempt) -> dict[str, float]:
    """Return the CPU seconds so far of each part; the submitter counts its own, without its start."""
    return {
        "workers": cpu_seconds(worker.pid for worker in attempt.workers),
        "server": cpu_seconds(server.pid for server in attempt.own_servers),
        "postgres": cpu_seconds([attempt.servers.postgres.process.pid]),
        "redis": cpu_seconds([attempt.servers.valkey.process.pid]),
    }


def submit(attempt: Attempt, count: int) -> Process:
    """Start the submitter; before a fault the workers stand still until all orders are submitted."""
    arguments = ("submit", "1", str(count), str(attempt.figure.rate))
    if attempt.figure.fault is None:
        attempt.companions.append(attempt.start(f"{attempt.peer.name}-submitter", *arguments))
        return attempt.companions[-1]
    for worker in attempt.workers:
        worker.started.send_signal(signal.SIGSTOP)
    attempt.companions.append(attempt.start(f"{attempt.peer.name}-submitter", *arguments))
    attempt.companions[-1].wait(timeout=MAX_SECONDS)
    for worker in attempt.workers:
        worker.started.send_signal(signal.SIGCONT)
    return attempt.companions[-1]


async def wait_for_fault(attempt: Attempt, count: int) -> None:
    """Wait until some orders are settled, of which all were submitted before."""
    settled = 0
    async with asyncio.timeout(MAX_SECONDS):
        while settled < count * FAULT_AFTER:
            await asyncio.sleep(FAULT_POLL_SECONDS)
            settled = await attempt.count_settled()
    attempt.notes["settled_before"] = settled


def strike(attempt: Attempt, fault: Fault) -> None:
    """Let the fault happen; note when, and when what was struck works again."""
    attempt.notes["struck_at"] = time.time()
    match fault:
        case Fault.KILL_WORKER:
            (worker,) = attempt.workers
            worker.kill()
            worker.restart()
            wait_ready(worker)
        case Fault.FLUSH_REDIS:
            flush_valkey(attempt.servers.valkey_port)
        case Fault.RESTART_POSTGRES:
            attempt.servers.restart_postgres()
    attempt.notes["back_at"] = time.time()


async def wait_until_settled(attempt: Attempt, count: int) -> int:
    """Return how many orders were settled when all were, or when none was for as long as the figure waits."""
    settled, moved_at = 0, time.monotonic()
    async with asyncio.timeout(MAX_SECONDS):
        while settled < count and time.monotonic() - moved_at < attempt.figure.patience_seconds:
            await asyncio.sleep(POLL_SECONDS)
            revive(attempt)
            now = await attempt.count_settled()
            if now != settled:
                settled, moved_at = now, time.monotonic()
    return settled


def revive(attempt: Attempt) -> None:
    """Start a worker again that ended by itself, as every deployment does; note it."""
    for worker in attempt.workers:
        if worker.exit_code is not None:
            worker.restart()
            attempt.notes["revived"] = attempt.notes.get("revived", 0) + 1


async def read_effects(attempt: Attempt) -> dict[str, Any]:
    """Return the times of the orders and the double effects. Raise RuntimeError when an order ended wrongly."""
    async with connected(attempt.servers.database_url(attempt.database)) as connection:
        rows = await connection.fetch(TIMES)
        wrong = await connection.fetchval(WRONG, DECLINED_EVERY)
        timers_twice = await connection.fetchval(DOUBLE_TIMERS)
    if wrong:
        raise RuntimeError(f"{attempt.peer.name} {attempt.figure.name}: {wrong} orders ended wrongly")
    ended = [row for row in rows if row["settled"] is not None]
    by_age = sorted(ended, key=lambda row: row["submitted"])
    latencies = [1000 * (row["settled"] - row["submitted"]) for row in by_age[attempt.figure.warming_up :]]
    last, first = max(row["settled"] for row in ended), min(row["submitted"] for row in rows)
    effects: dict[str, Any] = {
        "seconds": round(last - first, 4),
        "latency_ms": [round(each, 2) for each in statistics.quantiles(latencies, n=100, method="inclusive")],
        "timers_twice": timers_twice,
        **await read_payments(attempt.servers),
    }
    if "struck_at" in attempt.notes:
        effects["settled_after_fault"] = round(last - attempt.notes["struck_at"], 3)
        effects["back_after_fault"] = round(attempt.notes["back_at"] - attempt.notes["struck_at"], 3)
    return effects


async def reset_payments(servers: Servers, delay_seconds: float) -> None:
    """Let the payment server forget everything and answer after this delay."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{servers.payment_url}/reset", params={"delay": str(delay_seconds)}) as answer,
    ):
        answer.raise_for_status()


async def read_payments(servers: Servers) -> dict[str, int]:
    """Return what the payment server did."""
    async with aiohttp.ClientSession() as session, session.get(f"{servers.payment_url}/report") as answer:
        report: dict[str, int] = await answer.json()
        return report


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """Connect to this database for the length of a `with` block."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
