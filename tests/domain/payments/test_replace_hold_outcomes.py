"""Replacement holds under killed workers, lost answers and failures of Stripe: one hold is left."""

import pytest

from tests.scenarios.price_increase_scenarios import PRICE_INCREASE_SCENARIOS
from tests.scenarios.worker_faults import MAX_TRANSACTION, kill_at_each_transaction
from tests.stack.worker_stack import WorkerStack
from tests.workers.engine.test_unknown_outcomes import FAULTS, run_to_end

CREATE_INTENT_CALL, CANCEL_INTENT_CALL = "POST /v1/payment_intents", "POST /v1/payment_intents/*/cancel"
ALL_CALLS = [
    ("replacing", CREATE_INTENT_CALL),
    ("replacing", CANCEL_INTENT_CALL),
    ("replacing_declined", CREATE_INTENT_CALL),
    ("replacing_declined", CANCEL_INTENT_CALL),
]


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("name", PRICE_INCREASE_SCENARIOS)
async def test_a_worker_killed_at_any_transaction_leaves_one_hold(
    stack: WorkerStack, name: str, committed: bool
) -> None:
    transactions = await kill_at_each_transaction(stack, PRICE_INCREASE_SCENARIOS[name], committed=committed)
    assert 1 <= transactions < MAX_TRANSACTION - 1


@pytest.mark.parametrize(("name", "call"), ALL_CALLS)
async def test_whatever_happens_to_an_answer_there_is_one_hold(stack: WorkerStack, name: str, call: str) -> None:
    for fault in list(FAULTS.values())[::3]:
        scenario = await PRICE_INCREASE_SCENARIOS[name](stack)
        await stack.inject_fault(call, times=2, **fault)
        await run_to_end(stack, scenario)
        await stack.clear_faults()


async def test_a_cached_500_of_a_hold_that_was_made_is_found_and_adopted_once(stack: WorkerStack) -> None:
    scenario = await PRICE_INCREASE_SCENARIOS["replacing"](stack)
    await stack.inject_fault(CREATE_INTENT_CALL, "status", status=500, before=False)
    await run_to_end(stack, scenario)
