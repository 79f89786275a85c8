"""Whatever a person does at Stripe's dashboard to an object of ours, the promises to both sides are kept."""

import pytest

from tests.fuzz.fuzz_depth import IS_DEEP
from tests.fuzz.input_counts import count_inputs
from tests.stack.worker_stack import WorkerStack
from tests.workers.dashboard.dashboard_acting import act_at_dashboard, compare, settle_transfers
from tests.workers.dashboard.dashboard_cases import (
    ACTS,
    CaseGroup,
    DashboardCase,
    Hearing,
    ObjectState,
    choose_slice,
    group_cases,
)
from tests.workers.dashboard.dashboard_promises import find_broken_audit, find_broken_promises
from tests.workers.dashboard.dashboard_states import BRING, bring_into
from tests.workers.dashboard.usual_people import Drill, go_on

GROUPS = group_cases()
SLICE = choose_slice(GROUPS)
MIN_CASES = 80


def test_the_table_has_every_act_and_so_has_its_slice() -> None:
    assert sum(len(group.cases) for group in GROUPS) >= MIN_CASES
    every = {(thing, act) for thing, acts in ACTS.items() for act in acts}
    assert {(case.object, case.act) for group in SLICE for case in group.cases} == every
    assert {group.hearing for group in SLICE} == set(Hearing)
    assert {group.state.partition(", then ")[0] for group in GROUPS} == BRING.keys()


@pytest.mark.parametrize("group", GROUPS if IS_DEEP else SLICE, ids=str)
async def test_the_promises_are_kept(stack: WorkerStack, group: CaseGroup) -> None:
    """Each case has an order and people of its own; all are compared with Stripe together at the end."""
    drills: list[tuple[DashboardCase, Drill]] = []
    for case in group.cases:
        drill = await bring_into(stack, case.state)  # only now: what goes on runs the sagas of all orders
        await act_at_dashboard(drill, case)
        await go_on(drill)
        drills.append((case, drill))
    await compare(stack)
    if any(case.object is ObjectState.WAITING_PAY for case in group.cases):
        await settle_transfers(stack, [drill for _, drill in drills])
    broken = {str(case): found for case, drill in drills if (found := await find_broken_promises(drill, case))}
    count_inputs("acts at Stripe's dashboard", len(drills))
    assert broken == {}
    assert await find_broken_audit(stack) == []
