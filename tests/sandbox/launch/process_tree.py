"""Lists a process and its descendants, so that a test can tell when the last one is gone."""

import subprocess
import time

EXIT_TIMEOUT_SECONDS = 10.0  # how long killed processes may take to be gone


def descendants(pid: int) -> list[int]:
    """Return a process and all its descendants."""
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
    """Return the processes that still run. A zombie does not run."""
    listing = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True).stdout
    running = {int(line.split()[0]) for line in listing.splitlines() if "Z" not in line.split()[1]}
    return [pid for pid in pids if pid in running]


def wait_until_gone(pids: list[int]) -> bool:
    """Wait until none of them runs. Return False when one still runs after EXIT_TIMEOUT_SECONDS."""
    deadline = time.monotonic() + EXIT_TIMEOUT_SECONDS
    while running_pids(pids):
        if time.monotonic() > deadline:
            return False
    return True
