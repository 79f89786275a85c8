"""Charges of a lapsed hold and of a debt under killed workers, lost answers and an ill Stripe: one effect each."""

import pytest

from tests.town import Town
from tests.workers.deaths import FURTHEST, killed_everywhere
from tests.workers.debt_scenes import DEBT_SCENES
from tests.workers.test_unknown_outcomes import FAULTS, finish, sent_earlier

MAKES = "POST /v1/payment_intents"
CALLS = {
    "charging_again": (MAKES, "POST /v1/payment_intents/*/capture"),
    "charging_in_vain": ("POST /v1/payment_intents/*/cancel",),
    "settling": (MAKES,),
    "settling_in_vain": ("POST /v1/payment_intents/*/cancel",),
}
EACH = [(name, call) for name, calls in CALLS.items() for call in calls]


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("name", DEBT_SCENES)
async def test_a_worker_killed_at_any_transaction_leaves_one_effect(
    shared_town: Town, name: str, committed: bool
) -> None:
    town = shared_town
    transactions = await killed_everywhere(town, DEBT_SCENES[name], committed=committed)
    assert 2 <= transactions < FURTHEST - 1
    assert await town.breaches() == []


@pytest.mark.parametrize(("name", "call"), EACH)
async def test_whatever_happens_to_an_answer_there_is_one_effect(shared_town: Town, name: str, call: str) -> None:
    town = shared_town
    for fault in list(FAULTS.values())[::3]:
        scene = await DEBT_SCENES[name](town)
        await town.fault(call, times=2, **fault)
        await finish(town, scene)
        await town.no_faults()
    assert await town.breaches() == []


@pytest.mark.parametrize("name", ["charging_again", "settling"])
async def test_a_cached_500_of_a_charge_that_was_made_is_looked_up(shared_town: Town, name: str) -> None:
    town = shared_town
    scene = await DEBT_SCENES[name](town)
    await town.fault(MAKES, "status", status=500, before=False)
    await finish(town, scene)
    assert await town.breaches() == []


async def test_a_charge_without_a_trace_is_not_made_again_before_a_day_is_over(shared_town: Town) -> None:
    """Stripe may finish what it answered with a failure: two charges would be worse than a runner who waits."""
    town = shared_town
    scene = await DEBT_SCENES["charging_again"](town)
    await town.fault(MAKES, "status", status=500, before=True)
    with pytest.raises(AssertionError, match="never ends"):
        await finish(town, scene)
    await sent_earlier(town, scene, "24 hours")
    await finish(town, scene)
    assert await town.breaches() == []


async def test_a_debt_nobody_can_be_asked_about_is_owed_still(shared_town: Town) -> None:
    """Stripe fails for the whole window: the try is over, and leaves nothing at Stripe."""
    town = shared_town
    scene = await DEBT_SCENES["settling"](town)
    await town.fault(MAKES, "lost_answer", before=True, times=100)
    await town.drive()
    ((order_id,),) = await town.rows("SELECT order_id FROM saga WHERE id = :id", id=scene.saga_id)
    await town.sql(
        "UPDATE saga SET failing_since = now() - interval '16 minutes',"
        " data = jsonb_set(data, '{hold_call,at}', to_jsonb(extract(epoch FROM now() - interval '16 minutes')))"
        " WHERE id = :id",
        id=scene.saga_id,
    )
    await town.hurry()
    await town.no_faults()
    await town.sql(
        "UPDATE saga SET call = NULL, data = data || jsonb_build_object('unclear_at',"
        " extract(epoch FROM now() - interval '2 minutes')) WHERE id = :id",
        id=scene.saga_id,
    )
    await town.hurry()
    assert await town.rows("SELECT status FROM customer_debt WHERE order_id = :id", id=order_id) == [("open",)]
    told = await town.rows("SELECT key FROM push WHERE order_id = :id ORDER BY id DESC LIMIT 1", id=order_id)
    assert told == [("push-debt-not-reached",)]
    assert await scene.ended()
    assert await town.breaches() == []
