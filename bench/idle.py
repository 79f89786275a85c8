"""`python -m bench.idle`: what a CampusG without orders costs, and how long its processes take to start.

Ten campuses, one worker, one bot that polls. The seconds of the processor are those of the processes alone, without
the stand-ins; the start of a process is beside the time that its imports take alone.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.report import print_line
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack

CAMPUSES = 10
IDLE_SECONDS = 30.0
SETTLING_SECONDS = 5.0  # until what a start does is done
STARTS = 3
IMPORTED = {"bot": "bot.app", "worker-1": "workers.app"}


def cpu_seconds(pid: int) -> float:
    """Return the seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """Return the memory of a process that is in use."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure_idle(stack: Stack) -> None:
    """Print the share of a core and the memory of each process that does nothing."""
    time.sleep(SETTLING_SECONDS)
    names = (*IMPORTED, "postgres", "valkey")
    pids = {name: stack.processes[name].pid for name in names if name in stack.processes}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    time.sleep(IDLE_SECONDS)
    for name, pid in pids.items():
        share = (cpu_seconds(pid) - before[name]) / IDLE_SECONDS
        print_line(f"idle {name}: {share:.2%} of a core, {resident_megabytes(pid):.0f} MB")


def measure_starts(stack: Stack) -> None:
    """Print how long each process takes until it is ready, beside its imports alone; medians."""
    for name, module in IMPORTED.items():
        starts, imports = [], []
        for _ in range(STARTS):
            began = time.monotonic()
            subprocess.run([sys.executable, "-c", f"import {module}"], cwd=PROJECT, check=True)
            imports.append(time.monotonic() - began)
            stack.processes[name].stop()
            began = time.monotonic()
            stack.processes[name].restart()
            stack.wait_ready(name)
            starts.append(time.monotonic() - began)
        ready, alone = statistics.median(starts), statistics.median(imports)
        print_line(f"start of {name}: {ready:.2f} s, of which imports {alone:.2f} s: {ready - alone:+.2f} s")


def main() -> None:
    """Measure with temporary data."""
    argparse.ArgumentParser(prog="python -m bench.idle", description=__doc__).parse_args()
    folder = PROJECT / ".data" / "bench-idle"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    campuses = tuple(create_campus(folder, f"campus{at}", 10 + at) for at in range(CAMPUSES))
    try:
        with running_stack(StackConfig(folder=folder, campuses=campuses), print_line) as stack:
            measure_idle(stack)
            measure_starts(stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
