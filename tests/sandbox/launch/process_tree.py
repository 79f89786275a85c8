"""Processes and all that descend from them, so that a test can tell when the last one is gone."""

import subprocess
import time

EXIT_TIMEOUT_SECONDS = 10.0  # seconds a killed family may take to be gone


def descendants(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in listing.splitlines():
        child, parent = (int(word) for word in line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for member in found:
        found.extend(children.get(member, []))
    return found


def running_pids(pids: list[int]) -> list[int]:
    """Return those processes that still run; one that only waits to be buried does not."""
    listing = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    running = {int(line.split()[0]) for line in listing.splitlines() if "Z" not in line.split()[1]}
    return [pid for pid in pids if pid in running]


def wait_until_gone(pids: list[int]) -> bool:
    """Wait until none of them runs; False when some still does after a while."""
    deadline = time.monotonic() + EXIT_TIMEOUT_SECONDS
    while running_pids(pids):
        if time.monotonic() > deadline:
            return False
    return True
