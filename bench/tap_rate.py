"""`python -m bench.tap_rate`: seconds to an answered tap while people tap at a fixed rate.

Ninety people tap through their menus, thirty taps a second in all; a tap is sent when it is due, whether or not the
ones before it are answered. Printed: median, p99 and worst, and what the bot used meanwhile.
"""

import argparse
import asyncio
import shutil
import statistics
import time

import uvloop

from bench.report import find_p99, print_line
from bench.strangers import FIRST_HONEST, MENU_TAPS, greet, memory_of, processor_seconds_of
from sandbox.launch.campuses import Campus, create_campus
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack
from sandbox.people.control_clients import TAP_ANSWER_TIMEOUT_SECONDS, TelegramControl, open_control

RATE = 30.0
SECONDS = 60
SECONDS_BETWEEN_TAPS = 3.0  # of one person: twenty a minute, as our own rate limit allows
MAX_CONCURRENT_GREETINGS = 4
MAX_SECONDS = 540.0


def main() -> None:
    """Measure on one CampusG with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.tap_rate", description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE, help="taps a second (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long (default: %(default)s)")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-tap-rate"
    shutil.rmtree(folder, ignore_errors=True)
    campus = create_campus(folder, "north", 10, runners=2)
    try:
        with running_stack(StackConfig(folder=folder, campuses=(campus,)), print_line) as stack:
            uvloop.run(asyncio.wait_for(run_taps(stack, campus, options.rate, options.seconds), MAX_SECONDS))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def run_taps(stack: Stack, campus: Campus, rate: float, seconds: int) -> None:
    """Let everybody open their chat, then let them tap; print the figures."""
    people = range(FIRST_HONEST, FIRST_HONEST + round(rate * SECONDS_BETWEEN_TAPS))
    slots = asyncio.Semaphore(MAX_CONCURRENT_GREETINGS)
    async with open_control(TelegramControl, stack.telegram_url) as telegram:

        async def greet_in_turn(person: int) -> int:
            async with slots:
                return await greet(telegram, campus, person)

        menus = dict(zip(people, await asyncio.gather(*(greet_in_turn(person) for person in people)), strict=True))
        pid = stack.processes["bot"].pid
        used = processor_seconds_of(pid)
        began = time.monotonic()
        tasks = []
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(began + number / rate - time.monotonic(), 0.0))
            person = people[number % len(people)]
            action = MENU_TAPS[number // len(people) % len(MENU_TAPS)]
            tasks.append(asyncio.create_task(tap_once(telegram, campus, person, menus[person], action)))
        waited = await asyncio.gather(*tasks)
        took = time.monotonic() - began
    print_figures(waited, took)
    print_line(f"the bot: {processor_seconds_of(pid) - used:.1f} s of processor, {memory_of(pid):.0f} MB")


async def tap_once(telegram: TelegramControl, campus: Campus, person: int, message: int, action: str) -> float:
    """Tap a button of a menu, and return the seconds to the answer; those that Telegram waits, if none comes."""
    answer = await telegram.answer_to(await telegram.tap(person, campus.bot, message, f"v1:{action}:0:1"))
    return float(answer["answered_at"] - answer["tapped_at"]) if answer["answered"] else TAP_ANSWER_TIMEOUT_SECONDS


def print_figures(waited: list[float], took: float) -> None:
    """Print how long the taps waited for their answers."""
    p99 = find_p99(waited)
    print_line(
        f"{len(waited)} taps in {took:.0f} s: median {statistics.median(waited) * 1000:.0f} ms,"
        f" p99 {p99 * 1000:.0f} ms, worst {max(waited) * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
