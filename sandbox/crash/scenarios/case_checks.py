"""Checks a case in Postgres and at Stripe: the saga's position at the kill, what is unsettled, the effects."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sandbox.crash.kill_points import POINTS_AFTER_COMMIT, KillPoint, StepKind
from sandbox.crash.scenarios.crash_cases import CrashCase
from sandbox.crash.scenarios.crash_scenario import CrashScenario
from sandbox.people.populated_stack import PopulatedStack

EXECUTED_STATUS = 200  # the status of a call that had its effect
SAGA_POSITION = "SELECT status, position, call ->> 'name' AS call FROM saga WHERE id = $1"
UNSETTLED = """
SELECT 'saga ' || kind || ' is ' || saga.status || ' at ' || position || coalesce(': ' || saga.error, '')
  FROM saga LEFT JOIN orders ON orders.id = saga.order_id
 WHERE (saga.person_id = ANY($1) OR orders.customer_id = ANY($1))
   AND (saga.status = 'stuck' OR (saga.status IN ('running', 'compensating')
        AND (waiting_until IS NULL OR worker IS NOT NULL OR saga.error IS NOT NULL)))
UNION ALL
SELECT 'an order message of #' || order_id || ' is due' FROM order_message JOIN orders ON orders.id = order_id
 WHERE customer_id = ANY($1) AND due_at IS NOT NULL
UNION ALL
SELECT 'the notification ' || notification.name || ' is ' || status FROM notification
 WHERE chat_id = ANY($1) AND status IN ('due', 'sending')
"""
# Objects that a call creates: their kind at Stripe, and the metadata key that names their owner.
OBJECT_MADE_BY_STEP: Mapping[str, tuple[str, str]] = {
    "ensure_customer": ("customer", "person"),
    "open_checkout": ("checkout.session", "saga"),
    "authorize_hold": ("payment_intent", "saga"),
    "charge_again": ("payment_intent", "saga"),
    "charge_debt": ("payment_intent", "saga"),
    "transfer_earnings": ("transfer", "saga"),
    "ensure_account": ("account", "person"),
    "create_refund": ("refund", "saga"),
}


async def describe_misplacement(stack: PopulatedStack, case: CrashCase, saga_id: UUID | None) -> str | None:
    """Return what is wrong with the saga's committed position after the kill, or None when it is the expected one."""
    found = [] if saga_id is None else await stack.query(SAGA_POSITION, saga_id)
    if case.killed_step.step_kind is StepKind.LOCAL_AT_START:
        row_exists = bool(found)
        return (
            None
            if row_exists is (case.point in POINTS_AFTER_COMMIT)
            else f"its row is {'there' if row_exists else 'not there'}"
        )
    if case.point is KillPoint.SAGA_WAITING:
        return None
    if not found:
        return "it has no row"
    row = found[0]
    is_past = _is_past(case, row["status"], row["position"], row["call"])
    if is_past is (case.point in POINTS_AFTER_COMMIT):
        return None
    return f"it is {row['status']} at {row['position']} with the call {row['call']}"


def _is_past(case: CrashCase, status: str, position: int, call: str | None) -> bool:
    if case.killed_step.is_compensation:
        if status == "running":
            return False  # a refusal is not recorded yet
        return status != "compensating" or position < case.position
    if status != "running" or position > case.position:
        return True
    return (
        position == case.position
        and case.killed_step.step_kind is StepKind.WRITE_CALL
        and call != case.killed_step.step
    )


async def find_unsettled(
    stack: PopulatedStack, scenario: CrashScenario | None, person_ids: Sequence[int]
) -> str | None:
    """Return what is not settled yet, or None. Without a scenario no end is required."""
    for row in await stack.query(UNSETTLED, list(person_ids)):
        return str(row[0])
    if scenario is not None and not await stack.query(scenario.end_query, scenario.end_argument):
        return f"the end is not reached: {scenario.end_query} ({scenario.end_argument})"
    return None


async def count_step_effects(
    stack: PopulatedStack, case: CrashCase, saga_id: UUID | None, person_id: int, effect_counts: Counter[str]
) -> int | None:
    """Return how often Stripe did what the step asks for, or None when the step asks for nothing.

    Objects that the step created count too. `effect_counts` has the effects of each step of the saga.
    """
    if case.killed_step.step_kind is not StepKind.WRITE_CALL:
        return None
    kind, metadata_key = OBJECT_MADE_BY_STEP.get(case.killed_step.step, ("", ""))
    if not kind:
        return effect_counts[case.killed_step.step]
    owner_id = str(person_id) if metadata_key == "person" else str(saga_id)
    made: int = sum(one["metadata"].get(metadata_key) == owner_id for one in await stack.stripe.objects(kind))
    return max(effect_counts[case.killed_step.step], made)


async def count_effects_by_saga(stack: PopulatedStack, last_call: int) -> tuple[dict[str, Counter[str]], int]:
    """Count the effects of each saga's steps at Stripe, under any key. Return also the last call's number."""
    effect_counts: dict[str, Counter[str]] = defaultdict(Counter)
    for call in await stack.stripe.calls(after=last_call):
        last_call = call["seq"]
        owner, _, rest = str(call["idempotency_key"] or "").partition(":")
        if owner and call["status"] == EXECUTED_STATUS and not call["replayed"]:
            effect_counts[owner][rest.partition(":")[0]] += 1
    return effect_counts, last_call
