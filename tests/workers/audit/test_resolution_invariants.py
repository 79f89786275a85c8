"""What was resolved by hand, broken in the database: the audit says that nobody pays, or what is left half done."""

import pytest

from domain.campuses.own_acts.subjects import ActSubjectKind
from domain.campuses.people import Member
from domain.errors import AnotherAdminNeeded, CannotResolve
from domain.orders.states import Order, OrderStatus
from domain.support.use_cases import own_acts, stuck_sagas
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack
from workers.audit.admin_acts.own_acts import describe_own_acts
from workers.audit.snapshot_reader import read_snapshot

pytestmark = pytest.mark.drill

RESOLVED_SQL = (
    "UPDATE saga SET status = 'resolved', wake_at = NULL, ended_at = now() WHERE order_id = :id AND kind = :kind"
)
STUCK_SQL = (
    "UPDATE saga SET status = 'stuck', wake_at = NULL, worker = NULL, error = 'why', ended_at = NULL"
    " WHERE order_id = :id AND kind = :kind"
)


@pytest.fixture
async def admin(shared_stack: WorkerStack) -> Member:
    return await new_admin(shared_stack)


async def stuck_completion(stack: WorkerStack) -> Order:
    """A delivered order whose capture Stripe refused for good."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None), await stack.add_member())
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    assert (await stack.saga(order, "complete_order")).status == "stuck"
    return order


async def resolve(stack: WorkerStack, admin: Member, order: Order, kind: str) -> None:
    """Type /resolve with a reason."""
    async with stack.database() as work:
        number = (await stack.saga(order, kind)).number
        await stuck_sagas.resolve_saga(work, stack.campus, admin, number, "settled elsewhere")


async def retry(stack: WorkerStack, admin: Member, order: Order, kind: str) -> None:
    """Tap [Retry]."""
    async with stack.database() as work:
        await stuck_sagas.retry_saga(work, stack.campus, admin, (await stack.saga(order, kind)).number)


async def test_i11_finds_a_delivery_that_nobody_pays_and_nobody_is_told_of(
    shared_stack: WorkerStack, admin: Member
) -> None:
    stack = shared_stack
    order = await stuck_completion(stack)
    assert await stack.breaches() == [], "a stuck completion waits for an admin"
    await stack.sql(RESOLVED_SQL, id=order.id, kind="complete_order")
    (finding,) = await stack.breaches()
    assert (finding.name, finding.breaches) == (
        "I11",
        (f"order {order.id} is delivered, and no saga completes it",),
    )
    await stack.sql(STUCK_SQL, id=order.id, kind="complete_order")
    await retry(stack, admin, order, "complete_order")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED


async def test_i12_finds_a_pay_out_that_nobody_sends(shared_stack: WorkerStack, admin: Member) -> None:
    """A pay-out that is being sent is not resolved by hand; done in the database, the audit says it."""
    stack = shared_stack
    await stack.control_stripe("clock", advance=3 * 24 * 60 * 60)
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/transfers", "reset", before=True, times=1)
    await stack.run_due()
    assert await stack.rows_of(order, "payable", "status") == [("sending",)]
    await stack.sql(STUCK_SQL, id=order.id, kind="pay_out_runner")
    assert await stack.breaches() == []
    with pytest.raises(CannotResolve):
        await resolve(stack, admin, order, "pay_out_runner")
    assert (await stack.saga(order, "pay_out_runner")).status == "stuck"
    await stack.sql(RESOLVED_SQL, id=order.id, kind="pay_out_runner")
    number = (await stack.saga(order, "pay_out_runner")).number
    (finding,) = await stack.breaches()
    assert finding.name == "I12"
    assert (
        f"order {order.id}: the pay-out of {order.runner_share} is being sent, and no saga goes on"
        in finding.breaches[0]
    )
    assert finding.breaches[0].endswith(f"since saga {number} was resolved by hand")
    await stack.sql(STUCK_SQL, id=order.id, kind="pay_out_runner")
    await retry(stack, admin, order, "pay_out_runner")
    await stack.run_now()
    assert await stack.breaches() == []


async def test_a_resolved_capture_is_owed_by_the_customer_and_the_runner_is_paid(
    shared_stack: WorkerStack, admin: Member
) -> None:
    stack = shared_stack
    order = await stuck_completion(stack)
    await resolve(stack, admin, order, "complete_order")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert [one["status"] for one in await stack.intents(order.id)] == ["canceled"]
    assert await stack.rows_of(order, "customer_debt", "status, amount, refusal") == [
        ("open", order.total, "resolved_by_hand")
    ]
    assert await stack.rows_of(order, "payable", "amount, charge") == [(order.runner_share, None)]
    assert "notification-owes" in await stack.notification_keys(order, order.customer_id)
    told = await stack.notification_keys(order, stack.campus.admin_chat)
    assert "notification-admin-act" in told
    assert "notification-owes-admins" in told
    assert await stack.breaches() == []


async def test_a_resolved_capture_that_stripe_did_after_all_is_booked_as_captured(
    shared_stack: WorkerStack, admin: Member
) -> None:
    """An admin captured it in the Dashboard, and says so: the customer does not owe it a second time."""
    stack = shared_stack
    order = await stuck_completion(stack)
    (intent,) = await stack.intents(order.id)
    assert order.total is not None
    await stack.context.stripe.v1.payment_intents.capture_async(intent["id"], {"amount_to_capture": order.total})
    await resolve(stack, admin, order, "complete_order")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await stack.rows_of(order, "customer_debt", "status") == []
    assert await stack.rows_of(order, "hold", "status, captured") == [("captured", order.total)]
    assert await stack.breaches() == []


async def test_own_acts_are_listed_and_break_nothing(shared_stack: WorkerStack) -> None:
    """The only admin resolves the capture of their own order: after they agreed, and for everybody to see."""
    stack = shared_stack
    order = await stuck_completion(stack)
    await stack.sql("UPDATE membership SET is_admin = person_id = :id", id=order.customer_id)
    second = await new_admin(stack)
    admin = await stack.committed_member(order.customer_id)
    with pytest.raises(AnotherAdminNeeded):
        await resolve(stack, admin, order, "complete_order")
    await stack.sql("UPDATE membership SET is_admin = false WHERE person_id = :id", id=second.person_id)
    async with stack.database() as work:
        await own_acts.agree_to_own_act(work, stack.campus, admin, ActSubjectKind.ORDER, order.id)
    await resolve(stack, admin, order, "complete_order")
    await stack.run_due()
    assert order.runner_id is not None
    assert "notification-own-act" in await stack.notification_keys(order, order.runner_id)
    assert await stack.breaches() == []
    (*_, act) = (await read_snapshot(stack.database, stack.context.stripe)).own_acts
    assert (act.person_id, act.subject, act.act) == (order.customer_id, f"order:{order.id}", "resolve")
    assert "resolve of order:" in describe_own_acts([act])
    assert describe_own_acts(()) == "Own acts of admins: 0."
