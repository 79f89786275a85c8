"""One child process: started so that it cannot outlive us, watched, stopped; what it prints goes to a file."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL_INTERVAL_SECONDS = 0.03  # seconds between two looks at something we wait for
STOP_TIMEOUT_SECONDS = 5.0  # seconds a process gets to end by itself


class LaunchError(Exception):
    """A process could not be started or did not get ready; the sentence is for the person who started us."""


def sleep_between_polls() -> None:
    """Sleep between two looks; who must be able to stop waiting passes a pause that raises."""
    time.sleep(POLL_INTERVAL_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to run one process."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path | None = None
    prefix: Sequence[str] = ()  # what runs the command for us, for example in another user's name
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL  # sent by the kernel when we are gone


@dataclass(slots=True)
class Process:
    """A running (or ended) program, by its name."""

    program: Program
    started: "subprocess.Popen[bytes]" = field(repr=False)
    log_offset: int = 0

    @property
    def name(self) -> str:
        """Return the program's name."""
        return self.program.name

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self.started.pid

    @property
    def exit_code(self) -> int | None:
        """Return the exit code (negative: the signal that ended it), or None while it runs."""
        return self.started.poll()

    def read_output(self) -> str:
        """Return all it has printed since it was started."""
        with self.program.log.open("rb") as log:
            log.seek(self.log_offset)
            return log.read().decode(errors="replace")

    def last_lines(self, count: int = 8) -> str:
        """Return the last lines it printed."""
        return "\n".join(self.read_output().splitlines()[-count:])

    def wait_until(
        self, ready: Callable[[], bool], *, timeout: float, pause: Callable[[], None] = sleep_between_polls
    ) -> None:
        """Block until `ready()`; raise LaunchError when it ends first, or (killing it) after `within` seconds."""
        deadline = time.monotonic() + timeout
        while not ready():
            if self.exit_code is not None:
                raise LaunchError(f"{self.name} ended with {self.exit_code} before it was ready:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                self.kill()
                raise LaunchError(f"{self.name} was not ready within {timeout:.0f} s:\n{self.last_lines()}")
            pause()

    def wait(self, *, timeout: float, pause: Callable[[], None] = sleep_between_polls) -> int:
        """Block until it ends by itself and return its exit code; LaunchError (killing it) after `within` seconds."""
        deadline = time.monotonic() + timeout
        while (code := self.exit_code) is None:
            if time.monotonic() > deadline:
                self.kill()
                raise LaunchError(f"{self.name} had not ended after {timeout:.0f} s:\n{self.last_lines()}")
            pause()
        return code

    def request_stop(self) -> None:
        """Send the program's own stop signal; harmless when it has ended."""
        if self.exit_code is None:
            self.started.send_signal(self.program.stop_signal)

    def stop(self, timeout: float = STOP_TIMEOUT_SECONDS) -> int:
        """Ask it to stop, kill it after `patience` seconds, and return its exit code."""
        self.request_stop()
        return self.wait_or_kill(timeout)

    def wait_or_kill(self, timeout: float) -> int:
        """Give it `patience` seconds to end, then kill it; return its exit code."""
        try:
            return self.started.wait(timeout)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it at once (SIGKILL) and return its exit code; harmless when it has ended."""
        self.started.kill()
        return self.started.wait()

    def restart(self) -> None:
        """Start the program anew under the same handle; the old process must have ended."""
        fresh = start_process(self.program)
        self.started, self.log_offset = fresh.started, fresh.log_offset


def start_process(program: Program) -> Process:
    """Start a program with its output appended to its log.

    On Linux the kernel ends it when this process dies. The kernel means the thread that started it, so only the main
    thread may start one.
    """
    if threading.current_thread() is not threading.main_thread():
        raise LaunchError(f"{program.name} must be started from the main thread, or it would end with its thread")
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        offset = log.tell()
        child = subprocess.Popen(
            [*program.prefix, *parent_death_command(program.orphan_signal), *program.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.folder,
            process_group=0,  # Ctrl-C at the terminal reaches only us; we stop the others in order
        )
    return Process(program, child, offset)


def stop_together(processes: Iterable[Process], timeout: float = STOP_TIMEOUT_SECONDS) -> None:
    """Stop several at once; those that have not ended after `patience` seconds are killed."""
    asked = [process for process in processes if process.exit_code is None]
    for process in asked:
        process.request_stop()
    deadline = time.monotonic() + timeout
    for process in asked:
        process.wait_or_kill(max(0.0, deadline - time.monotonic()))


def parent_death_command(ending: signal.Signals) -> list[str]:
    """Return the words that put before a command make it end with this process (see tether.py)."""
    if sys.platform != "linux":
        return []
    script = Path(__file__).with_name("tether.py")
    return [sys.executable, "-I", "-S", str(script), str(os.getpid()), str(int(ending))]
