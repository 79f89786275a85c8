"""bench/results.md: the tables, built from the kept runs alone. Ratios come first: the machine changes, they do not."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bench.engine.catalogue import BURST, COMMITS, FIGURES, PEERS, Peer
from bench.engine.kept_runs import KeptRuns
from bench.engine.machine import describe_machine
from sandbox.launch.stack import PROJECT

RESULTS = PROJECT / "bench" / "results.md"
OURS = PEERS[0]
Run = dict[str, Any]
Read = Callable[[Run], float]
HEAD = """# The saga engine beside its peers

Written by `make bench` from the runs kept in `bench/results`; [how to read it](README.md). Every figure is the median
of its runs, with the least and the most in brackets. A ratio is of two runs of one round that began within half an
hour, so what else the machine did meanwhile met both; a round whose runs are further apart gives none.
"""
PAIRED_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of a run of a figure."""

    title: str
    figure: str
    read: Read
    digits: int = 1
    more_is_better: bool = False


def rate(run: Run) -> float:
    """Return the sagas per second from the first submission to the last settled order."""
    return float(run["settled"] / run["seconds"])


def latency(percent: int) -> Read:
    """Read this percentile from submission to settled, in milliseconds."""
    return lambda run: float(run["latency_ms"][percent - 1])


def cpu(*parts: str) -> Read:
    """Read the CPU seconds of these parts for 1,000 sagas."""
    return lambda run: float(1000 * sum(run["cpu"].get(part, 0.0) for part in parts) / run["orders"])


def wal(kind: str) -> Read:
    """Read this count of the write-ahead log for one saga."""
    return lambda run: float(run["wal"][kind] / run["orders"])


ENGINE = ("workers", "server", "submitter")
MEASURES = (
    Measure(title="sagas/s, payment at once", figure=BURST, read=rate, more_is_better=True, digits=0),
    Measure(title="sagas/s, payment 50 ms", figure="burst-50", read=rate, more_is_better=True, digits=0),
    Measure(title="at 20/s, submitted to settled, p50 ms", figure="paced", read=latency(50), digits=0),
    Measure(title="at 20/s, submitted to settled, p99 ms", figure="paced", read=latency(99), digits=0),
    Measure(title="CPU s for 1,000: all of it", figure=BURST, read=cpu(*ENGINE, "postgres", "redis")),
    Measure(title="- worker and engine's server", figure=BURST, read=cpu("workers", "server")),
    Measure(title="- submitter", figure=BURST, read=cpu("submitter")),
    Measure(title="- Postgres", figure=BURST, read=cpu("postgres")),
    Measure(title="- Redis", figure=BURST, read=cpu("redis")),
    Measure(title="commits a saga", figure=BURST, read=wal("commits"), digits=2),
    Measure(title="WAL record bytes a saga", figure=BURST, read=wal("record_bytes"), digits=0),
    Measure(title="full-page image bytes a saga, beside these", figure=BURST, read=wal("image_bytes"), digits=0),
)
COMPARED = tuple(each for each in MEASURES if not each.title.startswith(("- ", "full")))


def write(kept: KeptRuns) -> None:
    """Write the tables."""
    peers = [peer for peer in PEERS if any(peer.name in runs for runs in kept.values())]
    sections = (
        HEAD,
        "## Ratios: CampusG to each peer\n",
        "\n".join(ratio_table(kept, [peer for peer in peers if peer is not OURS])),
        "## Figures\n",
        "\n".join(figure_table(kept, peers)),
        "## Faults in mid-run\n",
        "\n".join(fault_table(kept, peers)),
        "## Two workers, payment 50 ms\n",
        "\n".join(worker_table(kept, peers)),
        "## Share of the commits that Postgres takes\n",
        "\n".join(commit_table(kept, peers)),
        "## Plots\n",
        "![sagas/s of a burst](results/throughput.svg)\n",
        "![times at 20/s](results/latency.svg)\n",
        "![CPU of a burst](results/cpu.svg)\n",
        "## Machine and versions of the newest runs\n",
        describe_machine(),
        "\n".join(describe_runs(kept)),
    )
    RESULTS.write_text("\n".join(sections), encoding="utf-8")


def ratio_table(kept: KeptRuns, peers: Sequence[Peer]) -> Iterable[str]:
    """Yield the lines of the ratios."""
    yield from heading("", [peer.title for peer in peers])
    for each in COMPARED:
        cells = [spread(ratios(kept, each, peer), 2, suffix="x") for peer in peers]
        yield row([f"{each.title} ({'more' if each.more_is_better else 'less'} is better)", *cells])
    yield ""


def ratios(kept: KeptRuns, measure: Measure, peer: Peer) -> list[float]:
    """Return ours to theirs for each round that has both."""
    runs = kept.get(measure.figure, {})
    pairs = paired(runs.get(OURS.name, {}), runs.get(peer.name, {}))
    return [measure.read(own) / measure.read(other) for own, other in pairs if measure.read(other)]


def paired(first: Mapping[int, Run], second: Mapping[int, Run]) -> Iterable[tuple[Run, Run]]:
    """Yield the runs of each round that has both, if the machine was about the same for them."""
    for number in sorted(first.keys() & second.keys()):
        one, two = first[number], second[number]
        if abs(datetime.fromisoformat(one["at"]) - datetime.fromisoformat(two["at"])) <= PAIRED_WITHIN:
            yield one, two


def figure_table(kept: KeptRuns, peers: Sequence[Peer]) -> Iterable[str]:
    """Yield the lines of the absolute figures."""
    yield from heading("", [peer.title for peer in peers])
    for each in MEASURES:
        cells = [spread([each.read(run) for run in runs_of(kept, each.figure, peer)], each.digits) for peer in peers]
        yield row([each.title, *cells])
    yield ""


def fault_table(kept: KeptRuns, peers: Sequence[Peer]) -> Iterable[str]:
    """Yield what each fault did to each peer; counts are sums over the runs."""
    yield from heading(
        "fault", ["peer", "settled after, s", "of these down, s", "lost", "second timer", "charged twice", "paid again"]
    )
    for figure in FIGURES:
        for peer in peers if figure.fault else ():
            runs = runs_of(kept, figure.name, peer)
            if runs:
                after, down = ([run[key] for run in runs] for key in ("settled_after_fault", "back_after_fault"))
                counts = ("lost", "timers_twice", "charged_twice", "repeated_requests")
                sums = [f"{sum(run[name] for run in runs)} of {sum(run['orders'] for run in runs)}" for name in counts]
                yield row([figure.name, peer.title, spread(after, 1), spread(down, 1), *sums])
    yield ""


def worker_table(kept: KeptRuns, peers: Sequence[Peer]) -> Iterable[str]:
    """Yield what a second worker brings."""
    yield from heading("", ["one worker, sagas/s", "two workers, sagas/s", "two to one"])
    for peer in peers:
        one, two = kept.get("burst-50", {}).get(peer.name, {}), kept.get("two-workers", {}).get(peer.name, {})
        if two:
            both = [rate(more) / rate(alone) for alone, more in paired(one, two)]
            rates = [spread([rate(run) for run in runs.values()], 0) for runs in (one, two)]
            yield row([peer.title, *rates, spread(both, 2, suffix="x")])
    yield ""


def commit_table(kept: KeptRuns, peers: Sequence[Peer]) -> Iterable[str]:
    """Yield each peer's commits a second beside pgbench's single-row INSERTs of the same rounds."""
    limits = kept.get(COMMITS, {}).get(COMMITS, {})
    if not limits:
        return
    possible = [run["commits_per_second"] for run in limits.values()]
    yield f"pgbench, 8 clients, one row a commit: {spread(possible, 0)} commits/s.\n"
    yield from heading("", ["commits/s in the burst", "share of pgbench's"])
    for peer in peers:
        runs = kept.get(BURST, {}).get(peer.name, {})
        commits = [rate(run) * wal("commits")(run) for run in runs.values()]
        shares = [
            100 * rate(run) * wal("commits")(run) / limit["commits_per_second"] for run, limit in paired(runs, limits)
        ]
        yield row([peer.title, spread(commits, 0), spread(shares, 0, suffix=" %")])
    yield ""


def runs_of(kept: KeptRuns, figure: str, peer: Peer) -> list[Run]:
    """Return the runs of a peer in the order of their rounds."""
    return [run for _, run in sorted(kept.get(figure, {}).get(peer.name, {}).items())]


def spread(values: Sequence[float], digits: int, *, suffix: str = "") -> str:
    """Return the median with the least and the most."""
    if not values:
        return "-"
    median, least, most = (f"{each:,.{digits}f}" for each in (statistics.median(values), min(values), max(values)))
    return f"{median}{suffix}" if len(values) == 1 else f"{median}{suffix} ({least}–{most})"


def describe(run: Run) -> str:
    """Return a run in one line, for who watches."""
    said = f"{rate(run):6.0f} sagas/s  p50 {latency(50)(run):7.1f}  p99 {latency(99)(run):7.1f} ms"
    if "settled_after_fault" in run:
        said = f"settled {run['settled_after_fault']:5.1f} s after the fault, {run['lost']} lost"
    return f"{said}  load {run['load']}" if "load" in run else said


def describe_runs(kept: KeptRuns) -> Iterable[str]:
    """Yield when and of what the runs of each figure are."""
    yield from heading("figure", ["runs", "from, UTC", "to, UTC", "commit", "load average before a run"])
    for figure in FIGURES:
        runs = [run for rounds in kept.get(figure.name, {}).values() for run in rounds.values()]
        if runs:
            at, commits = sorted(run["at"][:16] for run in runs), sorted({run["commit"] for run in runs})
            load = spread([run["load"] for run in runs], 1)
            yield row([figure.name, str(len(runs)), at[0], at[-1], ", ".join(commits), load])
    yield "\nAt a load above 1 somebody else used the cores too. A commit with a + is one beside main.\n"


def heading(first: str, others: Sequence[str]) -> Iterable[str]:
    """Yield the two lines above a table."""
    yield row([first, *others])
    yield "|---" * (len(others) + 1) + "|"


def row(cells: Sequence[str]) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |"
