"""`make crash`: kill a real process at every point of every step of every saga, and print what became of each case."""

import argparse
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import uvloop

from sandbox.crash.crash_report import TABLE_HEADER, format_case_line, format_totals
from sandbox.crash.crash_stack import KilledProcess, start_crash_stack
from sandbox.crash.process_kill import CrashCaseOutcome, kill_process_once
from sandbox.crash.scenarios.crash_cases import (
    MAX_CASES_PER_KILL,
    CaseCoverageError,
    CrashCase,
    batch_cases,
    list_crash_cases,
)
from sandbox.launch.campuses import create_campus, format_limits
from sandbox.launch.processes import LaunchError, print_flushed
from sandbox.launch.stack import Stack, StackConfig

# a campus for each case of a kill, so that no runner group reaches Telegram's rate limit
CAMPUS_COUNT = max(MAX_CASES_PER_KILL.values())
FIRST_CAMPUS_NUMBER = 3  # the `number` of create_campus
RUNNERS_PER_CASE = 4  # two for each run: a case whose point was missed runs again, alone


def main() -> int:
    """Run the chosen cases. Return 0 when every saga ended in time and the audit found no breach."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.crash", description=__doc__)
    parser.add_argument("steps", type=Path, help="the pinned list of every saga's steps, as JSON")
    parser.add_argument(
        "--only", default="", help="a part of a case's name, like create_order or 'capture_payment / sent'"
    )
    options = parser.parse_args()
    try:
        cases = [case for case in list_crash_cases(options.steps) if options.only in str(case)]
        with tempfile.TemporaryDirectory(prefix="campusg-crash-", ignore_cleanup_errors=True) as folder:
            return run_crash_cases(Path(folder), cases)
    except (CaseCoverageError, LaunchError) as failure:
        print(failure, file=sys.stderr)
        return 1


def run_crash_cases(folder: Path, cases: Sequence[CrashCase]) -> int:
    """Run the cases with throw-away data in this folder. Return 1 when a case failed."""
    runners = RUNNERS_PER_CASE * (len(cases) // CAMPUS_COUNT + 1)
    campuses = tuple(
        create_campus(folder, f"crash{at}", FIRST_CAMPUS_NUMBER + at, runners=runners) for at in range(CAMPUS_COUNT)
    )
    print_flushed(format_limits())
    stack = Stack(StackConfig(folder=folder, campuses=campuses), print_flushed)
    try:
        stack.start_dependencies()
        outcomes = uvloop.run(kill_and_report(stack, cases))
        print(stack.run_module("workers.audit"))
    finally:
        stack.stop()
    return 1 if any(outcome.failure for outcome in outcomes) else 0


async def kill_and_report(stack: Stack, cases: Sequence[CrashCase]) -> Sequence[CrashCaseOutcome]:
    """Run all cases, batch by batch, and print each result at once."""
    outcomes: list[CrashCaseOutcome] = []
    async with start_crash_stack(stack, stack.config.campuses, tuple(KilledProcess)) as crash_stack:
        await crash_stack.populated_stack.stripe.post("webhooks", drop=True)  # no case may depend on webhooks
        print_flushed(TABLE_HEADER)
        began, kills, last_call = time.monotonic(), 0, 0
        remaining_batches = deque(batch_cases(cases))
        while remaining_batches:
            batch = remaining_batches.popleft()
            batch_outcomes, last_call = await kill_process_once(crash_stack, batch, last_call)
            kills += 1
            for outcome in batch_outcomes:
                if outcome.is_point_missed and len(batch) > 1:
                    # A message held for another case of the batch may have blocked this one: run it again, alone.
                    remaining_batches.append([outcome.case])
                    continue
                outcomes.append(outcome)
                print_flushed(format_case_line(outcome))
        print_flushed(format_totals(outcomes, kills, time.monotonic() - began))
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
