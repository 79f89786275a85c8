"""`python -m bench.scale`: a simulated lunch of 100 campuses, from the measured cost of each step of an order.

`--measure` measures the steps anew on the real bot, worker and servers. `--check` places orders on them, one a second
on ten campuses, and prints the time to the group beside the simulated one.
"""

import argparse
import asyncio
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import uvloop
from matplotlib.figure import Figure

from bench.latency import CAMPUSES, LOAD_TIMEOUT_SECONDS, run_load
from bench.report import print_line
from bench.scale.measured_steps import measure_steps
from bench.scale.simulation import SAMPLE_SECONDS, Deployment, Outcome, arrivals, simulate
from bench.scale.steps import FILE, Step, keep_steps, kept_steps
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import PROJECT, StackConfig, running_stack

MEASURED_ORDERS = 20
CHECKED_ORDERS = 60
LUNCH_CAMPUSES, ORDERS_EACH = 100, 120
PEAK_SECONDS, SPREAD_SECONDS = 3_600.0, 1_200.0  # two thirds of a lunch's orders come within 40 minutes
STRIPE_SECONDS = 0.4  # what a call to Stripe takes in production, more or less
COLOURS = {
    "bot": "#1b6ca8",
    "worker": "#b5651d",
    "postgres": "#4f7d4f",
    "stripe": "#7d4f9e",
    "telegram: groups": "#c02626",
    "telegram: people": "#9aa5b1",
}
PLOT = FILE.with_name("lunch.svg")
DEPLOYMENTS = {
    "1 bot, 1 worker": Deployment(stripe_seconds=STRIPE_SECONDS),
    "1 bot, 2 workers": Deployment(workers=2, stripe_seconds=STRIPE_SECONDS),
    "1 bot, 4 workers, 2 cores of Postgres": Deployment(workers=4, postgres_cores=2, stripe_seconds=STRIPE_SECONDS),
    "the same, 80 calls a second to Stripe": Deployment(
        workers=4, postgres_cores=2, stripe_calls_per_second=80, stripe_seconds=STRIPE_SECONDS
    ),
    "2 bots, 6 workers, 2 cores of Postgres, 80 calls": Deployment(
        bots=2, workers=6, postgres_cores=2, stripe_calls_per_second=80, stripe_seconds=STRIPE_SECONDS
    ),
}


def main() -> None:
    """Simulate, and measure first where that is wanted."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure the steps of an order anew")
    parser.add_argument("--check", action="store_true", help="compare with the real thing, at a small scale")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-scale"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        if options.measure:
            keep_steps(measure_steps(folder, MEASURED_ORDERS))
        steps = kept_steps()
        print_steps(steps)
        if options.check:
            check(folder, steps)
        else:
            simulate_lunch(steps)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def print_steps(steps: Sequence[Step]) -> None:
    """Print what an order costs."""
    print_line("| step | bot ms | worker ms | Postgres ms | alone ms | Stripe calls | group | people |")
    print_line("|---|---|---|---|---|---|---|---|")
    for one in steps:
        seconds = " | ".join(f"{1000 * each:.0f}" for each in (one.bot, one.worker, one.postgres, one.alone))
        group = f"{one.group_sends:.1f} + {one.group_edits:.1f} edits"
        print_line(f"| {one.name} | {seconds} | {one.stripe_calls:.1f} | {group} | {one.private_sends:.1f} |")
    parts = {part: sum(getattr(one, part) for one in steps) for part in ("bot", "worker", "postgres")}
    print_line("CPU seconds an order: " + ", ".join(f"{part} {seconds:.3f}" for part, seconds in parts.items()))
    print_line("")


def simulate_lunch(steps: Sequence[Step]) -> None:
    """Print a row for each deployment, and draw the queues."""
    placed = arrivals(LUNCH_CAMPUSES, ORDERS_EACH, peak=PEAK_SECONDS, spread=SPREAD_SECONDS, seed=1)
    print_line(f"{LUNCH_CAMPUSES} campuses, {ORDERS_EACH} orders each; at the peak {peak_rate(placed):.1f} orders/s")
    print_line("| deployment | to the group p50 / p99 s | longest queue | busy at the peak |")
    print_line("|---|---|---|---|")
    outcomes = {}
    for name, deployment in DEPLOYMENTS.items():
        outcomes[name] = simulate(steps, placed, deployment)
        print_line(f"| {name} | {describe(outcomes[name], steps, deployment, peak_rate(placed))} |")
    draw(outcomes, PLOT)


def describe(outcome: Outcome, steps: Sequence[Step], deployment: Deployment, rate: float) -> str:
    """Return the cells of one deployment."""
    middle, late = percentiles(outcome.seconds_to_group)
    part, longest = max(((part, max(lengths)) for part, lengths in outcome.queues.items()), key=lambda one: one[1])
    capacities = {"bot": deployment.bots, "worker": deployment.workers, "postgres": deployment.postgres_cores}
    busy = {part: rate * sum(getattr(one, part) for one in steps) / size for part, size in capacities.items()}
    busy["Stripe"] = rate * sum(one.stripe_calls for one in steps) / deployment.stripe_calls_per_second
    shares = ", ".join(f"{part} {share:.0%}" for part, share in busy.items())
    return f"{middle:.1f} / {late:.1f} | {longest} at {part} | {shares}"


def check(folder: Path, steps: Sequence[Step]) -> None:
    """Print the time to the group, real and simulated, at one order a second."""
    campuses = tuple(
        create_campus(folder, f"campus{at}", 10 + at, runners=CHECKED_ORDERS // CAMPUSES + 2) for at in range(CAMPUSES)
    )
    with running_stack(StackConfig(folder=folder, campuses=campuses), print_line) as stack:
        figures, _ = uvloop.run(asyncio.wait_for(run_load(stack, CHECKED_ORDERS), LOAD_TIMEOUT_SECONDS))
    placed = [(at % CAMPUSES + 1, float(at)) for at in range(CHECKED_ORDERS)]
    simulated = simulate(steps, placed, Deployment(), pauses={}).seconds_to_group
    for name, seconds in (("real", figures.order_message_seconds), ("simulated", simulated)):
        middle, late = percentiles(seconds)
        print_line(f"{name:10} to the group: p50 {middle:.3f} s, p99 {late:.3f} s")


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return statistics.median(seconds), statistics.quantiles(seconds, n=100, method="inclusive")[98]


def peak_rate(placed: Sequence[tuple[int, float]], window: float = 300.0) -> float:
    """Return the orders per second in the busiest five minutes."""
    counts: dict[int, int] = {}
    for _, at in placed:
        counts[int(at // window)] = counts.get(int(at // window), 0) + 1
    return max(counts.values()) / window


def draw(outcomes: dict[str, Outcome], file: Path) -> None:
    """Draw the queues of each deployment over the time."""
    matplotlib.rcParams["svg.hashsalt"] = "campusg"
    matplotlib.rcParams["svg.fonttype"] = "none"
    figure = Figure(figsize=(9, 2.1 * len(outcomes)), layout="constrained")
    first = None
    for at, (name, outcome) in enumerate(outcomes.items(), start=1):
        axes = figure.add_subplot(len(outcomes), 1, at, sharex=first)
        first = first or axes
        for part, lengths in outcome.queues.items():
            minutes = [SAMPLE_SECONDS * tick / 60 for tick in range(len(lengths))]
            if max(lengths) > 0:
                axes.plot(minutes, lengths, label=part, color=COLOURS[part], lw=1)
        axes.set_title(name, fontsize=9, loc="left")
        axes.set_yscale("symlog")
        axes.set_ylabel("waiting", fontsize=8)
        axes.legend(frameon=False, fontsize=7, loc="upper right")
    axes.set_xlabel("minutes")
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    main()
