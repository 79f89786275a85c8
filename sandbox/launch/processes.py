"""Child processes that end with this process and log to a file: start, wait and stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL_INTERVAL_SECONDS = 0.03
STOP_TIMEOUT_SECONDS = 5.0  # before a process is killed


class LaunchError(Exception):
    """A process could not be started or did not become ready; the sentence is for the person at the terminal."""


def sleep_between_polls() -> None:
    """Sleep between two polls; a caller that must be able to give up passes another pause, which raises."""
    time.sleep(POLL_INTERVAL_SECONDS)


def print_flushed(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to run one process."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path | None = None
    prefix: Sequence[str] = ()  # runs the command, for example as another user
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL  # sent by the kernel when this process ends


@dataclass(slots=True)
class Process:
    """A running or ended process of a program."""

    program: Program
    started: "subprocess.Popen[bytes]" = field(repr=False)
    log_offset: int = 0

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self.started.pid

    @property
    def exit_code(self) -> int | None:
        """Return the exit code (negative for the signal that ended it), or None while it runs."""
        return self.started.poll()

    def read_output(self) -> str:
        """Return the output since the last start."""
        with self.program.log.open("rb") as log:
            log.seek(self.log_offset)
            return log.read().decode(errors="replace")

    def last_lines(self, count: int = 8) -> str:
        """Return the last lines of the output since the last start."""
        return "\n".join(self.read_output().splitlines()[-count:])

    def wait_until(
        self, ready: Callable[[], bool], *, timeout: float, pause: Callable[[], None] = sleep_between_polls
    ) -> None:
        """Block until `ready()` is true.

        Raises LaunchError when the process ends first, or after `timeout` seconds, when it is killed.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if self.exit_code is not None:
                raise LaunchError(f"{self.name} ended with {self.exit_code} before it was ready:\n{self.last_lines()}")
            if time.monotonic() > deadline:
                self.kill()
                raise LaunchError(f"{self.name} was not ready within {timeout:.0f} s:\n{self.last_lines()}")
            pause()

    def wait(self, *, timeout: float, pause: Callable[[], None] = sleep_between_polls) -> int:
        """Block until the process ends and return its exit code.

        Raises LaunchError after `timeout` seconds, when it is killed.
        """
        deadline = time.monotonic() + timeout
        while (code := self.exit_code) is None:
            if time.monotonic() > deadline:
                self.kill()
                raise LaunchError(f"{self.name} had not ended after {timeout:.0f} s:\n{self.last_lines()}")
            pause()
        return code

    def request_stop(self) -> None:
        """Send the program's stop signal; does nothing when the process has ended."""
        if self.exit_code is None:
            self.started.send_signal(self.program.stop_signal)

    def stop(self, timeout: float = STOP_TIMEOUT_SECONDS) -> int:
        """Send the stop signal, kill the process after `timeout` seconds, and return its exit code."""
        self.request_stop()
        return self.wait_or_kill(timeout)

    def wait_or_kill(self, timeout: float) -> int:
        """Wait `timeout` seconds for the end, then kill the process; return its exit code."""
        try:
            return self.started.wait(timeout)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """Send SIGKILL and return the exit code; does nothing more when the process has ended."""
        self.started.kill()
        return self.started.wait()

    def restart(self) -> None:
        """Start the program again under the same handle; the old process must have ended."""
        fresh = start_process(self.program)
        self.started, self.log_offset = fresh.started, fresh.log_offset


def start_process(program: Program) -> Process:
    """Start a program with its output appended to its log.

    On Linux the kernel ends it when this process ends. The kernel watches the thread that started it, so only the main
    thread may start a program; another thread raises LaunchError.
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
            process_group=0,  # Ctrl-C reaches only this process, which stops the others in order
        )
    return Process(program, child, offset)


def stop_together(processes: Iterable[Process], timeout: float = STOP_TIMEOUT_SECONDS) -> None:
    """Send the stop signals at once and kill the processes that have not ended after `timeout` seconds."""
    asked = [process for process in processes if process.exit_code is None]
    for process in asked:
        process.request_stop()
    deadline = time.monotonic() + timeout
    for process in asked:
        process.wait_or_kill(max(0.0, deadline - time.monotonic()))


def parent_death_command(ending: signal.Signals) -> list[str]:
    """Return the command prefix that makes a program end with this process (see tether.py)."""
    if sys.platform != "linux":
        return []
    script = Path(__file__).with_name("tether.py")
    return [sys.executable, "-I", "-S", str(script), str(os.getpid()), str(int(ending))]
