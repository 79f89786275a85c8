"""`python -m bench.latency`: time to an answered tap and to the job card under load, and commits per order.

Two hundred orders on ten campuses, one a second, all on this machine beside the stand-ins for Telegram and
Stripe. Everybody gets ready first, unmeasured; limits are those of production.
"""

import argparse
import asyncio
import shutil
import statistics
import time
from pathlib import Path

import uvloop

from bench.commits import Commits, count_commits
from bench.crowd import CardTimes, Figures, introduce, order_all, prepare_all
from sandbox.launch.stack import PROJECT, Plan, Stack, running
from sandbox.play.eyes import open_eyes
from sandbox.play.quarters import Quarter, cast_of_all, found_quarter
from sandbox.play.wire import wired

CAMPUSES = 10
ORDERS = 200
ALONE = 5  # orders that go through one at a time, for counting
NOTED = 3  # more of them, with a note of which commit wrote which saga
WITHIN = 540.0  # seconds for everything


def main() -> None:
    """Start a CampusG with throw-away data, measure, print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="how many orders under load (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="how many workers (default: %(default)s)")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        measure(folder, orders=options.orders, workers=options.workers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, *, orders: int, workers: int) -> None:
    """Run everything in `folder`."""
    each = -(-(orders + ALONE) // CAMPUSES)
    quarters = [found_quarter(folder, f"campus{at}", 10 + at, runners=each) for at in range(CAMPUSES)]
    files = tuple(quarter.campus.file for quarter in quarters)
    plan = Plan(folder=folder, cast=cast_of_all(quarters), campus_files=files, workers=workers)
    with running(plan, say) as stack:
        figures, commits = uvloop.run(asyncio.wait_for(load(stack, quarters, orders), WITHIN))
        say(stack.run("workers.audit").rstrip())
    report(figures, commits)


async def load(stack: Stack, quarters: list[Quarter], orders: int) -> tuple[Figures, Commits]:
    """Prepare everybody, order under load, then count alone."""
    times = CardTimes()
    async with wired(stack.telegram_url) as telegram, open_eyes(telegram, (times.read,)) as eyes:
        began = time.monotonic()
        say(f"getting {orders + ALONE} customers and runners ready")
        people = (introduce(quarters[at % CAMPUSES], eyes, stack.telegram_url) for at in range(orders + ALONE + NOTED))
        pairs = await prepare_all(people)
        say(f"ready after {time.monotonic() - began:.0f} s; ordering")
        began = time.monotonic()
        figures = await order_all(pairs[ALONE + NOTED :], times)
        say(f"all delivered after {time.monotonic() - began:.0f} s; counting commits, one order at a time")
        return figures, await count_commits(stack.database_url, pairs[:ALONE], pairs[ALONE : ALONE + NOTED])


def report(figures: Figures, commits: Commits) -> None:
    """The table."""
    say("")
    say(f"{'':32}{'count':>8}{'median':>10}{'p99':>10}{'worst':>10}")
    for name, seconds in (("tap -> answered", figures.taps), ("placed -> job card in the group", figures.cards)):
        percentile = statistics.quantiles(seconds, n=100, method="inclusive")[98]
        line = f"{statistics.median(seconds):>8.3f} s{percentile:>8.3f} s{max(seconds):>8.3f} s"
        say(f"{name:32}{len(seconds):>8}{line}")
    say("")
    alone = statistics.median(commits.per_order)
    say(f"commits an order, from [Place order] to the last card: {alone:.0f} {commits.per_order}")
    say(f"commits of an idle CampusG: {commits.idle_per_second:.1f} a second")
    for kind, sagas, count in commits.by_saga:
        say(f"  {kind:20}{count:5.1f} commits each ({sagas} sagas), the one that starts it included")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
