"""The table of a crash run: one line for each case, and the totals."""

from collections import Counter
from collections.abc import Sequence

from sandbox.crash.kill_points import KillPoint
from sandbox.crash.process_kill import MAX_SETTLE_SECONDS, CrashCaseOutcome

TABLE_HEADER = f"{'saga':<15} {'step':<25} {'killed':<9} {'point':<16} {'down':>7} {'settled':>8}  {'Stripe':>6}"


def format_case_line(outcome: CrashCaseOutcome) -> str:
    """Format one case: step, point, seconds down, seconds from the restart until settled, effects at Stripe."""
    killed_step = outcome.case.killed_step
    step = f"undo: {killed_step.step}" if killed_step.is_compensation else killed_step.step
    settled = "-" if outcome.settle_seconds is None else f"{outcome.settle_seconds:.1f} s"
    effects = "none" if outcome.effect_count is None else str(outcome.effect_count)
    row = (
        f"{killed_step.saga:<15} {step:<25.25} {killed_step.victim:<9} {outcome.case.point:<16}"
        f" {outcome.downtime_seconds:>5.1f} s {settled:>8}  {effects:>6}"
    )
    return row if outcome.failure is None else f"{row}  WRONG: {outcome.failure}"


def format_totals(outcomes: Sequence[CrashCaseOutcome], kills: int, seconds: float) -> str:
    """Format the number of cases, the times until settled and the number of failures."""
    settled = [outcome for outcome in outcomes if outcome.settle_seconds is not None]
    times = sorted(outcome.settle_seconds or 0.0 for outcome in settled)
    max_outage_seconds = max(
        (outcome.downtime_seconds + (outcome.settle_seconds or 0.0) for outcome in settled), default=0.0
    )
    points = Counter(outcome.case.point for outcome in outcomes)
    wrong = sum(outcome.failure is not None for outcome in outcomes)
    sagas = len({outcome.case.killed_step.saga for outcome in outcomes})
    steps = len({outcome.case.killed_step.name for outcome in outcomes})
    middle = f"{times[len(times) // 2]:.1f}" if times else "-"
    slowest = f"{times[-1]:.1f}" if times else "-"
    made = sum(outcome.effect_count is not None for outcome in outcomes)
    once = sum(outcome.effect_count == 1 for outcome in outcomes)
    return (
        f"{len(outcomes)} cases, {steps} steps of {sagas} sagas, {kills} kills in {seconds:.0f} s\n"
        f"settled: median {middle} s after the restart, slowest {slowest} s; {MAX_SETTLE_SECONDS:.0f} s are allowed\n"
        f"from the kill, the restart included: {max_outage_seconds:.1f} s at most\n"
        f"killed {', '.join(f'{point} {points[point]}' for point in KillPoint if points[point])}\n"
        f"calls that change something at Stripe: {made}, done exactly once: {once}\n"
        f"wrong: {wrong}"
    )
