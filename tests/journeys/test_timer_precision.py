"""Tests that a deadline, and the nudge before it, are kept to two seconds, also when Redis was emptied."""

from datetime import timedelta

import pytest

from sandbox.launch.valkey import flush_valkey
from sandbox.people.populated_stack import PopulatedStack
from tests.journeys.running_scenes import running_scene

pytestmark = pytest.mark.drill

MAX_LATENESS_SECONDS = 2.0  # one is promised; test machines are slow
FIRE_TIMEOUT_SECONDS = 30.0
EXPIRED_AT_SQL = "SELECT min(at) AS at FROM event_log WHERE order_id = $1 AND after = 'EXPIRED' HAVING count(*) > 0"
DUE_AT_SQL = "SELECT due_at FROM timer WHERE order_id = $1 AND kind = $2"
NUDGED_AT_SQL = "SELECT written_at AS at FROM notification WHERE order_id = $1 AND key = 'notification-nudge'"


@pytest.mark.parametrize("emptied", [False, True], ids=["with Redis", "with Redis emptied"])
async def test_an_order_expires_at_most_two_seconds_after_its_deadline(stack: PopulatedStack, emptied: bool) -> None:
    async with running_scene(stack, "hasty") as context:
        order = await context.mei.order_laksa()
        nudge_due, due = [
            (await stack.wait_for_row(DUE_AT_SQL, order, kind, timeout=5))["due_at"] for kind in ("nudge", "expire")
        ]
        if emptied:
            flush_valkey(stack.launched.ports["valkey"])
        nudged = (await stack.wait_for_row(NUDGED_AT_SQL, order, timeout=FIRE_TIMEOUT_SECONDS))["at"]
        ended = (await stack.wait_for_row(EXPIRED_AT_SQL, order, timeout=FIRE_TIMEOUT_SECONDS))["at"]
        await context.mei.wait_for_message(f"#{order}: nobody could take it in time", "Released")
        await context.mei.wait_for_message(f"Nobody has taken #{order} yet")
    late: timedelta = max(ended - due, nudged - nudge_due)  # by the database's clock
    print(f"expired or nudged {late.total_seconds():.3f} s after its time")
    assert 0 <= late.total_seconds() <= MAX_LATENESS_SECONDS
