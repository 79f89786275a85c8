"""Crashes: a worker is killed at the transactions of every saga, and another one finishes with one effect."""

import asyncio
from uuid import UUID

import pytest

from tests.town import Town
from tests.workers.deaths import FURTHEST, Killed, dying, killed_everywhere, run_until_it_ends
from tests.workers.debts import paying_off_a_debt
from tests.workers.scenes import SCENES
from workers.engine import run_saga

EVERY_SCENE = {**SCENES, paying_off_a_debt.__name__: paying_off_a_debt}


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("name", EVERY_SCENE)
async def test_m16_a_worker_killed_at_any_transaction_leaves_one_effect(
    shared_town: Town, name: str, committed: bool
) -> None:
    """M2, M16, S5: killed having frozen a call, having its answer but not recorded it, having recorded it."""
    town = shared_town
    transactions = await killed_everywhere(town, EVERY_SCENE[name], committed=committed)
    assert 2 <= transactions < FURTHEST - 1
    assert await town.breaches() == []


EFFECTS = {
    "placing": "POST /v1/payment_intents",
    "cancelling": "POST /v1/payment_intents/*/cancel",
    "closing": "POST /v1/payment_intents/*/cancel",
    "completing": "POST /v1/payment_intents/*/capture",
    "paying": "POST /v1/transfers",
    "refunding_a_part": "POST /v1/refunds",
    "onboarding": "POST /v1/account_links",
    "saving_a_card": "POST /v1/customers",
}


@pytest.mark.parametrize("done", [False, True], ids=["before Stripe acts", "after Stripe acted"])
@pytest.mark.parametrize(("name", "call"), EFFECTS.items(), ids=list(EFFECTS))
async def test_s5_a_worker_killed_during_a_call_leaves_one_effect(
    shared_town: Town, name: str, call: str, done: bool
) -> None:
    """M2, S5: the call is on its way, and who made it is gone."""
    town = shared_town
    scene = await EVERY_SCENE[name](town)
    await town.fault(call, "hang", before=not done, seconds=0.3)
    calls = len(await town.look("requests"))
    doomed = asyncio.create_task(run_saga(town.worker("doomed"), scene.saga_id))
    await frozen(town, scene.saga_id, call)
    if done:
        async with asyncio.timeout(5):
            while len(await town.look("requests")) == calls:
                continue
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    heir = town.worker("heir")
    await run_until_it_ends(town, scene, heir)
    await town.drive(heir)
    await scene.check()
    assert await town.breaches() == []


async def frozen(town: Town, saga_id: UUID, call: str) -> None:
    """Wait until the saga's row names a call; it is made right after that commit."""
    async with asyncio.timeout(5):
        while True:
            ((found,),) = await town.rows("SELECT call ->> 'key' FROM saga WHERE id = :id", id=saga_id)
            if found is not None:
                return


async def test_s5_a_lease_that_is_over_is_found_by_the_sweep_alone(shared_town: Town) -> None:
    """S5: no bell, no new order, nothing registered in memory: three seconds of the row's own are enough."""
    town = shared_town
    scene = await SCENES["placing"](town)
    with pytest.raises(Killed):
        await run_saga(dying(town, at=1, committed=True), scene.saga_id)
    ((worker, left),) = await town.rows(
        "SELECT worker, extract(epoch FROM wake_at - now()) FROM saga WHERE id = :id", id=scene.saga_id
    )
    assert worker == "dying 1"
    assert 0 < float(left) <= 3
    await town.drive()
    assert not await scene.ended(), "a lease is respected while it lasts"
    await town.sql("UPDATE saga SET wake_at = wake_at - interval '3 seconds' WHERE id = :id", id=scene.saga_id)
    await town.drive()
    await scene.check()
