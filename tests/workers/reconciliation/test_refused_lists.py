"""A restricted key that may not read one list: the admins are told of it, and every other list is read all the same."""

import pytest

from sandbox.stripe.platform_profile import PERMISSION_BY_RESOURCE
from tests.scenarios.reconciliation_setup import reconcile_once, stripe_call_paths
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

ALL = frozenset(f"{permission}_write" for permission in PERMISSION_BY_RESOURCE.values())
KEY = "notification-list-refused"
# Each list of the platform, by the name of its cursor: its path, and what a key needs to read it.
LISTS = {
    "events": ("GET /v1/events", "event"),
    "payment_intents": ("GET /v1/payment_intents", "payment_intent"),
    "transfers": ("GET /v1/transfers", "transfer"),
    "refunds": ("GET /v1/refunds", "refund"),
    "movements": ("GET /v1/balance_transactions", "balance_transaction_source"),
}
TURNS = 3


@pytest.mark.parametrize("lacking", LISTS)
async def test_a_list_that_the_key_may_not_read_keeps_no_other_from_being_read(
    stack: WorkerStack, lacking: str
) -> None:
    permission = LISTS[lacking][1]
    await stack.control_stripe("platform", key_permissions=sorted(ALL - {f"{permission}_write"}))
    for _ in range(TURNS):
        await reconcile_once(stack)
    read = {row.task for row in await stack.rows("SELECT task FROM list_cursor WHERE ended_at IS NOT NULL")}
    assert (LISTS.keys() | {"rows", "holds", "open"}) - read == {lacking}
    told = await stack.rows("SELECT args FROM notification WHERE key = :key", key=KEY)
    assert [each.args["kind"] for each in told] == [lacking]
    assert f"rak_{permission}_read" in told[0].args["error"]
    await stack.control_stripe("platform", key_permissions=None)
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    before = len(await stripe_call_paths(stack))
    await reconcile_once(stack)
    assert LISTS[lacking][0] in (await stripe_call_paths(stack))[before:]
    (mended,) = await stack.rows("SELECT failures FROM list_cursor WHERE task = :task", task=lacking)
    assert mended.failures == 0


async def test_a_comparison_that_an_admin_asks_for_and_the_key_may_not_make_keeps_no_list_from_being_read(
    stack: WorkerStack,
) -> None:
    await reconcile_once(stack)
    await stack.sql(
        "INSERT INTO discrepancy"
        " (campus_id, kind, subject, remote_value, currency, recheck_requested_at, recheck_chat_id)"
        " VALUES (:campus, 'unknown_refund', 're_of_nobody', 100, 'sgd', now(), 1)",
        campus=stack.campus.id,
    )
    await stack.control_stripe("platform", key_permissions=sorted(ALL - {"refund_write"}))
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    before = len(await stripe_call_paths(stack))
    await reconcile_once(stack)
    assert "GET /v1/transfers" in (await stripe_call_paths(stack))[before:]
    await stack.control_stripe("platform", key_permissions=None)
