"""Two campuses in one database: people of one read and change nothing of the other."""

from dataclasses import replace

import pytest

from domain.campuses.people import Member
from domain.campuses.people_repository import ensure_member
from domain.errors import CampusGError, OrderNotFound, RunnerNotApproved, Stale
from domain.orders.states import Bearer
from domain.orders.use_cases import admin_orders, ordering, running
from domain.payouts import use_cases as payouts_use_cases
from domain.saga import use_cases as saga_use_cases
from domain.support.use_cases import roster
from domain.support.use_cases import roster as use_cases_roster
from tests.stack.worker_stack import WorkerStack, found_campus


@pytest.fixture
async def other_stack(shared_stack: WorkerStack) -> WorkerStack:
    """A second campus in the same database, with the same workers and the same Stripe."""
    return replace(shared_stack, campus=await found_campus(shared_stack.database), regular_customer=None)


async def add_newcomer(stack: WorkerStack, member: Member) -> Member:
    """Make a person of another campus a member of this one."""
    async with stack.database() as work:
        return await ensure_member(
            work, stack.campus.id, member.person_id, first_name=member.first_name, username=None, language="en"
        )


async def test_a3_an_order_of_another_campus_can_not_be_found(stack: WorkerStack, other_stack: WorkerStack) -> None:
    """For no role, and by no tap."""
    order = await stack.open_order()
    runner = await stack.add_member(runner=True, card=None)
    before = await stack.order(order.id)
    await add_newcomer(other_stack, runner)
    await other_stack.sql(
        "UPDATE membership SET runner_status = 'approved', is_admin = true WHERE person_id = :id", id=runner.person_id
    )
    there = await other_stack.committed_member(runner.person_id)
    place = other_stack.campus
    async with other_stack.database() as work:
        for tap in (
            running.start_claim,
            running.start_release,
            running.mark_picked_up,
            running.mark_arrived,
            ordering.cancel_own_order,
            ordering.reorder,
            admin_orders.view_order,
        ):
            with pytest.raises(OrderNotFound):
                await tap(work, place, there, order.id)
        with pytest.raises(OrderNotFound):
            await running.mark_bought(work, place, there, order.id, 100)
        with pytest.raises(OrderNotFound):
            await running.hand_over_with_pin(work, place, there, order.id, "0000")
        with pytest.raises(OrderNotFound):
            await admin_orders.cancel_order_as_admin(work, place, there, order.id, "not yours")
        for word in (admin_orders.release_order_as_admin, admin_orders.finish_order_as_admin):
            with pytest.raises(OrderNotFound):
                await word(work, place, there, order.id, "not yours")
        with pytest.raises(OrderNotFound):
            await admin_orders.close_purchase_as_admin(work, place, there, order.id, Bearer.PLATFORM, "not yours")
        with pytest.raises(OrderNotFound):
            await payouts_use_cases.retry_payout(work, place, there, order.id)
        assert order.id not in {line.order.id for line in await admin_orders.view_board(work, place, there)}
    assert await stack.order(order.id) == before


async def test_an_approved_runner_is_a_stranger_on_another_campus(stack: WorkerStack, other_stack: WorkerStack) -> None:
    """Roles are per campus (A1)."""
    runner = await stack.add_member(runner=True, card=None)
    there = await add_newcomer(other_stack, runner)
    order = await other_stack.open_order()
    async with other_stack.database() as work:
        with pytest.raises(RunnerNotApproved):
            await running.start_claim(work, other_stack.campus, there, order.id)
        with pytest.raises(RunnerNotApproved):  # not even with the runner's membership of the other campus
            await running.start_claim(work, other_stack.campus, runner, order.id)


async def test_an_admin_neither_sees_nor_retries_what_is_stuck_on_another_campus(
    stack: WorkerStack, other_stack: WorkerStack
) -> None:
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="no")
    await stack.run_due()
    row = await stack.saga(order, "complete_order")
    assert row.status == "stuck"
    foreign = await other_stack.add_member()
    await other_stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=foreign.person_id)
    foreign = await other_stack.committed_member(foreign.person_id)
    async with other_stack.database() as work:
        assert await saga_use_cases.view_stuck_sagas(work, other_stack.campus, foreign) == []
        with pytest.raises(Stale):
            await saga_use_cases.retry_saga(work, other_stack.campus, foreign, row.number)
        with pytest.raises(CampusGError):
            await use_cases_roster.approve_runner(work, other_stack.campus, foreign, order.runner_id or 0)
        with pytest.raises(Stale):
            await use_cases_roster.suspend_runner(work, other_stack.campus, foreign, order.runner_id or 0, "a stranger")
        assert await roster.view_runners(work, other_stack.campus, foreign) == []
    assert (await stack.saga(order, "complete_order")).status == "stuck"
    assert (
        await other_stack.rows(
            "SELECT 1 FROM notification WHERE campus_id = :id AND order_id = :order",
            id=other_stack.campus.id,
            order=order.id,
        )
        == []
    )


async def test_a_person_has_one_draft_on_each_campus(stack: WorkerStack, other_stack: WorkerStack) -> None:
    member = await stack.add_member()
    there = await add_newcomer(other_stack, member)
    draft = await stack.fill_basket(member)
    with pytest.raises(Stale):
        await other_stack.act(
            ordering.submit_order, there, version=draft.version, ceiling=draft.price(stack.campus.fees).ceiling
        )


async def test_a_limit_of_open_jobs_counts_on_each_campus_alone(stack: WorkerStack, other_stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    await stack.claimed_order(runner)
    await add_newcomer(other_stack, runner)
    await other_stack.sql("UPDATE membership SET runner_status = 'approved' WHERE person_id = :id", id=runner.person_id)
    order = await other_stack.open_order()
    there = await other_stack.committed_member(runner.person_id)
    await other_stack.claim(there, order)
    assert (await other_stack.order(order.id)).runner_id == runner.person_id
