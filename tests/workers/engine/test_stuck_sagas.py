"""Stuck sagas: a reason that a person can read, one notification, and a retry that is always safe."""

import pytest

from domain.campuses.people import Member
from domain.errors import NotAllowed, Stale
from domain.orders.states import Order, OrderStatus
from domain.support.use_cases import stuck_sagas as saga_use_cases
from tests.scenarios.failing_postgres import failing_table
from tests.scenarios.stripe_objects import make_intent
from tests.stack.worker_stack import WorkerStack
from workers.reconciliation.object_ownership import ObjectOwnership, find_intent_owner

pytestmark = pytest.mark.drill

ONCE_AN_HOUR = "notification-stripe-settings"  # whichever test of this file is the first to meet the cause


@pytest.fixture
async def admin(shared_stack: WorkerStack) -> Member:
    member = await shared_stack.add_member()
    await shared_stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=member.person_id)
    return await shared_stack.committed_member(member.person_id)


async def retry(stack: WorkerStack, admin: Member, order: Order, kind: str) -> None:
    """Tap [Retry]."""
    async with stack.database() as work:
        await saga_use_cases.retry_saga(work, stack.campus, admin, (await stack.saga(order, kind)).number)


async def keys_of(stack: WorkerStack, path: str, order: Order) -> set[str]:
    """The idempotency keys under which a saga of the order called this path."""
    (intent,) = await stack.intents(order.id)
    calls = await stack.inspect_stripe("requests")
    return {
        call["idempotency_key"]
        for call in calls
        if call["verb"] == "POST"
        and call["path"].endswith(path)
        and (intent["id"] in call["path"] or str(order.id) == (call["params"].get("metadata") or {}).get("order"))
    }


async def test_m17_a_capture_refused_for_good_is_stuck_and_a_retry_is_a_new_attempt(
    shared_stack: WorkerStack, admin: Member
) -> None:
    """The capture is neither taken for done nor forgotten (M3)."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    row = await stack.saga(order, "complete_order")
    assert (row.status, row.wake_at) == ("stuck", None)
    assert "not_today" in row.error
    told = [each for each in await stack.notification_keys(order, stack.campus.admin_chat) if each != ONCE_AN_HOUR]
    assert told == ["notification-stuck"]
    async with stack.database() as work:
        (listed,) = [
            one for one in await saga_use_cases.view_stuck_sagas(work, stack.campus, admin) if one.order_id == order.id
        ]
    assert (listed.number, listed.error) == (row.number, row.error)
    await stack.run_now()
    assert (await stack.saga(order, "complete_order")).status == "stuck", "only a person wakes it"
    await retry(stack, admin, order, "complete_order")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await keys_of(stack, "/capture", order)) == 2, "after a definite refusal the key is a new one"
    with pytest.raises(Stale):
        await retry(stack, admin, order, "complete_order")


async def test_m14_a_capture_refused_for_good_waits_for_a_person(shared_stack: WorkerStack, admin: Member) -> None:
    """The admins are told, and told again after a retry that fails."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today", times=2)
    await stack.run_due()
    await retry(stack, admin, order, "complete_order")
    await stack.run_due()
    row = await stack.saga(order, "complete_order")
    assert (row.status, row.attempt) == ("stuck", 2)
    told = [each for each in await stack.notification_keys(order, stack.campus.admin_chat) if each != ONCE_AN_HOUR]
    assert told == ["notification-stuck", "notification-admin-act", "notification-stuck"]
    await retry(stack, admin, order, "complete_order")
    await stack.run_due()


async def test_m14_a_hold_that_lapsed_while_the_saga_was_stuck_is_charged_again(
    shared_stack: WorkerStack, admin: Member
) -> None:
    """Stripe refused the capture, and the hold lapsed while the saga was stuck."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await retry(stack, admin, order, "complete_order")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert [one["amount_received"] for one in await stack.intents(order.id)] == [0, 1130]


async def test_m17_a_release_refused_for_good_is_not_over(shared_stack: WorkerStack, admin: Member) -> None:
    """An order's saga ends only when its money has."""
    stack = shared_stack
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    await stack.inject_fault("POST /v1/payment_intents/*/cancel", "status", status=400, code="not_today")
    await stack.cancel(customer, order)
    await stack.run_due()
    assert (await stack.saga(order, "cancel_order")).status == "stuck"
    await retry(stack, admin, order, "cancel_order")
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "canceled"
    assert (await stack.saga(order, "cancel_order")).status == "done"


async def test_m17_a_refused_compensation_is_stuck_and_goes_on_after_a_retry(
    shared_stack: WorkerStack, admin: Member
) -> None:
    """A compensating saga goes on compensating after a retry."""
    stack = shared_stack
    order = await stack.place_order(await stack.add_member(card="pm_card_chargeCustomerFail"))
    await stack.inject_fault("POST /v1/payment_intents/*/cancel", "status", status=400, code="not_today")
    await stack.run_due()
    assert (await stack.saga(order, "create_order")).status == "stuck"
    await retry(stack, admin, order, "create_order")
    await stack.run_due()
    assert (await stack.saga(order, "create_order")).status == "compensated"
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("table", "kind", "made", "path"),
    [
        ("ledger_entry", "pay_out_runner", "transfers", "/transfers"),
        ("timer", "create_order", "intents", "/payment_intents"),
    ],
)
async def test_m2_a_retry_after_a_fault_of_our_own_sends_nothing_twice(
    shared_stack: WorkerStack, admin: Member, table: str, kind: str, made: str, path: str
) -> None:
    """Stripe did it and we failed to record it; a new key would do it again."""
    stack = shared_stack
    if kind == "create_order":
        order = await stack.place_order(await stack.add_member())
    else:
        order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
        await stack.inject_fault("POST /v1/transfers", "status", status=429, times=1)
        await stack.run_due()
    for times in (1, 2):
        async with failing_table(stack, table):
            for _ in range(12):
                await stack.run_now()
            row = await stack.saga(order, kind)
            assert row.status == "stuck"
            assert "broken" in row.error
            told = await stack.notification_keys(order, stack.campus.admin_chat)
            assert told.count("notification-stuck") == times
            await retry(stack, admin, order, kind)
    await stack.run_due()
    assert (await stack.saga(order, kind)).status == "done"
    assert len(await getattr(stack, made)(order.id)) == 1
    assert len(await keys_of(stack, path, order)) == 1


async def test_s4_a_step_that_keeps_failing_is_told_once_and_goes_on(shared_stack: WorkerStack) -> None:
    """Stripe is down for a quarter of an hour (M6)."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "reset", before=True, times=4)
    await stack.run_due()
    row = await stack.saga(order, "complete_order")
    assert (row.status, row.tries) == ("running", 1)
    assert await stack.notification_keys(order, stack.campus.admin_chat) == []
    await stack.sql("UPDATE saga SET failing_since = now() - interval '15 minutes' WHERE order_id = :id", id=order.id)
    for _ in range(2):
        await stack.run_now()
    assert await stack.notification_keys(order, stack.campus.admin_chat) == ["notification-slow"]
    for _ in range(3):
        await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED


async def test_what_a_human_resolved_is_over_and_no_call_of_it_is_made_again(
    shared_stack: WorkerStack, admin: Member
) -> None:
    """An admin says that a capture was settled elsewhere: it is not called again, and its order comes to its end."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None), await stack.add_member())
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    row = await stack.saga(order, "complete_order")
    async with stack.database() as work:
        found = await saga_use_cases.resolve_saga(work, stack.campus, admin, row.number, "charged by hand")
    assert (found.order_id, found.step, found.error) == (order.id, "capture_payment", row.error)
    await stack.run_now()
    assert (await stack.saga(order, "complete_order")).status == "resolved"
    assert len(await keys_of(stack, "/capture", order)) == 1
    async with stack.database() as work:
        assert all(one.order_id != order.id for one in await saga_use_cases.view_stuck_sagas(work, stack.campus, admin))
        with pytest.raises(Stale):
            await saga_use_cases.retry_saga(work, stack.campus, admin, row.number)
        found_later = await find_intent_owner(work, make_intent("pi_late", saga=str(row.id)))
    assert found_later.ownership is ObjectOwnership.UNOWNED, "a person decides about what the call made after all"
    await stack.run_due()
    assert not await stack.breaches()


async def test_a_worker_that_was_late_leaves_what_was_resolved_alone(shared_stack: WorkerStack, admin: Member) -> None:
    """Two admins act at once, one with [Retry] and one with [Resolve]: one of them is out of date."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await stack.run_due()
    await retry(stack, admin, order, "complete_order")
    with pytest.raises(Stale):
        async with stack.database() as work:
            number = (await stack.saga(order, "complete_order")).number
            await saga_use_cases.resolve_saga(work, stack.campus, admin, number, "too late")
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED


async def test_only_an_admin_sees_and_wakes_what_is_stuck(shared_stack: WorkerStack) -> None:
    """Covers A1 and A6."""
    stack, member = shared_stack, await shared_stack.add_member(runner=True, card=None)
    async with stack.database() as work:
        with pytest.raises(NotAllowed):
            await saga_use_cases.view_stuck_sagas(work, stack.campus, member)
        with pytest.raises(NotAllowed):
            await saga_use_cases.retry_saga(work, stack.campus, member, 1)
        with pytest.raises(NotAllowed):
            await saga_use_cases.resolve_saga(work, stack.campus, member, 1, "mine")
