"""Crashes: a worker is killed at the transactions of every saga, and another one finishes with one effect."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.cases import case
from tests.fuzz.fuzz_depth import sample
from tests.scenarios.anew_scenarios import ANEW_SCENARIOS
from tests.scenarios.runner_debt_scenario import paying_off_a_debt
from tests.scenarios.saga_scenarios import SAGA_SCENARIOS
from tests.scenarios.worker_faults import (
    MAX_TRANSACTION,
    WorkerKilled,
    kill_at_each_transaction,
    killed_worker,
    run_until_final,
)
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga

pytestmark = pytest.mark.drill

HANGS_SECONDS = (0.3, 1.5, 8.0)  # on a busy machine a short one may be over before the worker is killed
ALL_SCENARIOS = {**SAGA_SCENARIOS, **ANEW_SCENARIOS, paying_off_a_debt.__name__: paying_off_a_debt}


@pytest.fixture(scope="module", autouse=True)
async def balanced_books(shared_stack: WorkerStack) -> AsyncIterator[None]:
    """After all these tests no invariant is breached. An audit reads the orders of all of them, so one is enough."""
    yield
    assert await shared_stack.breaches() == []


@case(1, 2, 3)
@pytest.mark.parametrize("name", sample(list(ALL_SCENARIOS), 4))
async def test_m16_a_worker_killed_at_any_transaction_leaves_one_effect(shared_stack: WorkerStack, name: str) -> None:
    """Killed before and after the commit that prepares a call, and that records its answer (M2, S5)."""
    transactions = await kill_at_each_transaction(shared_stack, ALL_SCENARIOS[name])
    assert 2 <= transactions < MAX_TRANSACTION - 1


EFFECT_CALLS = {
    "placing": "POST /v1/payment_intents",
    "cancelling": "POST /v1/payment_intents/*/cancel",
    "closing": "POST /v1/payment_intents/*/cancel",
    "completing": "POST /v1/payment_intents/*/capture",
    "paying": "POST /v1/transfers",
    "refunding_a_part": "POST /v1/refunds",
    "onboarding": "POST /v1/account_links",
    "saving_a_card": "POST /v1/customers",
}
# Before Stripe acts and after it acted; of two neighbours one is killed before, the other one after.
KILLS = [(name, done) for place, name in enumerate(EFFECT_CALLS) for done in ((False, True), (True, False))[place % 2]]


@case(1, 2, 3)
@pytest.mark.parametrize(("name", "done"), sample(KILLS, 5))
async def test_s5_a_worker_killed_during_a_call_leaves_one_effect(
    shared_stack: WorkerStack, name: str, done: bool
) -> None:
    """The call is in flight, and the worker that made it is gone (M2)."""
    call = EFFECT_CALLS[name]
    stack, killed = shared_stack, False
    for seconds in HANGS_SECONDS:
        scenario = await ALL_SCENARIOS[name](stack)
        await stack.inject_fault(call, "hang", before=not done, seconds=seconds)
        killed = await kill_during_call(stack, scenario.saga_id, call, done=done)
        heir = stack.new_worker("heir")
        await run_until_final(stack, scenario, heir)
        await stack.run_due(heir)
        await scenario.check()
        if killed:
            break
    assert killed, "every call ended before its worker could be killed"


async def kill_during_call(stack: WorkerStack, saga_id: UUID, call: str, *, done: bool) -> bool:
    """Kill a worker while its call hangs, or return False when the call has ended already."""
    last = (await stack.inspect_stripe("requests"))[-1]["seq"]
    doomed = asyncio.create_task(advance_saga(stack.new_worker("doomed"), saga_id))
    await wait_until_prepared(stack, saga_id, call)
    if done:
        async with asyncio.timeout(20):
            while not await stack.inspect_stripe("requests", after=str(last)):
                continue
    doomed.cancel()
    await asyncio.wait([doomed])
    return doomed.cancelled()


async def wait_until_prepared(stack: WorkerStack, saga_id: UUID, call: str) -> None:
    """Wait until the saga's row has a prepared call, which is sent right after that commit."""
    async with asyncio.timeout(20):
        while True:
            ((found,),) = await stack.rows("SELECT call ->> 'key' FROM saga WHERE id = :id", id=saga_id)
            if found is not None:
                return


@case(5)
async def test_s5_a_lease_that_is_over_is_found_by_the_sweeper_alone(shared_stack: WorkerStack) -> None:
    """Without a queue job and without anything in memory: the row's lease of three seconds is enough."""
    stack = shared_stack
    scenario = await SAGA_SCENARIOS["placing"](stack)
    with pytest.raises(WorkerKilled):
        await advance_saga(killed_worker(stack, at=1, committed=True), scenario.saga_id)
    ((worker, left),) = await stack.rows(
        "SELECT worker, extract(epoch FROM wake_at - now()) FROM saga WHERE id = :id", id=scenario.saga_id
    )
    assert worker == "dying 1"
    assert float(left) <= 3
    await stack.sql("UPDATE saga SET wake_at = now() + interval '1 hour' WHERE id = :id", id=scenario.saga_id)
    await stack.run_due()
    assert not await scenario.is_final(), "a lease is respected while it lasts"
    await stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id", id=scenario.saga_id)
    await stack.run_due()
    await scenario.check()
