"""Scenarios of replace_hold: adopted, declined, or overtaken by a claim."""

from collections.abc import Awaitable, Callable, Mapping

from tests.scenarios.customer_debt_setup import DECLINED_CARD
from tests.scenarios.price_increase_setup import held_at_stripe, hold_parts, increase_fee
from tests.scenarios.scenario_setup import SagaScenario
from tests.stack.worker_stack import WorkerStack


async def replacing(stack: WorkerStack) -> SagaScenario:
    """The scenario of replace_hold for a price increase."""
    return await _scenario(stack, increased=True)


async def replacing_declined(stack: WorkerStack) -> SagaScenario:
    """The scenario of replace_hold with a card that is declined."""
    return await _scenario(stack, card=DECLINED_CARD)


async def replacing_too_late(stack: WorkerStack) -> SagaScenario:
    """The scenario of replace_hold of an order that a runner claims meanwhile."""
    scenario = await _scenario(stack)
    ((order_id,),) = await stack.rows("SELECT order_id FROM saga WHERE id = :id", id=scenario.saga_id)
    await stack.claim(await stack.add_member(runner=True, card=None), await stack.order(order_id))
    return scenario


async def _scenario(stack: WorkerStack, *, card: str | None = None, increased: bool = False) -> SagaScenario:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    if card is not None:
        await stack.save_test_card(customer.person_id, card)
    run = await increase_fee(stack, customer, order)
    assert run is not None

    async def check() -> None:
        price = (await stack.order(order.id)).price
        assert (price.ceiling > order.price.ceiling) is increased
        assert await held_at_stripe(stack, order) == [price.ceiling]
        assert [part for part in await hold_parts(stack, order) if part[1] == "held"] == [
            ("current", "held", price.ceiling)
        ]
        assert len(await stack.intents(order.id)) <= 2

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


PRICE_INCREASE_SCENARIOS: Mapping[str, Callable[[WorkerStack], Awaitable[SagaScenario]]] = {
    scenario.__name__: scenario for scenario in (replacing, replacing_declined, replacing_too_late)
}
