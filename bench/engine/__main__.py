"""`make bench`: measure what is missing of the figures, interleaved, and write bench/results.md from what was kept.

A run that was kept is not repeated: interrupt it and go on later. ONLY=paced or ONLY=campusg,arq measures a part;
FRESH=1 forgets what was kept and begins anew.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import uvloop

from bench.engine import kept_runs, plots, results
from bench.engine.catalogue import BURST, COMMITS, FIGURES, PEERS, Figure, Peer
from bench.engine.commit_rate import measure_commits
from bench.engine.environments import install, install_restate
from bench.engine.machine import keep_machine
from bench.engine.run import measure
from bench.engine.servers import Servers, prepare_server, prepare_template, running_servers
from bench.report import print_line
from sandbox.launch.stack import PROJECT

ROUNDS = 3
Work = tuple[int, Figure, Peer]


def main() -> None:
    """Measure, then write the table and the plots."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    parser.add_argument("--only", default="", help="figures and peers, by commas (default: all)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="forget the kept runs first")
    options = parser.parse_args()
    if options.fresh:
        kept_runs.forget()
    figures, peers = choose([name for name in options.only.split(",") if name])
    missing = [
        (number, figure, peer)
        for number, figure, peer in plan(options.rounds, figures, peers)
        if not kept_runs.is_kept(figure.name, peer.name, number)
    ]
    if missing:
        measure_all(missing)
    results.write(kept_runs.load())
    plots.draw(kept_runs.load())


def choose(names: Sequence[str]) -> tuple[list[Figure], list[Peer]]:
    """Return the figures and peers of these names; no figure or no peer among them means all."""
    unknown = set(names) - {each.name for each in (*FIGURES, *PEERS)}
    if unknown:
        raise SystemExit(f"ONLY knows no {', '.join(sorted(unknown))}")
    figures = [figure for figure in FIGURES if figure.name in names] or list(FIGURES)
    return figures, [peer for peer in PEERS if peer.name in names] or list(PEERS)


def plan(rounds: int, figures: Sequence[Figure], peers: Sequence[Peer]) -> Iterator[Work]:
    """Yield the runs in the order in which they are made: in each round every peer, another one first each time."""
    for number in range(rounds):
        turned = [*peers[number % len(peers) :], *peers[: number % len(peers)]]
        for figure in figures:
            yield from ((number, figure, peer) for peer in turned if figure.only is None or peer.name in figure.only)


def measure_all(missing: Sequence[Work]) -> None:
    """Start the servers, make the runs and keep each as soon as it is made."""
    folder = PROJECT / ".data" / "bench-engine"
    shutil.rmtree(folder, ignore_errors=True)
    for environment in sorted({peer.environment for _, _, peer in missing if peer.environment}):
        print_line(f"installing the environment {environment}")
        install(environment)
    if any(peer.has_server for _, _, peer in missing):
        install_restate()
    try:
        with running_servers(folder) as servers:
            uvloop.run(make_runs(servers, missing))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def make_runs(servers: Servers, missing: Sequence[Work]) -> None:
    """Make the runs one after the other; nothing else of ours is at work meanwhile."""
    keep_machine()
    await prepare_server(servers)
    for peer in dict.fromkeys(peer for _, _, peer in missing):
        await prepare_template(servers, peer)
    commit, probes = find_commit(), {number for number, figure, _ in missing if figure.name == BURST}
    for number, figure, peer in missing:
        if figure.name == BURST and number in probes:  # again, if a burst of the round is made again
            probes.discard(number)
            kept_runs.keep(COMMITS, COMMITS, number, describe_moment() | await measure_commits(servers))
        when = describe_moment() | {"commit": commit}
        result = await measure(servers, peer, figure)
        kept_runs.keep(figure.name, peer.name, number, when | result)
        print_line(f"{number + 1}. {figure.name:12}{peer.name:16}{results.describe(result)}")
        await asyncio.sleep(0)


def describe_moment() -> dict[str, Any]:
    """Return when a run begins, and the load average before it."""
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "load": round(os.getloadavg()[0], 2)}


def find_commit() -> str:
    """Return the commit that is measured, with a + when files differ from it."""
    command = ("git", "describe", "--always", "--dirty=+", "--exclude=*")
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
