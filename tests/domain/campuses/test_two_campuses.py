"""Two campuses in one database: people of one read and change nothing of the other."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.campuses.people_repository import ensure_member
from domain.errors import CampusGError, OrderNotFound, RunnerNotApproved, Stale
from domain.orders.states import Bearer
from domain.orders.use_cases import admin_orders, ordering, running
from domain.payouts import use_cases as payouts_use_cases
from domain.support.use_cases import roster
from domain.support.use_cases import stuck_sagas as saga_use_cases
from tests.scenarios.scenario_setup import new_admin
from tests.stack.started_worker_stack import found_campus
from tests.stack.worker_stack import WorkerStack

TAPS: tuple[Callable[..., Awaitable[object]], ...] = (
    running.start_claim,
    running.start_release,
    partial(running.mark_bought, receipt=100),
    running.mark_picked_up,
    running.mark_arrived,
    partial(running.hand_over_with_pin, pin="0000"),
    ordering.cancel_own_order,
    ordering.reorder,
    admin_orders.view_order,
    partial(admin_orders.cancel_order_as_admin, reason="not yours"),
    partial(admin_orders.release_order_as_admin, reason="not yours"),
    partial(admin_orders.finish_order_as_admin, reason="not yours"),
    partial(admin_orders.close_purchase_as_admin, bearer=Bearer.PLATFORM, reason="not yours"),
    payouts_use_cases.retry_payout,
)


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
    for tap in TAPS:
        with pytest.raises(OrderNotFound):
            await other_stack.act(tap, there, order.id)
    board = await other_stack.act(admin_orders.view_board, there)
    assert order.id not in {line.id for line in board}
    assert await stack.order(order.id) == before


async def test_an_approved_runner_is_a_stranger_on_another_campus(stack: WorkerStack, other_stack: WorkerStack) -> None:
    """Roles are per campus (A1)."""
    runner = await stack.add_member(runner=True, card=None)
    there = await add_newcomer(other_stack, runner)
    order = await other_stack.open_order()
    for membership in (there, runner):  # not even with the runner's membership of the other campus
        with pytest.raises(RunnerNotApproved):
            await other_stack.claim(membership, order)


async def test_an_admin_neither_sees_nor_retries_what_is_stuck_on_another_campus(
    stack: WorkerStack, other_stack: WorkerStack
) -> None:
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/payment_intents/*/capture", "status", status=400, code="no")
    await stack.run_due()
    row = await stack.saga(order, "complete_order")
    assert row.status == "stuck"
    foreign, runner_id = await new_admin(other_stack), order.runner_id or 0
    assert await other_stack.act(saga_use_cases.view_stuck_sagas, foreign) == []
    with pytest.raises(Stale):
        await other_stack.act(saga_use_cases.retry_saga, foreign, row.number)
    with pytest.raises(CampusGError):
        await other_stack.act(roster.approve_runner, foreign, runner_id)
    with pytest.raises(Stale):
        await other_stack.act(roster.suspend_runner, foreign, runner_id, "a stranger")
    assert await other_stack.act(roster.view_runners, foreign) == []
    assert (await stack.saga(order, "complete_order")).status == "stuck"
    assert (other_stack.campus.id,) not in await stack.rows_of(order, "notification", "campus_id")


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
