"""`python -m bench.strangers`: seconds to an answered tap while strangers write in groups of their own.

Each stranger writes /board once a second in a group that the bot is in. Each honest person taps through menus every
three seconds. The stand-in for Telegram, on this machine, answers 429 above Telegram's limits.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import time
from dataclasses import replace
from pathlib import Path

import uvloop

from bench.report import find_p99, print_line
from sandbox.launch.campuses import Campus, create_campus
from sandbox.launch.processes import start_process
from sandbox.launch.stack import PROJECT, Stack, StackConfig
from sandbox.people.control_clients import TAP_ANSWER_TIMEOUT_SECONDS, PlayError, TelegramControl, open_control

STRANGERS = 20  # each in a group of their own
HONEST_PEOPLE = 20
SECONDS = 60
MAX_SECONDS = 300
WRITING_INTERVAL_SECONDS = 1.0  # Telegram lets a person write about once a second
TAP_INTERVAL_SECONDS = 3.0  # twenty a minute, as our own rate limit allows
FIRST_STRANGER, FIRST_HONEST = 900_001, 950_001
FIRST_GROUP = -1_001_900_000_000
MENU_TAPS = ("my_orders", "home", "deliver_food", "home", "me", "home")
GREETING_TIMEOUT_SECONDS = 60.0
HEADINGS = f"{'':10}{'taps':>6}{'median':>10}{'p99':>10}{'worst':>10}{'unanswered':>12}{'written':>9}   the bot"


def main() -> None:
    """Measure with webhooks, with polling or both, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.strangers", description=__doc__)
    parser.add_argument("--strangers", type=int, default=STRANGERS, help="how many (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long (default: %(default)s)")
    parser.add_argument("--interval", type=float, default=WRITING_INTERVAL_SECONDS, help="seconds between two messages")
    parser.add_argument("--mode", choices=("webhook", "polling", "both"), default="both")
    parser.add_argument(
        "--bot", type=Path, default=PROJECT, help="the folder of the bot to measure (default: this one)"
    )
    parser.add_argument("--runners", action="store_true", help="runners write in the runner group instead")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-strangers"
    print_line(HEADINGS)
    for mode in ("webhook", "polling") if options.mode == "both" else (options.mode,):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            measure(folder, options, webhooks=mode == "webhook")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, options: argparse.Namespace, *, webhooks: bool) -> None:
    """Start CampusG without workers, let people write and tap, and print a line of the table."""
    campus = create_campus(folder, "north", 10, runners=options.strangers)
    stack = Stack(StackConfig(folder=folder, campuses=(campus,), webhooks=webhooks), lambda _line: None)
    try:
        stack.start_dependencies()
        stack.processes["bot"] = start_process(replace(stack.build_program("bot", "bot"), folder=options.bot.resolve()))
        stack.wait_ready("bot")
        seconds = min(options.seconds, MAX_SECONDS)
        run = run_load(stack, campus, options, seconds)
        uvloop.run(asyncio.wait_for(run, MAX_SECONDS + 4 * GREETING_TIMEOUT_SECONDS))
    finally:
        stack.stop()


async def run_load(stack: Stack, campus: Campus, options: argparse.Namespace, seconds: int) -> None:
    """Prepare everybody, then let all of them write and tap at the same time."""
    async with open_control(TelegramControl, stack.telegram_url) as telegram:
        honest = range(FIRST_HONEST, FIRST_HONEST + HONEST_PEOPLE)
        menus = [await greet(telegram, campus, person) for person in honest]
        if options.runners:
            writers = [(runner.id, campus.runner_group) for runner in campus.runners]
        else:
            writers = [await make_group(telegram, campus, number) for number in range(options.strangers)]
        await telegram.post("limits", enabled=True)
        pid = stack.processes["bot"].pid
        memory, processor, ends_at = memory_of(pid), processor_seconds_of(pid), time.monotonic() + seconds
        delays = [options.interval * at / len(writers) for at in range(len(writers))]  # not all in the same moment
        written = asyncio.gather(
            *(
                write_on(telegram, ends_at, *writer, delay=delay, interval=options.interval)
                for writer, delay in zip(writers, delays, strict=True)
            )
        )
        tapped = await asyncio.gather(
            *(tap_on(telegram, campus, ends_at, *menu) for menu in zip(honest, menus, strict=True))
        )
        print_figures(
            "webhook" if stack.config.webhooks else "polling",
            [each for figures in tapped for each in figures],
            sum(await written),
            f"{memory:.0f} -> {memory_of(pid):.0f} MB, {processor_seconds_of(pid) - processor:.1f} s of processor",
        )


async def greet(telegram: TelegramControl, campus: Campus, person: int) -> int:
    """Let an honest person follow the invite link; return the message with the menu."""
    await telegram.post("users", id=person, first_name="Mei")
    await telegram.write(person, campus.bot, f"/start {campus.invite_code}")
    async with asyncio.timeout(GREETING_TIMEOUT_SECONDS):
        while True:
            messages = await telegram.get("messages", chat=campus.bot, user=person)
            if any(one["from"]["is_bot"] and one["buttons"] for one in messages):
                return int(messages[-1]["message_id"])
            await asyncio.sleep(0.05)


async def make_group(telegram: TelegramControl, campus: Campus, number: int) -> tuple[int, int]:
    """Create a group with a stranger and the bot, which an admin added, so that it stays; return both ids."""
    stranger, group = FIRST_STRANGER + number, FIRST_GROUP - number
    await telegram.post("users", id=stranger, first_name="Eve")
    members = [campus.admin.id, stranger]
    await telegram.post("groups", id=group, title="Elsewhere", members=members, bots=[campus.bot])
    return stranger, group


async def write_on(
    telegram: TelegramControl, ends_at: float, person: int, group: int, *, delay: float, interval: float
) -> int:
    """Write /board in the group until the time is over, first after `delay` seconds; return how often."""
    written = 0
    await asyncio.sleep(delay)
    while time.monotonic() < ends_at:
        next_at = time.monotonic() + interval
        await telegram.write(person, group, "/board")
        written += 1
        await asyncio.sleep(max(next_at - time.monotonic(), 0.0))
    return written


async def tap_on(telegram: TelegramControl, campus: Campus, ends_at: float, person: int, message: int) -> list[float]:
    """Tap through the menus until the time is over; return the seconds to each answer, infinity for none."""
    figures: list[float] = []
    await asyncio.sleep(TAP_INTERVAL_SECONDS * (person % HONEST_PEOPLE) / HONEST_PEOPLE)
    while time.monotonic() < ends_at:
        next_at = time.monotonic() + TAP_INTERVAL_SECONDS
        data = f"v1:{MENU_TAPS[len(figures) % len(MENU_TAPS)]}:0:1"
        try:
            answer = await telegram.answer_to(await telegram.tap(person, campus.bot, message, data))
        except PlayError:
            return figures
        is_answered = answer["answered"]
        figures.append(answer["answered_at"] - answer["tapped_at"] if is_answered else float("inf"))
        await asyncio.sleep(max(next_at - time.monotonic(), 0.0))
    return figures


def print_figures(mode: str, seconds: list[float], written: int, bot: str) -> None:
    """Print a line of the table; a tap without an answer counts as long as Telegram waits for one."""
    capped = [min(each, TAP_ANSWER_TIMEOUT_SECONDS) for each in seconds]
    p99 = find_p99(capped)
    figures = "".join(f"{each:>8.3f} s" for each in (statistics.median(capped), p99, max(capped)))
    unanswered = sum(each == float("inf") for each in seconds)
    print_line(f"{mode:10}{len(seconds):>6}{figures}{unanswered:>12}{written:>9}   {bot}")


def memory_of(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000


def processor_seconds_of(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
