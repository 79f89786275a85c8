"""What Postgres and Stripe say of a case: where its saga stood at the kill, whether all is settled, what was made."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sandbox.crash.cases import Case
from sandbox.crash.errand import Errand
from sandbox.crash.ground import Ground
from sandbox.crash.points import HAPPENED, Point, Way
from sandbox.play.wire import fields, rows, whole

DONE = 200  # the status of a call that had its effect
STOOD = "SELECT status, position, call ->> 'name' AS call FROM saga WHERE id = $1"
UNSETTLED = """
SELECT 'saga ' || kind || ' is ' || saga.status || ' at ' || position || coalesce(': ' || saga.error, '')
  FROM saga LEFT JOIN orders ON orders.id = saga.order_id
 WHERE (saga.person_id = ANY($1) OR orders.customer_id = ANY($1))
   AND (saga.status = 'stuck' OR (saga.status IN ('running', 'turning')
        AND (waiting_until IS NULL OR worker IS NOT NULL OR saga.error IS NOT NULL)))
UNION ALL
SELECT 'a card of #' || order_id || ' is due' FROM live_card JOIN orders ON orders.id = order_id
 WHERE customer_id = ANY($1) AND due_at IS NOT NULL
UNION ALL
SELECT 'the message ' || push.name || ' is ' || status FROM push
 WHERE chat_id = ANY($1) AND status IN ('due', 'sending')
"""
# Objects a call makes: their kind at Stripe, and the metadata that says whose they are.
MADE_BY: Mapping[str, tuple[str, str]] = {
    "ensure_customer": ("customer", "person"),
    "open_checkout": ("checkout.session", "saga"),
    "authorize_hold": ("payment_intent", "saga"),
    "charge_again": ("payment_intent", "saga"),
    "charge_debt": ("payment_intent", "saga"),
    "transfer_earnings": ("transfer", "saga"),
    "ensure_account": ("account", "person"),
    "create_refund": ("refund", "saga"),
}


async def misplaced(ground: Ground, case: Case, saga: UUID | None) -> str | None:
    """What is wrong with where the saga stands after the kill, by its committed row; None: it was the very point."""
    found = [] if saga is None else await ground.ask(STOOD, saga)
    if case.kill.way is Way.START:
        there = bool(found)
        return None if there is (case.point in HAPPENED) else f"its row is {'there' if there else 'not there'}"
    if case.point is Point.RESTING:
        return None
    if not found:
        return "it has no row"
    row = found[0]
    past = _is_past(case, row["status"], row["position"], row["call"])
    if past is (case.point in HAPPENED):
        return None
    return f"it stood {row['status']} at {row['position']} with the call {row['call']}"


def _is_past(case: Case, status: str, position: int, call: str | None) -> bool:
    if case.kill.undo:
        if status == "running":
            return False  # what is refused is not written down yet
        return status != "turning" or position < case.position
    if status != "running" or position > case.position:
        return True
    return position == case.position and case.kill.way is Way.CALL and call != case.kill.step


async def unsettled(ground: Ground, errand: Errand | None, people: Sequence[int]) -> str | None:
    """What is still to come, or None; without an errand whatever end there is will do."""
    for row in await ground.ask(UNSETTLED, list(people)):
        return str(row[0])
    if errand is not None and not await ground.ask(errand.ends, errand.about):
        return f"the end is not reached: {errand.ends} ({errand.about})"
    return None


async def effects_of(ground: Ground, case: Case, saga: UUID | None, person: int, done: Counter[str]) -> int | None:
    """How often Stripe did what the step asks for, objects it made included; None where it asks for nothing.

    `done` counts what each step of the saga did.
    """
    if case.kill.way is not Way.CALL:
        return None
    kind, mark = MADE_BY.get(case.kill.step, ("", ""))
    if not kind:
        return done[case.kill.step]
    whose = str(person) if mark == "person" else str(saga)
    objects = rows(await ground.stripe.get("/sim/objects", kind=kind))
    return max(done[case.kill.step], sum(fields(one["metadata"]).get(mark) == whose for one in objects))


async def effects_by_saga(ground: Ground, after: int) -> tuple[dict[str, Counter[str]], int]:
    """How often each step of each saga took effect at Stripe, under whatever key; and the last call's number."""
    done: dict[str, Counter[str]] = defaultdict(Counter)
    for call in rows(await ground.stripe.get("/sim/requests", after=after)):
        after = whole(call["seq"])
        owner, _, rest = str(call["idempotency_key"] or "").partition(":")
        if owner and call["status"] == DONE and not call["replayed"]:
            done[owner][rest.partition(":")[0]] += 1
    return done, after
