"""Charges and holds that replace others, under killed workers, lost answers and failures of Stripe: one effect each."""

import pytest

from tests.fuzz.fuzz_depth import IS_DEEP, sample
from tests.scenarios.debt_scenarios import DEBT_SCENARIOS
from tests.scenarios.price_increase_scenarios import PRICE_INCREASE_SCENARIOS
from tests.scenarios.scenario_setup import fail_beyond_window
from tests.scenarios.worker_faults import MAX_TRANSACTION, kill_at_each_transaction
from tests.stack.worker_stack import WorkerStack
from tests.workers.engine.test_unknown_outcomes import FAULTS, MAX_ROUNDS, backdate_call, run_to_end

pytestmark = pytest.mark.drill

SCENARIOS = {**DEBT_SCENARIOS, **PRICE_INCREASE_SCENARIOS}
CREATE_INTENT_CALL, CANCEL_INTENT_CALL = "POST /v1/payment_intents", "POST /v1/payment_intents/*/cancel"
ALL_CALLS = [
    ("charging_again", CREATE_INTENT_CALL),
    ("charging_again", "POST /v1/payment_intents/*/capture"),
    ("charging_declined", CANCEL_INTENT_CALL),
    ("settling", CREATE_INTENT_CALL),
    ("settling_declined", CANCEL_INTENT_CALL),
    ("replacing", CREATE_INTENT_CALL),
    ("replacing", CANCEL_INTENT_CALL),
    ("replacing_declined", CREATE_INTENT_CALL),
    ("replacing_declined", CANCEL_INTENT_CALL),
]


@pytest.mark.parametrize("name", sample(list(SCENARIOS), 3))
async def test_a_worker_killed_at_any_transaction_leaves_one_effect(stack: WorkerStack, name: str) -> None:
    transactions = await kill_at_each_transaction(stack, SCENARIOS[name])
    assert (2 if name in DEBT_SCENARIOS else 1) <= transactions < MAX_TRANSACTION - 1


@pytest.mark.parametrize(("name", "call"), sample(ALL_CALLS, 2))
async def test_whatever_happens_to_an_answer_there_is_one_effect(stack: WorkerStack, name: str, call: str) -> None:
    place = ALL_CALLS.index((name, call))
    for fault in FAULTS.values() if IS_DEEP else [list(FAULTS.values())[place % len(FAULTS)]]:
        scenario = await SCENARIOS[name](stack)
        await stack.inject_fault(call, times=2, **fault)
        await run_to_end(stack, scenario)
        await stack.clear_faults()


@pytest.mark.parametrize("name", ["charging_again", "settling", "replacing"])
async def test_a_cached_500_of_what_was_made_is_looked_up(stack: WorkerStack, name: str) -> None:
    scenario = await SCENARIOS[name](stack)
    await stack.inject_fault(CREATE_INTENT_CALL, "status", status=500, before=False)
    await run_to_end(stack, scenario)


async def test_a_charge_without_a_trace_is_not_made_again_before_a_day_is_over(stack: WorkerStack) -> None:
    """Stripe may finish a call it answered with a failure: two charges are worse than a runner who waits."""
    scenario = await DEBT_SCENARIOS["charging_again"](stack)
    await stack.inject_fault(CREATE_INTENT_CALL, "status", status=500, before=True)
    with pytest.raises(AssertionError, match="never ends"):
        await run_to_end(stack, scenario, max_rounds=MAX_ROUNDS // 3)
    await backdate_call(stack, scenario, "24 hours")
    await run_to_end(stack, scenario)


async def test_a_debt_whose_payment_stripe_never_answers_stays_owed(stack: WorkerStack) -> None:
    """Stripe fails for the whole window, so the try ends and leaves nothing at Stripe."""
    scenario = await DEBT_SCENARIOS["settling"](stack)
    await stack.inject_fault(CREATE_INTENT_CALL, "lost_answer", before=True, times=100)
    await stack.run_due()
    ((order_id,),) = await stack.rows("SELECT order_id FROM saga WHERE id = :id", id=scenario.saga_id)
    await fail_beyond_window(stack, scenario.saga_id)
    await stack.run_now()
    await stack.clear_faults()
    await stack.sql(
        "UPDATE saga SET call = NULL, data = data || jsonb_build_object('outcome_unknown_at',"
        " extract(epoch FROM now() - interval '2 minutes')) WHERE id = :id",
        id=scenario.saga_id,
    )
    await stack.run_now()
    assert await stack.rows("SELECT status FROM customer_debt WHERE order_id = :id", id=order_id) == [("open",)]
    told = await stack.rows("SELECT key FROM notification WHERE order_id = :id ORDER BY id DESC LIMIT 1", id=order_id)
    assert told == [("notification-debt-not-reached",)]
    assert await scenario.is_final()
