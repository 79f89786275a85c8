"""A customer does not come to the door: she is reminded, then the food may be left; the PIN may always be faster."""

import asyncio

import pytest

from domain.errors import LeavingTooEarly, OrderClosed
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import evidence, relaying
from domain.timers import TimerKind
from tests.town import Town
from tests.workers.rungs import come_due, fire, minutes_until, rungs
from workers.timers import fire_timers

REMINDER, ABSENT, LIFE = TimerKind.REMINDER, TimerKind.ABSENT, TimerKind.SIGN_OF_LIFE


async def at_the_door(town: Town) -> tuple[Member, Order]:
    """A runner who has arrived with her job."""
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    return runner, await town.carry(runner, order)


async def leave(town: Town, runner: Member, order: Order) -> Order:
    """A photo of the food where it was left."""
    async with town.database() as work:
        return await evidence.leave_with_photo(work, town.campus, runner, order.id, "a photo")


async def test_who_does_not_come_is_reminded_then_her_food_may_be_left_and_everybody_is_paid(shared_town: Town) -> None:
    town = shared_town
    runner, order = await at_the_door(town)
    assert 1.9 < await minutes_until(town, order, REMINDER) <= 2
    assert 4.9 < await minutes_until(town, order, ABSENT) <= 5
    await fire(town, order, REMINDER)
    with pytest.raises(LeavingTooEarly):
        await leave(town, runner, order)
    await fire(town, order, ABSENT)
    await leave(town, runner, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    told = ["push-claimed", "push-arrived", "push-reminder", "push-absent", "push-left"]
    assert await town.told(order, order.customer_id) == told
    assert "push-may-leave" in await town.told(order, runner.person_id)
    query = "SELECT key FROM push WHERE order_id = :id AND chat_id = :chat AND NOT silent ORDER BY id"
    loud = [row.key for row in await town.rows(query, id=order.id, chat=order.customer_id)]
    assert loud == ["push-claimed", "push-arrived", "push-reminder", "push-left"]
    assert await town.breaches() == []


async def test_after_an_outage_only_the_last_rung_is_told(shared_town: Town) -> None:
    town = shared_town
    _, order = await at_the_door(town)
    await fire(town, order, REMINDER, ABSENT)
    assert (await town.told(order, order.customer_id))[-2:] == ["push-arrived", "push-absent"]


async def test_nobody_is_reminded_of_what_she_has_in_her_hands(shared_town: Town) -> None:
    town = shared_town
    runner, order = await at_the_door(town)
    await come_due(town, order, REMINDER, ABSENT)
    await asyncio.gather(town.hand_over(runner, order), fire_timers(town.workshop))
    await fire_timers(town.workshop)
    assert await rungs(town, order) == set()
    told = await town.told(order, order.customer_id)
    assert told[-1] == "push-delivered"
    assert (await town.order(order.id)).status is OrderStatus.DELIVERED


async def test_of_pin_and_photo_in_the_same_moment_one_delivers(shared_town: Town) -> None:
    town = shared_town
    for _ in range(4):
        runner, order = await at_the_door(town)
        await fire(town, order, ABSENT)
        ways = await asyncio.gather(town.hand_over(runner, order), leave(town, runner, order), return_exceptions=True)
        assert [type(each) for each in ways if isinstance(each, Exception)] == [OrderClosed]
        told = await town.told(order, order.customer_id)
        assert ("push-delivered" in told) + ("push-left" in told) == 1
        assert ("push-left" in told) == ((await town.order(order.id)).proof_photo is not None)


async def test_a_runner_who_writes_is_alive(shared_town: Town) -> None:
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    await fire(town, order, LIFE)
    async with town.database() as work:
        await relaying.pass_on(work, town.campus, runner, order, "in the queue", photo=None, message_id=7)
    assert await rungs(town, order) == {"sign_of_life"}
    customer = await town.known(order.customer_id)
    await fire(town, order, LIFE)
    async with town.database() as work:
        await relaying.pass_on(work, town.campus, customer, order, "where are you?", photo=None, message_id=8)
    assert await rungs(town, order) == {"silence"}
