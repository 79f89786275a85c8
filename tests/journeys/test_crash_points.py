"""Tests a few cases of `make crash` beside the journeys: a worker killed at exact points of four sagas at once."""

from pathlib import Path

import pytest

from sandbox.crash.crash_report import format_case_line
from sandbox.crash.crash_stack import KilledProcess, start_crash_stack
from sandbox.crash.process_kill import CrashCaseOutcome, kill_process_once
from sandbox.crash.scenarios.crash_cases import CrashCase, list_crash_cases
from sandbox.people.populated_stack import PopulatedStack

pytestmark = pytest.mark.long

PINNED = Path(__file__).parents[1] / "domain" / "saga" / "saga_steps.json"
CHOSEN = (
    "create_order: authorize_hold / before the call",
    "cancel_order: release_hold / sent and done",
    "accept_order: check_hold / answered",
    "complete_order: capture_payment / commit held",
)


@pytest.fixture(scope="module")
async def outcomes(stack: PopulatedStack) -> dict[str, CrashCaseOutcome]:
    """Kill a worker behind a proxy once while four sagas hang. The stack's own worker is restarted afterwards."""
    cases_by_name = {str(case): case for case in list_crash_cases(PINNED)}
    cases: list[CrashCase] = [cases_by_name[name] for name in CHOSEN]
    own = stack.launched.processes[KilledProcess.WORKER]
    own.kill()
    try:
        campuses = [stack.campuses[name] for name in ("east", "south", "west")]
        async with start_crash_stack(stack.launched, campuses, (KilledProcess.WORKER,)) as crash_stack:
            found, _ = await kill_process_once(crash_stack, cases, 0)
    finally:
        own.restart()
        stack.launched.processes[KilledProcess.WORKER] = own
    return {str(outcome.case): outcome for outcome in found}


@pytest.mark.parametrize("name", CHOSEN)
async def test_a_worker_killed_at_an_exact_point_leaves_one_effect(
    outcomes: dict[str, CrashCaseOutcome], name: str
) -> None:
    outcome = outcomes[name]
    print(format_case_line(outcome))
    assert outcome.failure is None, outcome.failure
    assert outcome.settle_seconds is not None
    assert outcome.effect_count in (None, 1)
