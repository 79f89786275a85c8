"""A shop that asks for more than the limit: the customer's yes raises it for the order's runner."""

import pytest

from domain.campuses.people import Member
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import running
from domain.risk.refusals import TooManyQuestions
from tests.scenarios.customer_debt_setup import DECLINED_CARD
from tests.scenarios.price_increase_setup import accept_increase, held_at_stripe, intents_at_stripe, request_increase
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill

BEFORE = 1240  # the ceiling of an order here


async def order_above_limit(stack: WorkerStack) -> tuple[Member, Member, Order]:
    """Return the customer, the runner, and an order whose shop asks 10.40 where the limit is 9.60."""
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner, customer)
    assert order.price.shop_limit == 960
    await request_increase(stack, runner, order, 1040)
    return customer, runner, await stack.order(order.id)


async def test_a_yes_to_what_the_shop_wants_lets_the_runner_buy_it(stack: WorkerStack) -> None:
    customer, runner, order = await order_above_limit(stack)
    await accept_increase(stack, customer, order, 1320)
    await stack.run_due()
    assert (await stack.order(order.id)).price.shop_limit == 1040
    assert (await stack.notification_keys(order, runner.person_id))[-1] == "notification-limit-increased"
    await stack.deliver(runner, order, receipt=1040)
    await stack.run_due()
    assert (await stack.order(order.id)).total == 1040 + 280
    assert await intents_at_stripe(stack, order) == [("canceled", BEFORE), ("succeeded", 1320)]


async def test_a_bank_that_declines_it_leaves_the_old_limit_and_the_runner_is_told(stack: WorkerStack) -> None:
    customer, runner, order = await order_above_limit(stack)
    await stack.save_test_card(customer.person_id, DECLINED_CARD)
    await accept_increase(stack, customer, order, 1320)
    await stack.run_due()
    assert (await stack.order(order.id)).price == order.price
    assert (await stack.notification_keys(order, runner.person_id))[-1] == "notification-limit-not-increased"
    assert await held_at_stripe(stack, order) == [BEFORE]


@pytest.mark.parametrize("signalled", [True, False])
async def test_an_order_given_back_meanwhile_keeps_its_old_limit(stack: WorkerStack, signalled: bool) -> None:
    """Also when another runner claims it before any worker checks."""
    customer, runner, order = await order_above_limit(stack)
    await accept_increase(stack, customer, order, 1320)
    await stack.act(running.start_release, runner, order.id)
    await stack.claim(await stack.add_member(runner=True, card=None), order)
    if not signalled:
        await stack.sql("DELETE FROM saga_signal WHERE name = 'order_changed'")
    await stack.run_due()
    assert (await stack.saga(order, "replace_hold")).status == "compensated"
    assert (await stack.order(order.id)).price == order.price
    assert await held_at_stripe(stack, order) == [BEFORE]


async def test_what_was_bought_meanwhile_is_paid_from_the_old_hold(stack: WorkerStack) -> None:
    customer, runner, order = await order_above_limit(stack)
    await accept_increase(stack, customer, order, 1320)
    await stack.deliver(runner, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert [one for one in await intents_at_stripe(stack, order) if one[0] != "canceled"] == [("succeeded", BEFORE)]


async def test_a_runner_asks_five_times_and_then_decides(stack: WorkerStack) -> None:
    _, runner, order = await order_above_limit(stack)
    for wanted in (1041, 1042, 1043, 1044):
        await request_increase(stack, runner, order, wanted)
    with pytest.raises(TooManyQuestions):
        await request_increase(stack, runner, order, 1040)
    await request_increase(stack, runner, order, 1044)  # the same question, which is not sent again
    questions = await stack.notification_keys(order, order.customer_id)
    assert questions.count("notification-limit-increase-requested") == 5
