"""A few of the cases of `make crash` beside the journeys: a worker killed at exact points of four sagas at once."""

from pathlib import Path

import pytest

from sandbox.crash.cases import Case, all_cases
from sandbox.crash.ground import Victim, open_ground
from sandbox.crash.report import line
from sandbox.crash.round import Outcome, kill_once
from tests.journeys.town import Town

PINNED = Path(__file__).parents[1] / "domain" / "saga_steps.json"
CHOSEN = (
    "create_order: authorize_hold / before the call",
    "cancel_order: release_hold / sent and done",
    "accept_order: check_hold / answered",
    "complete_order: capture_payment / commit held",
)


@pytest.fixture(scope="module")
async def outcomes(town: Town) -> dict[str, Outcome]:
    """The worker behind a proxy, killed once while four sagas hang; the town's own worker is back afterwards."""
    known = {str(case): case for case in all_cases(PINNED)}
    cases: list[Case] = [known[name] for name in CHOSEN]
    own = town.stack.processes[Victim.WORKER]
    own.kill()
    try:
        quarters = tuple(town.quarters[name] for name in ("east", "south", "west"))
        async with open_ground(town.stack, quarters, (Victim.WORKER,)) as ground:
            found, _ = await kill_once(ground, cases, 0)
    finally:
        own.restart()
        town.stack.processes[Victim.WORKER] = own
    return {str(outcome.case): outcome for outcome in found}


@pytest.mark.parametrize("name", CHOSEN)
async def test_a_worker_killed_at_an_exact_point_leaves_one_effect(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    print(line(outcome))
    assert outcome.wrong is None, outcome.wrong
    assert outcome.seconds is not None
    assert outcome.effects in (None, 1)
