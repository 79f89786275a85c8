"""`make demo`: a whole CampusG on this machine, watched until somebody says stop."""

import fcntl
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shlex import quote

from sandbox.launch.people import ANA, BEN, NORTH_BOT, RUNNERS, SAM, say_first, say_hello
from sandbox.launch.processes import LaunchError, Process, nap
from sandbox.launch.stack import PROJECT, Plan, Stack

RESTART_PAUSE = 1.0  # seconds a dead process stays down, so that one which cannot live costs little
RESTARTS = 5  # of one process; then something is wrong that no restart mends
FOLDER = PROJECT / ".data" / "demo"

Say = Callable[[str], None]


def demo(folder: Path, say: Say, *, database_url: str | None = None, redis_url: str | None = None) -> None:
    """Start everything with its data in `folder`, say how to talk to it, and stay until interrupted.

    Raises LaunchError when it cannot start or a process keeps dying. Stops everything in any case.
    """
    began = time.monotonic()
    with sole_use(folder), stopping_on_signals() as pause:
        stack = Stack(Plan(folder=folder, durable=True, database_url=database_url, redis_url=redis_url), say, pause)
        try:
            stack.start()
            say_hello(stack.telegram_url, NORTH_BOT, (ANA, BEN, SAM))
            say_first(stack.telegram_url, SAM, RUNNERS.id, "/bind")  # so that there is a link for those he approves
            greet(stack, say, seconds=time.monotonic() - began)
            open_browser(stack.page_url)
            watch(stack, say, pause)
        except KeyboardInterrupt:
            say("stopping")
        finally:
            stack.stop()


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process alone; raise LaunchError when another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError(f"Another demo runs with its data in {folder}: stop that one first.") from None
        yield


@contextmanager
def stopping_on_signals() -> Iterator[Callable[[], None]]:
    """Yield a pause that raises KeyboardInterrupt once Ctrl-C, SIGTERM or SIGHUP came.

    The signal itself only leaves a note: raised wherever we happen to be, the exception can leave a lock of subprocess
    taken for ever, and then nothing can be stopped any more.
    """
    came: list[int] = []

    def pause() -> None:
        if came:
            raise KeyboardInterrupt
        nap()

    ways = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {way: signal.signal(way, lambda number, _frame: came.append(number)) for way in ways}
    try:
        yield pause
    finally:
        for way, handler in before.items():
            signal.signal(way, handler)


def greet(stack: Stack, say: Say, *, seconds: float) -> None:
    """Say where everything is, and leave the settings in a file that a shell can read."""
    settings = stack.plan.folder / "environment"
    settings.touch(mode=0o600)  # a DATABASE_URL that was given may hold a password
    settings.write_text("".join(f"export {name}={quote(value)}\n" for name, value in stack.environment.items()))
    say(f"ready in {seconds:.0f} s")
    say("")
    say(f"  the chats    {stack.page_url}   everybody's, side by side; press Start in Mei's and order something")
    say("               or in other terminals: make chat AS=mei (orders), ana (runs), sam (steers)")
    say("  the way in   mei and kai begin with /start north-2026, the others with /start")
    say("  the bank     follow the links in the chats; card 4242 4242 4242 4242 pays, 4000 0000 0000 0341 is declined")
    say(f"  the logs     {stack.plan.folder / 'logs'}")
    say(f"  the books    . {settings} && .venv/bin/python -m workers.audit")
    say("")
    say("Ctrl-C stops it; the next start goes on with the same data.")


def open_browser(url: str) -> None:
    """Show the page, when somebody sits at a screen; whatever goes wrong with that, the demo goes on."""
    screen = sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if screen and sys.stdout.isatty():
        with suppress(webbrowser.Error, OSError):
            webbrowser.open(url)


def watch(stack: Stack, say: Say, pause: Callable[[], None]) -> None:
    """Bring back what dies, for ever; raise LaunchError when one process dies too often."""
    restarts: dict[str, int] = {}
    while True:
        for name, process in stack.processes.items():
            if process.ended is not None:
                restarts[name] = restarts.get(name, 0) + 1
                bring_back(process, say, left=RESTARTS - restarts[name])
        pause()


def bring_back(process: Process, say: Say, *, left: int) -> None:
    """Name a process that died with its last words, and start it anew if it may die `left` more times."""
    report = f"{process.name} ended with {process.ended}:\n{process.last_lines()}"
    if left < 0:
        raise LaunchError(f"{report}\n{process.name} died {RESTARTS + 1} times; see {process.program.log}")
    say(f"{report}\nstarting {process.name} again")
    time.sleep(RESTART_PAUSE)
    process.restart()
