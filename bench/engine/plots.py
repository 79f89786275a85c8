"""The plots beside the table: throughput of a burst, and the times from submitted to settled at 20/s."""

import statistics
from collections.abc import Iterable
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from bench.engine.catalogue import BURST, PEERS, Peer
from bench.engine.kept_runs import FOLDER, KeptRuns
from bench.engine.results import cpu, rate, runs_of

COLOURS = ("#1b6ca8", "#9aa5b1", "#6b7784", "#c9a227", "#b5651d", "#7d4f9e")
PARTS = ("workers", "server", "submitter", "postgres", "redis")
PERCENTS = range(1, 100)


def draw(kept: KeptRuns) -> None:
    """Draw what was kept; no plot without its runs."""
    matplotlib.rcParams["svg.hashsalt"] = "campusg"  # the same figures make the same file
    matplotlib.rcParams["svg.fonttype"] = "none"  # text stays text, which is a tenth as long
    peers = [peer for peer in PEERS if any(peer.name in runs for runs in kept.values())]
    for figure, draw_one, file in (
        (BURST, draw_rates, "throughput.svg"),
        ("paced", draw_latencies, "latency.svg"),
        (BURST, draw_cpu, "cpu.svg"),
    ):
        if kept.get(figure):
            draw_one(kept, peers, FOLDER / file)


def draw_rates(kept: KeptRuns, peers: list[Peer], file: Path) -> None:
    """Draw sagas/s of both bursts, with the least and the most."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for offset, (name, title, alpha) in enumerate(((BURST, "at once", 1.0), ("burst-50", "after 50 ms", 0.55))):
        for index, peer in enumerate(peers):
            rates = [rate(run) for run in runs_of(kept, name, peer)]
            if rates:
                middle = statistics.median(rates)
                error = [[middle - min(rates)], [max(rates) - middle]]
                place, label = index + 0.4 * offset - 0.2, f"payment {title}" if index == 0 else None
                axes.bar(place, middle, 0.38, yerr=error, capsize=3, color=COLOURS[index], alpha=alpha, label=label)
    axes.set_xticks(range(len(peers)), [peer.title.replace(", ", ",\n") for peer in peers], fontsize=8)
    axes.set_ylabel("sagas/s, one worker")
    axes.legend(frameon=False, fontsize=8)
    save(figure, file)


def draw_latencies(kept: KeptRuns, peers: list[Peer], file: Path) -> None:
    """Draw the percentiles at 20/s: the median over the runs of each percentile."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for index, peer in enumerate(peers):
        runs = runs_of(kept, "paced", peer)
        if runs:
            middle = [statistics.median(run["latency_ms"][at] for run in runs) for at in range(len(PERCENTS))]
            axes.plot(PERCENTS, middle, color=COLOURS[index], label=peer.title)
    axes.set_yscale("log")
    axes.set_xlabel("percentile")
    axes.set_ylabel("ms, submitted to settled at 20/s")
    axes.legend(frameon=False, fontsize=8)
    save(figure, file)


def draw_cpu(kept: KeptRuns, peers: list[Peer], file: Path) -> None:
    """Draw the CPU seconds of 1,000 sagas, part by part."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.add_subplot()
    floor = [0.0] * len(peers)
    for part, colour in zip(PARTS, COLOURS, strict=False):
        heights = [_median(cpu(part)(run) for run in runs_of(kept, BURST, peer)) for peer in peers]
        axes.bar(range(len(peers)), heights, 0.6, bottom=floor, color=colour, label=part)
        floor = [below + height for below, height in zip(floor, heights, strict=True)]
    axes.set_xticks(range(len(peers)), [peer.title.replace(", ", ",\n") for peer in peers], fontsize=8)
    axes.set_ylabel("CPU s for 1,000 sagas")
    axes.legend(frameon=False, fontsize=8)
    save(figure, file)


def _median(values: Iterable[float]) -> float:
    found = list(values)
    return statistics.median(found) if found else 0.0


def save(figure: Figure, file: Path) -> None:
    """Write the figure without the time of writing."""
    figure.savefig(file, format="svg", metadata={"Date": None})
