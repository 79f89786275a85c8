"""A runner who claims, reads where the customer waits, and gives back, again and again: counted, refused and told."""

from functools import partial

import pytest

from domain.campuses.people import Member
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import admin_orders, running
from domain.risk.refusals import GaveBackTooMany
from tests.scenarios.escalation_timers import fire_timers_of
from tests.scenarios.limit_setup import join_elsewhere, read, state_roomy_limits
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


@pytest.fixture(autouse=True)
async def low_limit(stack: WorkerStack) -> None:
    """Let a runner give two orders back in a day."""
    await state_roomy_limits(stack, given_back=2)


async def counts_told(stack: WorkerStack, runner: Member) -> list[str]:
    """The numbers of orders given back of which the admin chat was told about this runner."""
    told = "SELECT args ->> 'count' FROM notification WHERE name LIKE :name AND chat_id = -200"
    return [count for (count,) in await stack.rows(told, name=f"gave_back:%:{runner.person_id}:%")]


async def give_back(stack: WorkerStack, runner: Member, *, silent: bool = False) -> Order:
    """Claim an order of somebody and give it back, by a tap or by silence."""
    order = await stack.claimed_order(runner)
    if silent:
        await fire_timers_of(stack, order, TimerKind.RUNNER_CHECK_IN)
        await fire_timers_of(stack, order, TimerKind.CHECK_IN_DEADLINE)
    else:
        await stack.act(running.start_release, runner, order.id)
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    return order


async def test_a_runner_who_gave_back_too_much_claims_nothing_more_and_the_admins_are_told_once(
    stack: WorkerStack, runner: Member
) -> None:
    await give_back(stack, runner)
    assert await counts_told(stack, runner) == []
    await give_back(stack, runner, silent=True)
    assert await counts_told(stack, runner) == ["2"]
    order = await stack.open_order()
    refused = await refusal_of(partial(stack.claim, runner, order))
    assert isinstance(refused, GaveBackTooMany)
    assert read(refused).startswith("You gave back 2 jobs in 24 hours, so the next ones go to others. From ")
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    other = await stack.add_member(runner=True, card=None)
    assert (await stack.claim(other, order)).runner_id == other.person_id
    await state_roomy_limits(stack, given_back=3)
    await give_back(stack, runner)
    assert await counts_told(stack, runner) == ["2"]


async def test_what_was_given_back_on_another_campus_counts(stack: WorkerStack, runner: Member) -> None:
    south = await join_elsewhere(stack, runner)
    await state_roomy_limits(stack, given_back=2)
    approved = "UPDATE membership SET runner_status = 'approved' WHERE campus_id = :id AND person_id = :person"
    await stack.sql(approved, id=south.campus.id, person=runner.person_id)
    await give_back(south, runner)
    await give_back(stack, runner)
    assert await counts_told(stack, runner) == ["2"]
    for place in (stack, south):
        assert isinstance(await refusal_of(partial(place.claimed_order, runner)), GaveBackTooMany)


async def test_a_day_later_the_runner_claims_again(stack: WorkerStack, runner: Member) -> None:
    for _ in range(2):
        await give_back(stack, runner)
    await stack.sql("UPDATE barred_runner SET given_back_at = given_back_at - interval '1 day'")
    assert (await stack.claimed_order(runner)).runner_id == runner.person_id


async def test_what_an_admin_released_or_the_bank_ended_does_not_count(
    stack: WorkerStack, runner: Member, admin: Member
) -> None:
    for _ in range(2):
        order = await stack.claimed_order(runner)
        await stack.act(admin_orders.release_order_as_admin, admin, order.id, "the runner is ill")
    order = await stack.claimed_order(runner)
    await stack.sql("UPDATE hold SET capture_before = now() + interval '1 hour' WHERE order_id = :id", id=order.id)
    await stack.act(running.start_release, runner, order.id)
    await give_back(stack, runner)
    assert (await stack.claimed_order(runner)).runner_id == runner.person_id
    assert await counts_told(stack, runner) == []
