"""`make soak`: many orders while everything around them fails, and whether all of it settles."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvloop

from sandbox.launch.processes import LaunchError
from sandbox.launch.stack import Plan, Stack, running
from sandbox.play.quarters import Quarter, cast_of_all, found_quarter
from sandbox.soak.plan import WHOLE_DECK
from sandbox.soak.report import report
from sandbox.soak.soak import Order, soak

WORKERS = 2
FIRST_CAMPUS = 20  # as numbers go (see found_quarter)
GAP = 4.0  # seconds between two blows: each of the deck falls three times in a whole run


def main() -> int:
    """Run it; 0 when all settled and the books are clean."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.soak", description=__doc__)
    parser.add_argument("--orders", type=int, default=1500, help="how many orders (default: %(default)s)")
    parser.add_argument("--campuses", type=int, default=20, help="at how many campuses (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what everything is drawn from (default: %(default)s)")
    parser.add_argument("--gap", type=float, default=GAP, help="seconds between two blows (default: %(default)s)")
    options = parser.parse_args()
    order = Order(orders=options.orders, seed=options.seed, deck=WHOLE_DECK, gap=options.gap)
    try:
        with tempfile.TemporaryDirectory(prefix="campusg-soak-", ignore_cleanup_errors=True) as folder:
            return run(Path(folder), options.campuses, order)
    except LaunchError as failure:
        print(failure, file=sys.stderr)
        return 1


def run(folder: Path, campuses: int, order: Order) -> int:
    """Do it on throw-away data in this folder."""
    quarters = [found_quarter(folder, f"soak{at}", FIRST_CAMPUS + at, runners=order.runners) for at in range(campuses)]
    files = tuple(quarter.campus.file for quarter in quarters)
    plan = Plan(folder=folder, cast=cast_of_all(quarters), campus_files=files, workers=WORKERS, webhooks=True)
    with running(plan, say) as stack:
        clean = uvloop.run(_run(stack, quarters, order))
        print(stack.run("workers.audit"))
    return 0 if clean else 1


async def _run(stack: Stack, quarters: Sequence[Quarter], order: Order) -> bool:
    outcome = await soak(stack, quarters, order, say)
    for line in report(outcome):
        say(line)
    return not outcome.verdict.wrong


def say(words: str) -> None:
    """Print at once, also into a pipe."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
