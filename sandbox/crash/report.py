"""The table of a crash run: a line a case, and the totals."""

from collections import Counter
from collections.abc import Sequence

from sandbox.crash.points import Point
from sandbox.crash.round import SETTLES_WITHIN, Outcome

HEAD = f"{'saga':<15} {'step':<25} {'killed':<9} {'point':<16} {'down':>7} {'settled':>8}  {'Stripe':>6}"


def line(outcome: Outcome) -> str:
    """One case: what, where, seconds down, seconds from the restart until all was settled, effects at Stripe."""
    kill = outcome.case.kill
    step = f"undo: {kill.step}" if kill.undo else kill.step
    settled = "-" if outcome.seconds is None else f"{outcome.seconds:.1f} s"
    effects = "none" if outcome.effects is None else str(outcome.effects)
    row = (
        f"{kill.saga:<15} {step:<25.25} {kill.victim:<9} {outcome.case.point:<16}"
        f" {outcome.down:>5.1f} s {settled:>8}  {effects:>6}"
    )
    return row if outcome.wrong is None else f"{row}  WRONG: {outcome.wrong}"


def totals(outcomes: Sequence[Outcome], kills: int, seconds: float) -> str:
    """How many cases, how quickly, how many wrong."""
    settled = [outcome for outcome in outcomes if outcome.seconds is not None]
    times = sorted(outcome.seconds or 0.0 for outcome in settled)
    longest = max((outcome.down + (outcome.seconds or 0.0) for outcome in settled), default=0.0)
    points = Counter(outcome.case.point for outcome in outcomes)
    wrong = sum(outcome.wrong is not None for outcome in outcomes)
    sagas = len({outcome.case.kill.saga for outcome in outcomes})
    steps = len({outcome.case.kill.name for outcome in outcomes})
    middle = f"{times[len(times) // 2]:.1f}" if times else "-"
    slowest = f"{times[-1]:.1f}" if times else "-"
    made = sum(outcome.effects is not None for outcome in outcomes)
    once = sum(outcome.effects == 1 for outcome in outcomes)
    return (
        f"{len(outcomes)} cases, {steps} steps of {sagas} sagas, {kills} kills in {seconds:.0f} s\n"
        f"settled: median {middle} s after the restart, slowest {slowest} s; {SETTLES_WITHIN:.0f} s are allowed\n"
        f"from the kill, the restart included: {longest:.1f} s at most\n"
        f"killed {', '.join(f'{point} {points[point]}' for point in Point if points[point])}\n"
        f"calls that change something at Stripe: {made}, done exactly once: {once}\n"
        f"wrong: {wrong}"
    )
