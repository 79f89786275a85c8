"""A hold that is replaced under killed workers, lost answers and an ill Stripe: one hold is left, and nothing leaks."""

import pytest

from tests.town import Town
from tests.workers.deaths import FURTHEST, killed_everywhere
from tests.workers.raise_scenes import RAISE_SCENES
from tests.workers.test_unknown_outcomes import FAULTS, finish

MAKES, CANCELS = "POST /v1/payment_intents", "POST /v1/payment_intents/*/cancel"
EACH = [("replacing", MAKES), ("replacing", CANCELS), ("replacing_in_vain", MAKES), ("replacing_in_vain", CANCELS)]


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("name", RAISE_SCENES)
async def test_a_worker_killed_at_any_transaction_leaves_one_hold(
    shared_town: Town, name: str, committed: bool
) -> None:
    town = shared_town
    transactions = await killed_everywhere(town, RAISE_SCENES[name], committed=committed)
    assert 1 <= transactions < FURTHEST - 1
    assert await town.breaches() == []


@pytest.mark.parametrize(("name", "call"), EACH)
async def test_whatever_happens_to_an_answer_there_is_one_hold(shared_town: Town, name: str, call: str) -> None:
    town = shared_town
    for fault in list(FAULTS.values())[::3]:
        scene = await RAISE_SCENES[name](town)
        await town.fault(call, times=2, **fault)
        await finish(town, scene)
        await town.no_faults()
    assert await town.breaches() == []


async def test_a_cached_500_of_a_hold_that_was_made_is_looked_up_and_adopted_once(shared_town: Town) -> None:
    town = shared_town
    scene = await RAISE_SCENES["replacing"](town)
    await town.fault(MAKES, "status", status=500, before=False)
    await finish(town, scene)
    assert await town.breaches() == []
