"""Dead letters: what always fails ends after a few tries with its reason, is told once, and blocks nothing else."""

import json
from typing import Any
from uuid import uuid4

import pytest

from domain.campuses.people import Member
from domain.errors import NotAllowed, Stale
from domain.inbox import use_cases as inbox_use_cases
from domain.inbox.dead_letter import MAX_TRIES
from domain.orders.states import OrderStatus
from domain.support.use_cases import stuck_sagas as saga_use_cases
from tests.cases import case
from tests.scenarios.failing_postgres import failing_table
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers
from workers.stripe.event_handler import handle_stripe_event, handle_waiting_stripe_events

UNREADABLE_EVENT = {"data": {"object": {"object": "refund"}, "note": "nothing to look for"}}


@pytest.fixture
async def admin(own_stack: WorkerStack) -> Member:
    return await new_admin(own_stack)


async def store_event(stack: WorkerStack, payload: Any) -> str:
    """Store an event that a saga may wait for, and return its number."""
    number = f"evt_{uuid4().hex}"
    row = "INSERT INTO stripe_event (id, type, payload) VALUES (:id, 'refund.updated', CAST(:payload AS jsonb))"
    await stack.sql(row, id=number, payload=json.dumps(payload))
    return number


async def dead_letters(stack: WorkerStack) -> list[Any]:
    """All dead letters, ended ones too."""
    return list(await stack.rows("SELECT * FROM dead_letter ORDER BY id"))


async def count_admin_alerts(stack: WorkerStack) -> int:
    """The number of notifications to the admins about dead letters."""
    return len(await stack.rows("SELECT 1 FROM notification WHERE key = 'notification-dead-letter'"))


@case(38)
async def test_an_event_that_always_fails_is_a_dead_letter_and_the_others_go_on(
    own_stack: WorkerStack, admin: Member
) -> None:
    unreadable, good = await store_event(own_stack, {"data": None}), await store_event(own_stack, UNREADABLE_EVENT)
    for _ in range(MAX_TRIES + 3):
        await handle_waiting_stripe_events(own_stack.context, 50)
    rows = {row.id: row for row in await own_stack.rows("SELECT * FROM stripe_event")}
    assert (rows[good].tries, rows[good].error) == (0, None)
    assert rows[good].handled_at is not None
    assert rows[unreadable].tries == MAX_TRIES
    (row,) = await dead_letters(own_stack)
    assert (row.kind, row.subject, row.tries) == ("stripe_event", unreadable, MAX_TRIES)
    assert row.shown == f"refund.updated {unreadable}"
    assert "TypeError" in row.error
    assert await count_admin_alerts(own_stack) == 1
    await own_stack.sql("UPDATE stripe_event SET payload = CAST(:good AS jsonb)", good=json.dumps(UNREADABLE_EVENT))
    await own_stack.act(inbox_use_cases.retry_dead_letter, admin, row.id)
    await handle_stripe_event(own_stack.context, unreadable)
    (handled,) = await own_stack.rows("SELECT * FROM stripe_event WHERE id = :id", id=unreadable)
    assert (handled.tries, handled.error, handled.handled_at is None) == (0, None, False)


async def test_what_fails_again_after_one_more_try_is_told_again(own_stack: WorkerStack, admin: Member) -> None:
    await store_event(own_stack, {"data": None})
    for times in (1, 2):
        for _ in range(MAX_TRIES):
            await handle_waiting_stripe_events(own_stack.context, 50)
        (row,) = await dead_letters(own_stack)
        assert (row.times, row.ended_at) == (times, None)
        assert await count_admin_alerts(own_stack) == times
        await own_stack.act(inbox_use_cases.retry_dead_letter, admin, row.id)
        with pytest.raises(Stale):
            await own_stack.act(inbox_use_cases.drop_dead_letter, admin, row.id, "too late")


async def test_a_deadline_that_starts_nothing_is_a_dead_letter_and_fires_when_an_admin_says_so(
    own_stack: WorkerStack, admin: Member
) -> None:
    order, other = await own_stack.open_order(), await own_stack.open_order()
    expire = "UPDATE timer SET due_at = now() WHERE kind = 'expire' AND status = 'set' AND order_id = :id"
    async with failing_table(own_stack, "saga"):
        for _ in range(MAX_TRIES + 2):
            await own_stack.sql(expire, id=order.id)
            await fire_timers(own_stack.context)
    (row,) = await dead_letters(own_stack)
    assert (row.kind, row.order_id, row.tries, row.shown) == ("timer", order.id, MAX_TRIES, "expire")
    assert await own_stack.notification_keys(order, own_stack.campus.admin_chat) == ["notification-dead-letter"]
    await own_stack.sql(expire, id=other.id)
    await own_stack.run_due()
    assert (await own_stack.order(other.id)).status is OrderStatus.EXPIRED
    assert (await own_stack.order(order.id)).status is OrderStatus.CREATED
    await own_stack.act(inbox_use_cases.retry_dead_letter, admin, row.id)
    await own_stack.run_due()
    assert (await own_stack.order(order.id)).status is OrderStatus.EXPIRED


async def test_a_deadline_that_was_set_again_meanwhile_is_not_doubled(own_stack: WorkerStack, admin: Member) -> None:
    order = await own_stack.open_order()
    async with failing_table(own_stack, "saga"):
        for _ in range(MAX_TRIES):
            await own_stack.sql("UPDATE timer SET due_at = now() WHERE kind = 'expire' AND status = 'set'")
            await fire_timers(own_stack.context)
    (row,) = await dead_letters(own_stack)
    copied = "INSERT INTO timer (campus_id, order_id, kind, due_at) SELECT campus_id, order_id, kind, due_at + interval"
    await own_stack.sql(f"{copied} '1 hour' FROM timer WHERE id = :id", id=int(row.subject))
    await own_stack.act(inbox_use_cases.retry_dead_letter, admin, row.id)
    await own_stack.run_due()
    assert (await own_stack.order(order.id)).status is OrderStatus.CREATED


async def test_a_saga_of_another_release_waits_for_its_worker_then_is_stuck_and_blocks_nothing(
    own_stack: WorkerStack, admin: Member
) -> None:
    row = "INSERT INTO saga (id, name, kind, version, campus_id, status, position, wake_at)"
    await own_stack.sql(f"{row} VALUES (:id, 'odd', 'of_tomorrow', 7, :here, 'running', 2, now())", id=uuid4(), here=1)
    order = await own_stack.open_order()
    for _ in range(12):
        await own_stack.run_now()
    (waiting,) = await own_stack.rows("SELECT status, tries, worker, failing_since FROM saga WHERE name = 'odd'")
    assert tuple(waiting) == ("running", 0, None, None), "a worker of its release finds it as if nobody had tried"
    waited = "jsonb_set(data, '{unknown_since}', to_jsonb(extract(epoch FROM now()) - 16 * 60))"
    await own_stack.sql(f"UPDATE saga SET data = {waited} WHERE name = 'odd'")
    await own_stack.run_now()
    (found,) = await own_stack.act(saga_use_cases.view_stuck_sagas, admin)
    assert (found.kind, found.step) == ("of_tomorrow", "-")
    assert "does not know version 7" in found.error
    assert (await own_stack.order(order.id)).status is OrderStatus.CREATED


async def test_only_an_admin_sees_and_ends_dead_letters(own_stack: WorkerStack) -> None:
    member = await own_stack.add_member(runner=True, card=None)
    async with own_stack.database() as work:
        for attempt in (
            inbox_use_cases.view_dead_letters(work, own_stack.campus, member),
            inbox_use_cases.retry_dead_letter(work, own_stack.campus, member, 1),
            inbox_use_cases.drop_dead_letter(work, own_stack.campus, member, 1, "mine"),
        ):
            with pytest.raises(NotAllowed):
                await attempt
