"""Cancelling: one way for each state before the purchase, none after it, and the money follows."""

import pytest

from domain.errors import CampusGError, NotAllowed, OrderClosed
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import ordering, running, steering
from tests.town import Town
from workers.engine import run_saga


async def admin_of(town: Town) -> Member:
    """An admin."""
    member = await town.member()
    await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=member.person_id)
    return await town.known(member.person_id)


async def admin_cancels(town: Town, admin: Member, order: Order, reason: str = "shop closed") -> Order:
    """An admin's cancel with a reason."""
    async with town.database() as work:
        return await steering.cancel(work, town.campus, admin, order.id, reason)


async def intent_states(town: Town, order: Order) -> list[str]:
    """What Stripe says of the order's intents."""
    return [one["status"] for one in await town.intents(order.id)]


async def test_a_cancel_before_stripe_was_asked_asks_stripe_nothing(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.place(customer)
    await town.cancel(customer, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await town.intents(order.id) == []
    assert await town.rows("SELECT status FROM hold WHERE order_id = :id", id=order.id) == [("released",)]


async def test_s8_a_cancel_while_the_bank_is_asked_releases_what_was_asked_for(shared_town: Town) -> None:
    """S8: the original left a live order with a hold."""
    town = shared_town
    customer = await town.member(card="pm_card_authenticationRequired")
    order = await town.place(customer)
    await town.drive()
    await town.cancel(customer, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await intent_states(town, order) == ["canceled"]


async def test_s8_a_cancel_during_an_unclear_call_finds_the_hold_it_made(shared_town: Town) -> None:
    """S8: never create in order to undo, never leave behind what was made."""
    town = shared_town
    customer = await town.member()
    order = await town.place(customer)
    await town.fault("POST /v1/payment_intents", "lost_answer")
    await town.drive()
    await town.cancel(customer, order)
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await intent_states(town, order) == ["canceled"]


async def test_a_cancel_during_a_call_that_made_nothing_waits_until_that_is_sure(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.place(customer)
    await town.fault("POST /v1/payment_intents", "reset", before=True)
    await town.drive()
    await town.cancel(customer, order)
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.PENDING
    earlier = "to_jsonb(extract(epoch FROM now()) - 61)"
    await town.sql(
        f"UPDATE saga SET call = jsonb_set(call, '{{params,asked,at}}', {earlier}) WHERE order_id = :id", id=order.id
    )
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await town.intents(order.id) == []


async def test_m15_a_cancel_of_an_open_job_frees_the_money_and_stops_the_timer(shared_town: Town) -> None:
    """M15."""
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    closed = await town.cancel(customer, order)
    assert closed.status is OrderStatus.CANCELLED, "closed in the commit of the tap"
    assert await town.rows("SELECT status FROM timer WHERE order_id = :id", id=order.id) == [("stopped",)] * 3
    await town.drive()
    assert await intent_states(town, order) == ["canceled"]
    assert (await town.saga(order, "cancel_order")).status == "done"


async def test_m15_with_stripe_away_the_order_is_closed_at_once_and_the_money_freed_later(shared_town: Town) -> None:
    """M15, M17: it is not over before the money is."""
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await town.fault("POST /v1/payment_intents/*/cancel", "reset", before=True, times=5)
    await town.cancel(customer, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert (await town.saga(order, "cancel_order")).status == "running"
    with pytest.raises(OrderClosed):
        await town.claim(await town.member(runner=True, card=None), order)
    for _ in range(6):
        await town.hurry()
    assert await intent_states(town, order) == ["canceled"]
    assert (await town.saga(order, "cancel_order")).status == "done"


async def test_a_second_cancel_is_told_that_it_is_over(shared_town: Town) -> None:
    town = shared_town
    customer = await town.member()
    order = await town.open_job(customer)
    await town.cancel(customer, order)
    with pytest.raises(OrderClosed):
        await town.cancel(customer, order)


async def test_a_customer_can_not_cancel_what_a_runner_has(shared_town: Town) -> None:
    """M9."""
    town = shared_town
    customer = await town.member()
    order = await town.held_job(await town.member(runner=True, card=None), customer)
    with pytest.raises(OrderClosed):
        await town.cancel(customer, order)
    assert await intent_states(town, order) == ["requires_capture"]


async def test_an_admin_cancels_a_claimed_job_and_both_are_told(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await admin_cancels(town, await admin_of(town), order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CANCELLED
    assert await intent_states(town, order) == ["canceled"]
    assert "push-cancelled-by-admin" in await town.told(order, order.customer_id)
    assert "push-cancelled-by-admin-runner" in await town.told(order, runner.person_id)
    await town.held_job(runner)  # and she is free for another one


async def test_an_admin_cancels_an_order_that_waits_for_the_bank(shared_town: Town) -> None:
    town = shared_town
    order = await town.place(await town.member(card="pm_card_authenticationRequired"))
    await town.drive()
    await admin_cancels(town, await admin_of(town), order, "test order")
    await town.drive()
    ended = await town.order(order.id)
    assert (ended.status, ended.end_reason, ended.end_note) == (OrderStatus.CANCELLED, "admin", "test order")
    assert await intent_states(town, order) == ["canceled"]


async def test_an_admins_cancel_before_the_hold_was_checked_leaves_no_claim(shared_town: Town) -> None:
    """Both sagas meet: the check finds the hold released, and neither undoes the other."""
    town = shared_town
    order = await town.open_job()
    await town.claim(await town.member(runner=True, card=None), order)
    await admin_cancels(town, await admin_of(town), order)
    await run_saga(town.workshop, (await town.saga(order, "cancel_order")).id)
    await town.drive()
    ended = await town.order(order.id)
    assert (ended.status, ended.end_reason) == (OrderStatus.CANCELLED, "admin")
    assert not ended.hold_checked
    assert "push-hold-gone-customer" not in await town.told(order)


async def test_m9_from_the_purchase_on_nobody_cancels(shared_town: Town) -> None:
    """M9: and so no money goes back on its own."""
    town = shared_town
    customer, runner, admin = await town.member(), await town.member(runner=True, card=None), await admin_of(town)
    order = await town.held_job(runner, customer)
    steps = (
        lambda work: running.buy(work, town.campus, runner, order.id, 850),
        lambda work: running.pick_up(work, town.campus, runner, order.id),
        lambda work: running.arrive(work, town.campus, runner, order.id),
        lambda work: running.hand_over(work, town.campus, runner, order.id, order.pin or ""),
    )
    for step in steps:
        async with town.database() as work:
            await step(work)
        await refuses_to_end(town, customer, runner, admin, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    await refuses_to_end(town, customer, runner, admin, order)
    assert await intent_states(town, order) == ["succeeded"]
    assert await town.look("objects", kind="refund") == []


async def refuses_to_end(town: Town, customer: Member, runner: Member, admin: Member, order: Order) -> None:
    """Cancel and release of all kinds are refused, and nothing changes."""
    before = await town.order(order.id)
    with pytest.raises(OrderClosed):
        await town.cancel(customer, order)
    with pytest.raises(OrderClosed):
        await admin_cancels(town, admin, order)
    async with town.database() as work:
        with pytest.raises(OrderClosed):
            await running.release(work, town.campus, runner, order.id)
    assert await town.order(order.id) == before


async def test_a1_only_the_customer_or_an_admin_cancels(shared_town: Town) -> None:
    """A1, A3."""
    town = shared_town
    order, stranger = await town.open_job(), await town.member(runner=True, card=None)
    async with town.database() as work:
        with pytest.raises(NotAllowed):
            await ordering.cancel(work, town.campus, stranger, order.id)
        with pytest.raises(NotAllowed):
            await steering.cancel(work, town.campus, stranger, order.id, "for fun")
        with pytest.raises(CampusGError):
            await ordering.order_again(work, town.campus, stranger, order.id)
    assert await town.order(order.id) == order


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    await shared_town.hurry()
    assert await shared_town.breaches() == []
