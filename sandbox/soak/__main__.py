"""`make soak`: run many orders while faults strike everywhere, and check that everything settles."""

import argparse
import sys
import tempfile
from pathlib import Path

import uvloop

from sandbox.launch.campuses import create_campus, format_limits
from sandbox.launch.processes import LaunchError, print_flushed
from sandbox.launch.stack import Stack, StackConfig, running_stack
from sandbox.soak.soak_plan import ALL_SOAK_FAULTS, SOAK_LIMITS, SOAK_WINDOWS
from sandbox.soak.soak_report import format_soak_report
from sandbox.soak.soak_run import SoakOptions, run_soak_test

WORKER_COUNT = 2
FIRST_CAMPUS_NUMBER = 20  # the `number` of create_campus
FAULT_INTERVAL_SECONDS = 4.0  # each fault strikes about three times in a whole run


def main() -> int:
    """Run the soak. Return 0 when every saga ended and the audit found no breach."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.soak", description=__doc__)
    parser.add_argument("--orders", type=int, default=1500, help="how many orders (default: %(default)s)")
    parser.add_argument("--campuses", type=int, default=20, help="at how many campuses (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of all random choices (default: %(default)s)")
    parser.add_argument(
        "--gap", type=float, default=FAULT_INTERVAL_SECONDS, help="seconds between two faults (default: %(default)s)"
    )
    options = parser.parse_args()
    soak_options = SoakOptions(
        orders=options.orders, seed=options.seed, soak_faults=ALL_SOAK_FAULTS, fault_interval=options.gap
    )
    try:
        with tempfile.TemporaryDirectory(prefix="campusg-soak-", ignore_cleanup_errors=True) as folder:
            return run_soak(Path(folder), options.campuses, soak_options)
    except LaunchError as failure:
        print(failure, file=sys.stderr)
        return 1


def run_soak(folder: Path, campuses: int, soak_options: SoakOptions) -> int:
    """Run the soak with throw-away data in this folder, and return the exit code."""
    config = StackConfig(
        folder=folder,
        campuses=tuple(
            create_campus(
                folder,
                f"soak{at}",
                FIRST_CAMPUS_NUMBER + at,
                runners=soak_options.runners_per_campus,
                limits=SOAK_LIMITS,
                **SOAK_WINDOWS,
            )
            for at in range(campuses)
        ),
        workers=WORKER_COUNT,
        webhooks=True,
    )
    print_flushed(format_limits(SOAK_LIMITS))
    with running_stack(config, print_flushed) as stack:
        is_clean = uvloop.run(_soak_and_report(stack, soak_options))
        print(stack.run_module("workers.audit"))
    return 0 if is_clean else 1


async def _soak_and_report(stack: Stack, soak_options: SoakOptions) -> bool:
    outcome = await run_soak_test(stack, stack.config.campuses, soak_options, print_flushed)
    for line in format_soak_report(outcome):
        print_flushed(line)
    return not outcome.findings.failures


if __name__ == "__main__":
    sys.exit(main())
