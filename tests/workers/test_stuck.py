"""Stuck sagas: a reason a human can read, one message, and a button that can do no harm."""

import pytest

from domain.errors import NotAllowed, Stale
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import steering
from tests.town import Town
from tests.workers.breakage import broken
from workers.reconciling.known import Standing, whose_intent


@pytest.fixture
async def admin(shared_town: Town) -> Member:
    """An admin."""
    member = await shared_town.member()
    await shared_town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=member.person_id)
    return await shared_town.known(member.person_id)


async def retry(town: Town, admin: Member, order: Order, kind: str) -> None:
    """[Retry]."""
    async with town.database() as work:
        await steering.retry(work, town.campus, admin, (await town.saga(order, kind)).number)


async def keys_of(town: Town, path: str, order: Order) -> set[str]:
    """The keys under which a saga of the order called this path."""
    (intent,) = await town.intents(order.id)
    calls = await town.look("requests")
    return {
        call["idempotency_key"]
        for call in calls
        if call["verb"] == "POST"
        and call["path"].endswith(path)
        and (intent["id"] in call["path"] or str(order.id) == (call["params"].get("metadata") or {}).get("order"))
    }


async def test_m17_a_capture_refused_for_good_stands_stuck_and_a_retry_is_a_new_attempt(
    shared_town: Town, admin: Member
) -> None:
    """M17, M3: neither done nor forgotten."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await town.drive()
    row = await town.saga(order, "complete_order")
    assert (row.status, row.wake_at) == ("stuck", None)
    assert "not_today" in row.error
    assert await town.told(order, town.campus.admin_chat) == ["push-stuck"]
    async with town.database() as work:
        (listed,) = [one for one in await steering.stuck(work, town.campus, admin) if one.order_id == order.id]
    assert (listed.number, listed.error) == (row.number, row.error)
    await town.hurry()
    assert (await town.saga(order, "complete_order")).status == "stuck", "only a human wakes it"
    await retry(town, admin, order, "complete_order")
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await keys_of(town, "/capture", order)) == 2, "a definite no is answered by a new key"
    with pytest.raises(Stale):
        await retry(town, admin, order, "complete_order")


async def test_m14_a_capture_refused_for_good_is_a_humans_case(shared_town: Town, admin: Member) -> None:
    """M14: told, and told again after a retry in vain."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today", times=2)
    await town.drive()
    await retry(town, admin, order, "complete_order")
    await town.drive()
    row = await town.saga(order, "complete_order")
    assert (row.status, row.attempt) == ("stuck", 2)
    assert await town.told(order, town.campus.admin_chat) == ["push-stuck", "push-stuck"]
    await retry(town, admin, order, "complete_order")
    await town.drive()


async def test_m14_a_hold_that_died_while_a_human_looked_is_charged_anew(shared_town: Town, admin: Member) -> None:
    """M14: what Stripe refused once stood stuck, and lapsed meanwhile."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await town.drive()
    (intent,) = await town.intents(order.id)
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await retry(town, admin, order, "complete_order")
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert [one["amount_received"] for one in await town.intents(order.id)] == [0, 1130]


async def test_m17_a_release_refused_for_good_is_not_over(shared_town: Town, admin: Member) -> None:
    """M17: an order's saga ends only when its money has."""
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await town.fault("POST /v1/payment_intents/*/cancel", "status", status=400, code="not_today")
    await town.cancel(customer, order)
    await town.drive()
    assert (await town.saga(order, "cancel_order")).status == "stuck"
    await retry(town, admin, order, "cancel_order")
    await town.drive()
    (intent,) = await town.intents(order.id)
    assert intent["status"] == "canceled"
    assert (await town.saga(order, "cancel_order")).status == "done"


async def test_m17_an_undo_that_is_refused_stands_stuck_and_goes_on_undoing(shared_town: Town, admin: Member) -> None:
    """M17: a turning saga is retried as a turning one."""
    town = shared_town
    order = await town.place(await town.member(card="pm_card_chargeCustomerFail"))
    await town.fault("POST /v1/payment_intents/*/cancel", "status", status=400, code="not_today")
    await town.drive()
    assert (await town.saga(order, "create_order")).status == "stuck"
    await retry(town, admin, order, "create_order")
    await town.drive()
    assert (await town.saga(order, "create_order")).status == "undone"
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("table", "kind", "made", "path"),
    [
        ("ledger_entry", "pay_out_runner", "transfers", "/transfers"),
        ("timer", "create_order", "intents", "/payment_intents"),
    ],
)
async def test_m2_a_retry_after_a_fault_of_our_own_sends_nothing_twice(
    shared_town: Town, admin: Member, table: str, kind: str, made: str, path: str
) -> None:
    """M2: Stripe did it and we failed to write it down; a new key would do it again."""
    town = shared_town
    if kind == "create_order":
        order = await town.place(await town.member())
    else:
        order = await town.delivered(await town.member(runner=True, card=None))
        await town.fault("POST /v1/transfers", "status", status=429, times=1)
        await town.drive()
    for times in (1, 2):
        async with broken(town, table):
            for _ in range(12):
                await town.hurry()
            row = await town.saga(order, kind)
            assert row.status == "stuck"
            assert "broken" in row.error
            assert await town.told(order, town.campus.admin_chat) == ["push-stuck"] * times
            await retry(town, admin, order, kind)
    await town.drive()
    assert (await town.saga(order, kind)).status == "done"
    assert len(await getattr(town, made)(order.id)) == 1
    assert len(await keys_of(town, path, order)) == 1


async def test_s4_a_step_that_keeps_failing_is_told_once_and_goes_on(shared_town: Town) -> None:
    """S4, M6: Stripe away for a quarter of an hour."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "reset", before=True, times=4)
    await town.drive()
    row = await town.saga(order, "complete_order")
    assert (row.status, row.tries) == ("running", 1)
    assert await town.told(order, town.campus.admin_chat) == []
    await town.sql("UPDATE saga SET failing_since = now() - interval '15 minutes' WHERE order_id = :id", id=order.id)
    for _ in range(2):
        await town.hurry()
    assert await town.told(order, town.campus.admin_chat) == ["push-slow"]
    for _ in range(3):
        await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED


async def test_what_a_human_resolved_is_over_and_its_money_is_not_guessed(shared_town: Town, admin: Member) -> None:
    """A capture that an admin says was settled elsewhere: nothing is called again, nothing is booked."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await town.drive()
    row = await town.saga(order, "complete_order")
    async with town.database() as work:
        found = await steering.resolve(work, town.campus, admin, row.number, "charged by hand")
    assert (found.order_id, found.step, found.error) == (order.id, "capture_payment", row.error)
    await town.hurry()
    assert (await town.saga(order, "complete_order")).status == "resolved"
    assert (await town.order(order.id)).status is OrderStatus.DELIVERED
    assert [one["status"] for one in await town.intents(order.id)] == ["requires_capture"]
    assert await town.rows("SELECT 1 FROM ledger_txn WHERE order_id = :id", id=order.id) == []
    async with town.database() as work:
        assert all(one.order_id != order.id for one in await steering.stuck(work, town.campus, admin))
        with pytest.raises(Stale):
            await steering.retry(work, town.campus, admin, row.number)
        late = {"id": "pi_late", "customer": None, "metadata": {"saga": str(row.id)}}
        found_later = await whose_intent(work, late)
    assert found_later.standing is Standing.UNKNOWN, "what it made after all a person judges"
    assert not await town.breaches()


async def test_a_worker_that_was_late_leaves_what_was_resolved_alone(shared_town: Town, admin: Member) -> None:
    """Two admins at once, one [Retry] and one [Resolve]: one of them is out of date."""
    town = shared_town
    order = await town.delivered(await town.member(runner=True, card=None))
    await town.fault("POST /v1/payment_intents/*/capture", "status", status=400, code="not_today")
    await town.drive()
    await retry(town, admin, order, "complete_order")
    with pytest.raises(Stale):
        async with town.database() as work:
            number = (await town.saga(order, "complete_order")).number
            await steering.resolve(work, town.campus, admin, number, "too late")
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED


async def test_only_an_admin_sees_and_wakes_what_is_stuck(shared_town: Town) -> None:
    """A1, A6."""
    town, member = shared_town, await shared_town.member(runner=True, card=None)
    async with town.database() as work:
        with pytest.raises(NotAllowed):
            await steering.stuck(work, town.campus, member)
        with pytest.raises(NotAllowed):
            await steering.retry(work, town.campus, member, 1)
        with pytest.raises(NotAllowed):
            await steering.resolve(work, town.campus, member, 1, "mine")
