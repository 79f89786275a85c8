"""`make crash`: kill a real process at every point of every step of every saga, and print what became of it."""

import argparse
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvloop

from sandbox.crash.cases import AT_ONCE, Case, CasesError, all_cases, batches
from sandbox.crash.ground import Victim, open_ground
from sandbox.crash.report import HEAD, line, totals
from sandbox.crash.round import Outcome, kill_once
from sandbox.launch.processes import LaunchError
from sandbox.launch.stack import Plan, Stack
from sandbox.play.quarters import Quarter, cast_of_all, found_quarter

CAMPUSES = max(AT_ONCE.values())  # a campus for each case of a kill, so that no group is told too much
FIRST_CAMPUS = 3  # as numbers go (see found_quarter)


def main() -> int:
    """Run the chosen cases; 0 when all settled in time and the books are clean."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.crash", description=__doc__)
    parser.add_argument("steps", type=Path, help="the pinned list of every saga's steps, as JSON")
    parser.add_argument(
        "--only", default="", help="a part of a case's name, like create_order or 'capture_payment / sent'"
    )
    options = parser.parse_args()
    try:
        cases = [case for case in all_cases(options.steps) if options.only in str(case)]
        with tempfile.TemporaryDirectory(prefix="campusg-crash-", ignore_cleanup_errors=True) as folder:
            return run(Path(folder), cases)
    except (CasesError, LaunchError) as failure:
        print(failure, file=sys.stderr)
        return 1


def run(folder: Path, cases: Sequence[Case]) -> int:
    """Play the cases on throw-away data in this folder."""
    runners = 2 * (len(cases) // CAMPUSES + 1)
    quarters = tuple(found_quarter(folder, f"crash{at}", FIRST_CAMPUS + at, runners=runners) for at in range(CAMPUSES))
    with surroundings(folder, quarters) as stack:
        outcomes = uvloop.run(play(stack, quarters, cases))
        print(stack.run("workers.audit"))
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


@contextmanager
def surroundings(folder: Path, quarters: tuple[Quarter, ...]) -> Iterator[Stack]:
    """Everything but the bot and the worker, for the length of a block."""
    files = tuple(quarter.campus.file for quarter in quarters)
    stack = Stack(Plan(folder=folder, cast=cast_of_all(quarters), campus_files=files), say)
    try:
        stack.start_surroundings()
        yield stack
    finally:
        stack.stop()


async def play(stack: Stack, quarters: tuple[Quarter, ...], cases: Sequence[Case]) -> Sequence[Outcome]:
    """All the cases, batch by batch, told as they come."""
    outcomes: list[Outcome] = []
    async with open_ground(stack, quarters, tuple(Victim)) as ground:
        await ground.stripe.post("/sim/webhooks", {"drop": True})  # nothing may depend on them
        say(HEAD)
        began, kills, last = time.monotonic(), 0, 0
        left = deque(batches(cases))
        while left:
            batch = left.popleft()
            found, last = await kill_once(ground, batch, last)
            kills += 1
            for outcome in found:
                if outcome.missed and len(batch) > 1:
                    left.append([outcome.case])  # what another one keeps back may stand in its way: again, alone
                    continue
                outcomes.append(outcome)
                say(line(outcome))
        say(totals(outcomes, kills, time.monotonic() - began))
    return outcomes


def say(words: str) -> None:
    """Print at once, also into a pipe."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
