"""`python -m bench.hostile_connections`: a thousand connections that send half of something, and what that costs.

For each kind of sender: the memory of the bot before, at its peak and afterwards, the seconds until the senders were
closed, and how long honest webhooks took meanwhile. Everything runs on this machine, with temporary data. With
`--caddy deploy/caddy/Caddyfile` the senders and the honest webhooks go through Caddy.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp
import uvloop

from bench.hostile_senders import KINDS, Outcome
from bench.report import find_p99, print_line
from sandbox.launch.campuses import create_campus
from sandbox.launch.ports import free_port
from sandbox.launch.processes import Program, start_process
from sandbox.launch.stack import (
    PROJECT,
    STRIPE_WEBHOOK_SECRET,
    TELEGRAM_WEBHOOK_SECRET,
    Stack,
    StackConfig,
    running_stack,
)

CONNECTIONS = 1_000
HOLD_SECONDS = 30.0  # how long the senders hold on
REST_SECONDS = 3.0  # after the senders left, before the memory is read again
HONEST_INTERVAL_SECONDS = 0.25  # between two honest webhooks
HONEST_TIMEOUT_SECONDS = 10.0
SAMPLE_INTERVAL_SECONDS = 0.1
PAGE_MEBIBYTES = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
NUMBERS = count(int(time.time()))


@dataclass(slots=True, kw_only=True)
class Figures:
    """What was measured while one kind of sender held on."""

    before_mebibytes: float
    peak_mebibytes: float = 0.0
    after_mebibytes: float = 0.0
    processor_seconds: float = 0.0  # of the bot, while the senders held on
    honest_seconds: list[float] = field(default_factory=list)
    honest_failures: int = 0


def main() -> None:
    """Measure each kind and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile_connections", description=__doc__)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--seconds", type=float, default=HOLD_SECONDS, help="how long senders hold on (%(default)s)")
    parser.add_argument("--caddy", metavar="CADDYFILE", help="go through Caddy with this file")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        config = StackConfig(folder=folder, campuses=(create_campus(folder, "north", 10, runners=1),), webhooks=True)
        with running_stack(config, print_line) as stack, web_address(stack, folder, options.caddy) as port:
            uvloop.run(measure_kinds(stack, port, options))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def web_address(stack: Stack, folder: Path, caddyfile: str | None) -> Iterator[int]:
    """Yield the port that the world sees: the bot's, or that of a Caddy before it."""
    if caddyfile is None:
        yield stack.ports["bot"]
        return
    port = free_port()
    settings = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BOT_ADDRESS": f"127.0.0.1:{stack.ports['bot']}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
    }
    command = ["caddy", "run", "--config", str(Path(caddyfile).resolve()), "--adapter", "caddyfile"]
    caddy = start_process(
        Program(name="caddy", command=command, log=folder / "logs" / "caddy.log", environment=settings, folder=folder)
    )
    try:
        time.sleep(2)
        yield port
    finally:
        caddy.stop()


async def measure_kinds(stack: Stack, port: int, options: argparse.Namespace) -> None:
    """Measure one kind after the other, and print a line for each."""
    print_line(f"\n{'1,000 connections' if options.connections == CONNECTIONS else options.connections}")
    columns = (("before", 8), ("peak", 8), ("after", 8), ("cpu s", 7), ("opened", 8), ("open at end", 12))
    more_columns = (("closed med", 11), ("max", 7), ("honest med", 14), ("p99", 8), ("worst", 8), ("failed", 8))
    print_line(f"{'':32}" + "".join(f"{name:>{width}}" for name, width in (*columns, *more_columns)))
    await measure_kind(stack, port, None, options)
    for kind in options.kinds:
        await measure_kind(stack, port, kind, options)


async def measure_kind(stack: Stack, port: int, kind: str | None, options: argparse.Namespace) -> None:
    """Measure one kind of sender, or nobody, and print the line."""
    pid = stack.processes["bot"].pid
    figures = Figures(before_mebibytes=resident_mebibytes(pid))
    spent = processor_seconds(pid)
    tasks = [asyncio.create_task(sample_memory(pid, figures)), asyncio.create_task(send_honest_webhooks(port, figures))]
    await asyncio.sleep(1)
    outcome = await run_senders_apart(kind, port, options)
    figures.processor_seconds = processor_seconds(pid) - spent
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(REST_SECONDS)
    figures.after_mebibytes = resident_mebibytes(pid)
    print_figures(kind or "nobody else", figures, outcome)


async def run_senders_apart(kind: str | None, port: int, options: argparse.Namespace) -> Outcome:
    """Run the senders in a process of their own, or wait a while for nobody."""
    if kind is None:
        await asyncio.sleep(10)
        return Outcome(opened=0, closed_after=[], still_open=0)
    arguments = (kind, str(port), str(options.connections), str(options.seconds))
    senders = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.hostile_senders", *arguments, stdout=asyncio.subprocess.PIPE, cwd=PROJECT
    )
    try:
        said, _ = await senders.communicate()
    finally:
        if senders.returncode is None:
            senders.kill()
            await senders.wait()
    return Outcome(**json.loads(said))


def resident_mebibytes(pid: int) -> float:
    """Return the memory of a process that is in RAM."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_MEBIBYTES


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    user, system = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def sample_memory(pid: int, figures: Figures) -> None:
    """Keep the peak of the memory for ever."""
    while True:
        figures.peak_mebibytes = max(figures.peak_mebibytes, resident_mebibytes(pid))
        await asyncio.sleep(SAMPLE_INTERVAL_SECONDS)


async def send_honest_webhooks(port: int, figures: Figures) -> None:
    """Send updates of Telegram and events of Stripe for ever, as these do, each on a connection that may be reused."""
    timeout = aiohttp.ClientTimeout(total=HONEST_TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
        while True:
            group.create_task(send_honest_webhook(session, port, next(NUMBERS), figures))
            await asyncio.sleep(HONEST_INTERVAL_SECONDS)


async def send_honest_webhook(session: aiohttp.ClientSession, port: int, number: int, figures: Figures) -> None:
    """Send one webhook and note how long its answer took."""
    path, body, headers = honest_update(number) if number % 2 else honest_event(number)
    began = time.monotonic()
    try:
        async with session.post(f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as response:
            answered = response.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        answered = False
    if answered:
        figures.honest_seconds.append(time.monotonic() - began)
    else:
        figures.honest_failures += 1


def honest_update(number: int) -> tuple[str, bytes, dict[str, str]]:
    """Return an update of a person who leaves a chat: it is handled in a transaction, and nothing is said."""
    person = {"id": number, "is_bot": False, "first_name": "Mei"}
    status = {"user": {"id": 1, "is_bot": True, "first_name": "bot"}, "until_date": 0}
    change = {
        "chat": {"id": number, "type": "private", "first_name": "Mei"},
        "from": person,
        "date": int(time.time()),
        "old_chat_member": {"status": "member", "user": status["user"]},
        "new_chat_member": {"status": "kicked", **status},
    }
    body = json.dumps({"update_id": number, "my_chat_member": change}).encode()
    return "/telegram/north", body, {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_WEBHOOK_SECRET}


def honest_event(number: int) -> tuple[str, bytes, dict[str, str]]:
    """Return a signed event of a type that nobody handles: it is stored."""
    event = {"id": f"evt_bench_{number}", "object": "event", "type": "payout.paid", "livemode": False, "data": {}}
    body, now = json.dumps(event).encode(), int(time.time())
    mac = hmac.new(STRIPE_WEBHOOK_SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return "/stripe", body, {"Stripe-Signature": f"t={now},v1={mac}"}


def print_figures(kind: str, figures: Figures, outcome: Outcome) -> None:
    """Print the line of a kind: mebibytes, connections, seconds, milliseconds."""
    closed, honest = outcome.closed_after, figures.honest_seconds or [float("nan")]
    percentile = find_p99(honest)
    median_closed = f"{statistics.median(closed):.1f} s" if closed else "-"
    memory = (figures.before_mebibytes, figures.peak_mebibytes, figures.after_mebibytes)
    print_line(
        f"{kind:32}{''.join(f'{each:>8.0f}' for each in memory)}{figures.processor_seconds:>7.1f}"
        f"{outcome.opened:>8}{outcome.still_open:>12}{median_closed:>11}{max(closed, default=0):>7.1f}"
        f"{statistics.median(honest) * 1000:>11.0f} ms{percentile * 1000:>8.0f}{max(honest) * 1000:>8.0f}"
        f"{figures.honest_failures:>8}"
    )


if __name__ == "__main__":
    main()
