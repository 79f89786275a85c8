"""The whole path of one order through the sagas, on a real database and the Stripe stand-in."""

from domain.order import OrderStatus
from tests.town import Town


async def test_an_order_goes_from_placing_to_the_runners_money(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    order = await town.open_job()
    assert order.status is OrderStatus.CREATED
    await town.claim(runner, order)
    await town.drive()
    await town.carry(runner, order, receipt=850)
    await town.hand_over(runner, order)
    await town.drive()
    done = await town.order(order.id)
    assert done.status is OrderStatus.COMPLETED
    assert (done.total, done.runner_share) == (850 + 200 + 80, 850 + 180)
    (intent,) = await town.intents(order.id)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 1130)
    ((status, amount),) = await town.rows("SELECT status, amount FROM payable")
    assert (status, amount) == ("paid", 1030)
    assert await town.breaches() == []
