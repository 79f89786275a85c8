"""A shop that wants more than the limit: the customer's yes raises it, for the runner who is there."""

import pytest

from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import running
from tests.town import Town
from tests.workers.owing import DECLINING
from tests.workers.raising import agree, ask_customer, at_stripe, held_at_stripe

BEFORE = 1240  # the ceiling of an order here


async def in_the_shop(town: Town) -> tuple[Member, Member, Order]:
    """Customer, runner, and the job whose shop wants 10.40, where 9.60 was the limit."""
    customer, runner = await town.member(), await town.member(runner=True, card=None)
    order = await town.held_job(runner, customer)
    assert order.price.shop_limit == 960
    await ask_customer(town, runner, order, 1040)
    return customer, runner, await town.order(order.id)


async def test_a_yes_to_what_the_shop_wants_lets_the_runner_buy_it(shared_town: Town) -> None:
    town = shared_town
    customer, runner, order = await in_the_shop(town)
    await agree(town, customer, order, 1320)
    await town.drive()
    assert (await town.order(order.id)).price.shop_limit == 1040
    assert (await town.told(order, runner.person_id))[-1] == "push-limit-raised"
    await town.carry(runner, order, receipt=1040)
    await town.hand_over(runner, order)
    await town.drive()
    assert (await town.order(order.id)).total == 1040 + 280
    assert await at_stripe(town, order) == [("canceled", BEFORE), ("succeeded", 1320)]
    assert await town.breaches() == []


async def test_a_bank_that_says_no_to_it_leaves_the_old_limit_and_the_runner_hears_of_it(shared_town: Town) -> None:
    town = shared_town
    customer, runner, order = await in_the_shop(town)
    await town.give_card(customer.person_id, DECLINING)
    await agree(town, customer, order, 1320)
    await town.drive()
    assert (await town.order(order.id)).price == order.price
    assert (await town.told(order, runner.person_id))[-1] == "push-limit-not-raised"
    assert await held_at_stripe(town, order) == [BEFORE]
    assert await town.breaches() == []


@pytest.mark.parametrize("signalled", [True, False])
async def test_a_job_given_back_meanwhile_keeps_its_old_limit(shared_town: Town, signalled: bool) -> None:
    """Also when another runner claims it before anybody looked."""
    town = shared_town
    customer, runner, order = await in_the_shop(town)
    await agree(town, customer, order, 1320)
    async with town.database() as work:
        await running.release(work, town.campus, runner, order.id)
    await town.claim(await town.member(runner=True, card=None), order)
    if not signalled:
        await town.sql("DELETE FROM saga_signal WHERE name = 'overtaken'")
    await town.drive()
    assert (await town.saga(order, "replace_hold")).status == "undone"
    assert (await town.order(order.id)).price == order.price
    assert await held_at_stripe(town, order) == [BEFORE]
    assert await town.breaches() == []


async def test_what_was_bought_meanwhile_is_paid_from_the_old_hold(shared_town: Town) -> None:
    town = shared_town
    customer, runner, order = await in_the_shop(town)
    await agree(town, customer, order, 1320)
    await town.carry(runner, order)
    await town.hand_over(runner, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert [one for one in await at_stripe(town, order) if one[0] != "canceled"] == [("succeeded", BEFORE)]
    assert await town.breaches() == []
