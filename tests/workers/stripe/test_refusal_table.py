"""Every external step has an answer for each kind of refusal: nobody waits in silence, and no bank is blamed.

`make test` refuses each step once, `make tables` in every way.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.fuzz.fuzz_depth import sample
from tests.scenarios.refused_steps import REFUSED_STEPS
from tests.scenarios.scenario_setup import SagaScenario
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.stripe.steps import EXTERNAL_STEPS

KINDS: dict[str, dict[str, Any]] = {
    "settings": {
        "status": 400,
        "message": "Your account cannot currently make live charges.",
        "code": "testmode_charges_only",
    },
    "permission": {"status": 403, "message": "The provided key does not have the required permissions."},
    "gone": {"status": 404, "message": "No such object", "code": "resource_missing"},
    "bank": {"status": 402, "message": "Your card was declined.", "code": "card_declined"},
}
BLAMES_BANK = {
    "notification-declined",
    "notification-debt-declined",
    "notification-price-increase-declined",
    "notification-limit-not-increased",
    "notification-unpaid",
    "notification-not-started",
    "notification-hold-gone-customer",
}
ADMIN_MESSAGE = "notification-stripe-settings"
FINAL = ("done", "compensated", "stuck")
STEPS = list(REFUSED_STEPS)
# The saga goes on without what is refused of these, and the admins read why: test_dispute_photos.py.
LEFT_OUT_STEPS = {"upload_receipt", "upload_handover"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a refused call: the saga's row, and what was told since, by chat."""

    row: Any
    to_person: list[str]
    to_admins: list[str]


async def refuse(stack: WorkerStack, name: str, kind: str) -> tuple[UUID, Answer]:
    """Bring a saga to the step, refuse its call, and return the saga and what followed."""
    step = REFUSED_STEPS[name]
    begun = await step.begin(stack)
    saga_id = begun.saga_id if isinstance(begun, SagaScenario) else begun
    ((seen,),) = await stack.rows("SELECT coalesce(max(id), 0) FROM notification")
    await stack.sql("DELETE FROM notification WHERE key = :key", key=ADMIN_MESSAGE)
    await stack.inject_fault(step.path, "status", times=20, param=step.param, **KINDS[kind])
    for _ in range(3):  # a saga that is not over is tried again
        await stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id AND wake_at IS NOT NULL", id=saga_id)
        await advance_saga(stack.context, saga_id)
    await stack.clear_faults()
    if kind == "gone":
        await stack.run_due()  # another page is opened by a saga of its own
    (row,) = await stack.rows("SELECT * FROM saga WHERE id = :id", id=saga_id)
    told = await stack.rows("SELECT key, chat_id FROM notification WHERE id > :seen", seen=seen)
    to = {chat: [each.key for each in told if each.chat_id == chat] for chat in {each.chat_id for each in told}}
    return saga_id, Answer(row, to.get(row.person_id, []), to.get(stack.campus.admin_chat, []))


def test_the_table_has_every_external_step() -> None:
    assert set(REFUSED_STEPS) | LEFT_OUT_STEPS == set(EXTERNAL_STEPS)


@pytest.mark.parametrize("name", sample(STEPS, 8, 0))
async def test_our_own_settings_are_told_to_the_admins_once_and_to_whoever_waits(
    shared_stack: WorkerStack, name: str
) -> None:
    """The row keeps Stripe's code, its words and the request; no bank is blamed."""
    _, answer = await refuse(shared_stack, name, "settings")
    kept = answer.row.data["stripe_refusal"]
    assert (kept["kind"], kept["code"], kept["step"]) == ("configuration", "testmode_charges_only", name)
    assert kept["request"].startswith("req_")
    assert kept["message"].startswith("Your account cannot")
    assert answer.to_admins.count(ADMIN_MESSAGE) == 1
    assert answer.to_person or not REFUSED_STEPS[name].waits
    assert not BLAMES_BANK & {*answer.to_person, *answer.to_admins}


@pytest.mark.parametrize("name", sample(STEPS, 8, 2))
async def test_a_missing_permission_is_told_and_the_saga_goes_on_by_itself_once_it_is_given(
    shared_stack: WorkerStack, name: str
) -> None:
    saga_id, answer = await refuse(shared_stack, name, "permission")
    assert answer.row.status in ("running", "compensating")
    assert answer.row.data["stripe_refusal"]["access"] == "permission"
    assert answer.to_admins.count(ADMIN_MESSAGE) == 1
    assert answer.to_person or not REFUSED_STEPS[name].waits
    assert not BLAMES_BANK & {*answer.to_person, *answer.to_admins}
    await shared_stack.sql("UPDATE saga SET wake_at = now() WHERE id = :id AND wake_at IS NOT NULL", id=saga_id)
    await advance_saga(shared_stack.context, saga_id)
    ((status, tries),) = await shared_stack.rows("SELECT status, tries FROM saga WHERE id = :id", id=saga_id)
    assert (status, tries) != ("stuck", tries)
    assert tries == 0


@pytest.mark.parametrize("name", sample(STEPS, 8, 4))
async def test_an_object_that_is_gone_is_made_anew_or_told(shared_stack: WorkerStack, name: str) -> None:
    """What holds no money any more needs nobody; for all else the person or the admins read something."""
    _, answer = await refuse(shared_stack, name, "gone")
    assert answer.to_person or answer.to_admins or answer.row.status == "done"
    assert answer.row.status != "stuck" or answer.to_admins
    assert answer.to_person or not REFUSED_STEPS[name].waits or answer.row.status == "done"
    assert not BLAMES_BANK & {*answer.to_person, *answer.to_admins} or name == "check_hold"


@pytest.mark.parametrize("name", [name for name, step in REFUSED_STEPS.items() if step.asks_bank])
async def test_the_banks_no_is_told_as_the_banks_and_not_to_the_admins_as_ours(
    shared_stack: WorkerStack, name: str
) -> None:
    _, answer = await refuse(shared_stack, name, "bank")
    assert answer.row.status in FINAL
    assert ADMIN_MESSAGE not in answer.to_admins
