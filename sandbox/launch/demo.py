"""`make demo`: runs a whole CampusG on this machine until it is interrupted."""

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

from sandbox.launch.campuses import KAI, MEI, copy_campus, format_limits
from sandbox.launch.processes import LaunchError, Process, sleep_between_polls
from sandbox.launch.stack import PROJECT, Stack, StackConfig
from sandbox.launch.telegram_accounts import write_first_message

RESTART_DELAY_SECONDS = 1.0  # limits the load of a process that ends again and again
MAX_RESTARTS = 5  # of one process; after that a restart does not help
DEMO_FOLDER = PROJECT / ".data" / "demo"

PrintLine = Callable[[str], None]


def run_demo(
    folder: Path, print_line: PrintLine, *, database_url: str | None = None, redis_url: str | None = None
) -> None:
    """Start everything with its data in `folder`, print instructions, and run until interrupted.

    Raises LaunchError when it cannot start or a process ends too often. Stops everything in any case.
    """
    began = time.monotonic()
    campus = copy_campus(folder)
    ana, sam = campus.runners[0].id, campus.admin.id
    config = StackConfig(
        folder=folder,
        campuses=(campus,),
        customers=(MEI, KAI),
        page_chats=(
            f"{MEI.id}:{campus.bot}:orders food:{campus.invite_code}",
            f"{ana}:{campus.bot}:delivers",
            f"{ana}:{campus.runner_group}:delivers",
            f"{sam}:{campus.admin_chat}:admin",
        ),
        durable=True,
        database_url=database_url,
        redis_url=redis_url,
    )
    with lock_data_folder(folder), stopping_on_signals() as pause:
        stack = Stack(config, print_line, pause)
        try:
            stack.start()
            for person in (*campus.runners, campus.admin):  # a bot cannot write to a person before
                write_first_message(stack.telegram_url, person, campus.bot, "/start")
            # /bind makes the invite link that approved runners get.
            write_first_message(stack.telegram_url, campus.admin, campus.runner_group, "/bind")
            print_instructions(stack, print_line, seconds=time.monotonic() - began)
            open_browser(stack.page_url)
            restart_dead_processes(stack, print_line, pause)
        except KeyboardInterrupt:
            print_line("stopping")
        finally:
            stack.stop()


@contextmanager
def lock_data_folder(folder: Path) -> Iterator[None]:
    """Lock the data folder for this process; raise LaunchError when another process has locked it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError(f"Another demo runs with its data in {folder}: stop that one first.") from None
        yield


@contextmanager
def stopping_on_signals() -> Iterator[Callable[[], None]]:
    """Yield a pause that raises KeyboardInterrupt after SIGINT, SIGTERM or SIGHUP.

    The signal handler only records the signal. An exception raised at an arbitrary point could leave a lock of
    subprocess locked for ever, and then no process could be stopped.
    """
    received_signals: list[int] = []

    def pause() -> None:
        if received_signals:
            raise KeyboardInterrupt
        sleep_between_polls()

    signal_numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous_handlers = {
        signal_number: signal.signal(signal_number, lambda number, _frame: received_signals.append(number))
        for signal_number in signal_numbers
    }
    try:
        yield pause
    finally:
        for signal_number, handler in previous_handlers.items():
            signal.signal(signal_number, handler)


def print_instructions(stack: Stack, print_line: PrintLine, *, seconds: float) -> None:
    """Print where everything is, and write the settings to a file for a shell."""
    settings = stack.config.folder / "environment"
    settings.touch(mode=0o600)  # a given DATABASE_URL may contain a password
    settings.write_text("".join(f"export {name}={quote(value)}\n" for name, value in stack.environment.items()))
    print_line(f"ready in {seconds:.0f} s")
    print_line("")
    print_line(f"  the chats    {stack.page_url}   everybody's, side by side; press Start in Mei's and order something")
    print_line("               or in other terminals: make chat AS=mei (orders), ana (runs), sam (steers)")
    print_line("  the way in   mei and kai begin with /start north-2026, the others with /start")
    print_line(
        "  the bank     follow the links in the chats; card 4242 4242 4242 4242 pays, 4000 0000 0000 0341 is declined;"
    )
    print_line("               with #2 behind it, it is another card: one that is new pays for little in a day")
    print_line("  the console  [Console, as Sam] on that page: the day, the money, and each order step by step")
    print_line(f"  the logs     {stack.config.folder / 'logs'}")
    print_line(f"  the books    . {settings} && .venv/bin/python -m workers.audit")
    print_line(f"  Stripe       {stack.stripe_url}/dashboard   its dashboard: refund, capture ... and watch the chats")
    print_line("")
    print_line(format_limits())
    print_line("Ctrl-C stops it; the next start goes on with the same data.")


def open_browser(url: str) -> None:
    """Open the page in a browser if there is a screen and a terminal; ignore failures."""
    screen = sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if screen and sys.stdout.isatty():
        with suppress(webbrowser.Error, OSError):
            webbrowser.open(url)


def restart_dead_processes(stack: Stack, print_line: PrintLine, pause: Callable[[], None]) -> None:
    """Restart processes that end, until interrupted; raise LaunchError when one ends more than MAX_RESTARTS times."""
    restarts: dict[str, int] = {}
    while True:
        for name, process in stack.processes.items():
            if process.exit_code is not None:
                restarts[name] = restarts.get(name, 0) + 1
                restart_process(process, print_line, restarts_left=MAX_RESTARTS - restarts[name])
        pause()


def restart_process(process: Process, print_line: PrintLine, *, restarts_left: int) -> None:
    """Print a process that ended with its last lines and restart it.

    Raises LaunchError when `restarts_left` is negative.
    """
    report = f"{process.name} ended with {process.exit_code}:\n{process.last_lines()}"
    if restarts_left < 0:
        raise LaunchError(f"{report}\n{process.name} died {MAX_RESTARTS + 1} times; see {process.program.log}")
    print_line(f"{report}\nstarting {process.name} again")
    time.sleep(RESTART_DELAY_SECONDS)
    process.restart()
