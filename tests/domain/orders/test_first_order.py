"""The whole path of one order through the sagas, on a real database and the Stripe stand-in."""

from domain.campuses.people import Member
from domain.orders.states import OrderStatus
from tests.stack.worker_stack import WorkerStack


async def test_an_order_goes_from_placing_to_the_runners_money(stack: WorkerStack, runner: Member) -> None:
    order = await stack.open_order()
    assert order.status is OrderStatus.CREATED
    await stack.claim(runner, order)
    await stack.run_due()
    await stack.deliver(runner, order, receipt=850)
    await stack.run_due()
    done = await stack.order(order.id)
    assert done.status is OrderStatus.COMPLETED
    assert (done.total, done.runner_share) == (850 + 200 + 80, 850 + 180)
    (intent,) = await stack.intents(order.id)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 1130)
    ((status, amount),) = await stack.rows_of(order, "payable", "status, amount")
    assert (status, amount) == ("paid", 1030)
