"""Unknown outcomes: for every call to Stripe and every way to lose its answer, one effect and a saga that ends."""

from collections.abc import AsyncIterator
from fnmatch import fnmatch
from typing import Any

import aiohttp
import pytest
from stripe import AIOHTTPClient, StripeClient

from tests.cases import case
from tests.fuzz.fuzz_depth import IS_DEEP, sample
from tests.scenarios.saga_scenarios import SAGA_SCENARIOS
from tests.scenarios.scenario_setup import SagaScenario, act_as_person
from tests.scenarios.worker_faults import WorkerKilled, killed_worker
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.engine.worker_context import WorkerContext
from workers.stripe.gateway import StripeGateway

pytestmark = pytest.mark.drill

CALLS = {
    "POST /v1/payment_intents": "placing",
    "POST /v1/payment_intents/*/cancel": "cancelling",
    "GET /v1/payment_intents/*": "claiming",
    "POST /v1/payment_intents/*/capture": "completing",
    "POST /v1/transfers": "paying",
    "POST /v1/refunds": "refunding_a_part",
    "POST /v1/transfers/*/reversals": "refunding_a_part",
    "POST /v1/customers": "saving_a_card",
    "POST /v1/checkout/sessions": "saving_a_card",
    "GET /v1/checkout/sessions/*": "saving_a_card",
    "POST /v1/accounts": "onboarding",
    "POST /v1/account_links": "onboarding",
    "GET /v1/accounts/*": "onboarding",
}
MONEY = ("POST /v1/payment_intents", "POST /v1/transfers", "POST /v1/refunds")
MOVES_MONEY = frozenset(call for call in CALLS if call.startswith(MONEY))
FAULTS: dict[str, dict[str, Any]] = {
    "the answer is lost": {"kind": "lost_answer"},
    "the answer is cut": {"kind": "truncate"},
    "a proxy answers": {"kind": "html_200"},
    "the connection is torn down": {"kind": "reset"},
    "nothing arrives": {"kind": "reset", "before": True},
    "429": {"kind": "status", "status": 429},
    "409": {"kind": "status", "status": 409},
    "401": {"kind": "status", "status": 401},
}
MAX_ROUNDS = 36  # many more than any of these sagas needs
# Groups of faults that the gateway reads alike (see test_stripe_errors): outcome unknown, and retry later.
LOST_ANSWER_FAULTS = ("the answer is cut", "a proxy answers", "the connection is torn down")
RETRYABLE_FAULTS = ("429", "409", "401")


def faults_of(call: str) -> list[dict[str, Any]]:
    """All faults in `make fuzz`; else one of each group that the gateway reads alike, a different one for each call.

    Calls that move no money go through the same gateway: three kinds are enough for them.
    """
    if IS_DEEP:
        return list(FAULTS.values())
    if call not in MOVES_MONEY:
        return list(FAULTS.values())[::3]
    fault_offset = sorted(MOVES_MONEY).index(call) % 3
    names = ("the answer is lost", LOST_ANSWER_FAULTS[fault_offset], "nothing arrives", RETRYABLE_FAULTS[fault_offset])
    return [FAULTS[name] for name in names]


@pytest.fixture(scope="module", autouse=True)
async def balanced_books(shared_stack: WorkerStack) -> AsyncIterator[None]:
    """After all these tests no invariant is breached. An audit reads the orders of all of them, so one is enough."""
    yield
    assert await shared_stack.breaches() == []


@pytest.fixture
async def impatient_worker(shared_stack: WorkerStack) -> AsyncIterator[WorkerContext]:
    """A worker that waits a fifth of a second for each call."""
    session = aiohttp.ClientSession()
    transport = AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=0.2), session=session)
    client = StripeClient(
        "sk_test_stack", http_client=transport, max_network_retries=0, base_addresses={"api": shared_stack.stripe_url}
    )
    worker = shared_stack.new_worker("impatient")
    worker.stripe = StripeGateway(client=client, session=session)
    yield worker
    await worker.stripe.close()


async def run_to_end(
    stack: WorkerStack, scenario: SagaScenario, worker: WorkerContext | None = None, *, max_rounds: int = MAX_ROUNDS
) -> int:
    """Run the saga to its end without pauses, and return the number of rounds it took; fail after `max_rounds`."""
    for number in range(1, max_rounds + 1):
        await advance_saga(worker or stack.context, scenario.saga_id)
        await act_as_person(stack, scenario.saga_id)
        if await scenario.is_final():
            await stack.run_now()
            await scenario.check()
            return number
        await stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id AND wake_at IS NOT NULL", id=scenario.saga_id)
    row = await stack.rows("SELECT kind, call, tries, error FROM saga WHERE id = :id", id=scenario.saga_id)
    raise AssertionError(f"never ends: {row}")


@case(8, 9, 13, 15, 18)
@pytest.mark.parametrize("call", sample(list(CALLS), 4))
async def test_m2_whatever_happens_to_an_answer_there_is_one_effect(shared_stack: WorkerStack, call: str) -> None:
    """One fault of each kind, twice in a row, only delays the saga (S4)."""
    stack = shared_stack
    for fault in faults_of(call):
        scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
        await stack.inject_fault(call, times=2, **fault)
        await run_to_end(stack, scenario)
        await stack.clear_faults()


CREATING = [call for call in CALLS if call.startswith("POST")]


@case(8, 9)
@pytest.mark.parametrize("call", sample(CREATING, 4))
async def test_m2_a_call_nobody_answers_in_time_has_one_effect(
    shared_stack: WorkerStack, impatient_worker: WorkerContext, call: str
) -> None:
    """We gave up the call; Stripe does it in the first case, and does not in the second (S3)."""
    stack = shared_stack
    for before in (False, True):
        scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
        await stack.inject_fault(call, "hang", before=before, seconds=0.3)
        await run_to_end(stack, scenario, impatient_worker)


@case(10)
@pytest.mark.parametrize("call", sample(sorted(MOVES_MONEY - {"POST /v1/payment_intents/*/cancel"}), 3))
async def test_a_cached_500_of_a_call_that_was_done_is_looked_up(shared_stack: WorkerStack, call: str) -> None:
    """Stripe replays its 500 for a day under the same key; a list finds what the call did."""
    stack = shared_stack
    scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
    await stack.inject_fault(call, "status", status=500, before=False)
    assert await run_to_end(stack, scenario) >= 3


async def test_a_500_of_a_release_that_was_done_is_seen_by_the_intent_itself(shared_stack: WorkerStack) -> None:
    scenario = await SAGA_SCENARIOS["cancelling"](shared_stack)
    await shared_stack.inject_fault("POST /v1/payment_intents/*/cancel", "status", status=500, before=False)
    await run_to_end(shared_stack, scenario)


NOT_DONE_DELAYS = {  # calls that would do harm if they were done twice
    "POST /v1/payment_intents": "61 seconds",
    "POST /v1/transfers": "24 hours",
    "POST /v1/refunds": "24 hours",
    "POST /v1/transfers/*/reversals": "24 hours",
}
REKEY_KILLS = ((2, False), (2, True), (3, False), (3, True))  # the transaction, and whether it was committed


@case(11)
@pytest.mark.parametrize("call", sample(CREATING, 4, 1))
async def test_s6_a_cached_500_of_a_call_that_was_not_done_blocks_no_saga_for_ever(
    shared_stack: WorkerStack, call: str
) -> None:
    """Stripe repeats its 500 for a day, so another key is needed.

    Calls that move money wait until the first one is certainly not done.
    """
    stack = shared_stack
    scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
    await stack.inject_fault(call, "status", status=500, before=True)
    if call in NOT_DONE_DELAYS:
        with pytest.raises(AssertionError, match="never ends"):
            await run_to_end(stack, scenario, max_rounds=MAX_ROUNDS // 3)
        await backdate_call(stack, scenario, NOT_DONE_DELAYS[call])
    await run_to_end(stack, scenario)


@case(12)
@pytest.mark.parametrize("call", sample(CREATING, 4, 2))
async def test_s6_an_outage_longer_than_stripe_keeps_keys_blocks_no_saga_for_ever(
    shared_stack: WorkerStack, call: str
) -> None:
    """Stripe forgets a key after a day: an object made by then is found, and a missing one is asked for again.

    A customer or an account cannot be searched for. A second one is harmless, so it is not tested here.
    """
    stack = shared_stack
    for done in (False, True) if call not in ("POST /v1/customers", "POST /v1/accounts") else (False,):
        scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
        await stack.inject_fault(call, "lost_answer", before=not done)
        await advance_saga(stack.context, scenario.saga_id)
        await backdate_call(stack, scenario, "25 hours")
        await run_to_end(stack, scenario)
    await stack.run_now()


@pytest.mark.parametrize("call", sample(list(NOT_DONE_DELAYS), 2))
async def test_a_rekeyed_call_keeps_its_key_as_the_first_one_did(shared_stack: WorkerStack, call: str) -> None:
    """An answer lost a day later is no reason for a third key, because Stripe may still execute the second call."""
    stack = shared_stack
    scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
    await stack.inject_fault(call, "lost_answer", before=True, times=4)
    await advance_saga(stack.context, scenario.saga_id)
    await backdate_call(stack, scenario, "25 hours")
    await run_to_end(stack, scenario)
    first, *later = await keys_of(stack, scenario, call)
    assert len(later) == 4
    assert set(later) == {f"{first}:1"}


@pytest.mark.parametrize("call", sample(list(NOT_DONE_DELAYS), 2, 1))
async def test_m16_a_worker_killed_while_it_rekeys_a_call_leaves_one_effect(
    shared_stack: WorkerStack, call: str
) -> None:
    """Killed before the key is on the row, after that with nothing sent, done and not recorded, and recorded."""
    stack = shared_stack
    for at, committed in sample(REKEY_KILLS, 4, list(NOT_DONE_DELAYS).index(call)):
        scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
        await stack.inject_fault(call, "lost_answer", before=True)
        await advance_saga(stack.context, scenario.saga_id)
        await backdate_call(stack, scenario, "25 hours")
        with pytest.raises(WorkerKilled):
            await advance_saga(killed_worker(stack, at=at, committed=committed), scenario.saga_id)
        if at == 2:
            ((taken,),) = await stack.rows("SELECT call ->> 'rekeyed' FROM saga WHERE id = :id", id=scenario.saga_id)
            assert taken == ("1" if committed else None), "nothing is sent under a key that is not on the row"
        await run_to_end(stack, scenario, stack.new_worker("heir"))
        first, *later = await keys_of(stack, scenario, call)
        assert set(later) == {f"{first}:1"}


async def test_a_lookup_that_fails_says_nothing_about_the_key(shared_stack: WorkerStack) -> None:
    """Stripe keeps a call's failure under its key, and nothing of a list: no new key, and no day to wait."""
    stack, call = shared_stack, "POST /v1/transfers"
    scenario = await SAGA_SCENARIOS[CALLS[call]](stack)
    await stack.inject_fault(call, "lost_answer", before=True, times=2)
    await stack.inject_fault("GET /v1/transfers", "status", status=500, times=3)
    await run_to_end(stack, scenario)
    first, *later = await keys_of(stack, scenario, call)
    assert later == [first, first]


async def keys_of(stack: WorkerStack, scenario: SagaScenario, call: str) -> list[str]:
    """The idempotency keys under which the saga made this call, in their order."""
    sent = [one for one in await stack.inspect_stripe("requests") if fnmatch(f"{one['verb']} {one['path']}", call)]
    keys = [str(one["idempotency_key"]) for one in sent]
    return [key for key in keys if key.startswith(str(scenario.saga_id))]


async def backdate_call(stack: WorkerStack, scenario: SagaScenario, ago: str) -> None:
    """Move the first sending and the last answer of the saga's prepared call back by this long."""
    then = "extract(epoch FROM now() - CAST(CAST(:ago AS text) AS interval))"
    await stack.sql(
        f"UPDATE saga SET call = call || jsonb_build_object('first_sent_at', {then}, 'outcome_unknown_at', {then}),"
        " wake_at = now() WHERE id = :id AND jsonb_typeof(call) = 'object'",
        ago=ago,
        id=scenario.saga_id,
    )
