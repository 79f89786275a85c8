"""Scenarios of lapsed holds: the card is charged again, is declined, or the customer pays later."""

from collections.abc import Awaitable, Callable, Mapping

from domain.orders.states import OrderStatus
from tests.scenarios.customer_debt_setup import (
    DECLINED_CARD,
    debt_state,
    hold_states,
    intent_states,
    lapsed_order_at_drop_point,
    owed_order,
    pay_debt,
)
from tests.scenarios.scenario_setup import SagaScenario, assert_paid_once
from tests.stack.worker_stack import WorkerStack


async def charging_again(stack: WorkerStack) -> SagaScenario:
    """The scenario of complete_order after the hold lapsed."""
    runner = await stack.add_member(runner=True, card=None)
    order = await lapsed_order_at_drop_point(stack, runner)
    await stack.hand_over(runner, order)

    async def check() -> None:
        assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
        assert await intent_states(stack, order) == [("canceled", 0), ("succeeded", 1130)]
        assert await hold_states(stack, order) == [("released", 0), ("captured", 1130)]
        await assert_paid_once(stack, order.id)

    return SagaScenario(stack=stack, saga_id=(await stack.saga(order, "complete_order")).id, check=check)


async def charging_declined(stack: WorkerStack) -> SagaScenario:
    """The scenario of complete_order after the hold lapsed, with a card that is declined.

    The runner has no account, so the payable waits.
    """
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, ready=False, card=None)
    order = await lapsed_order_at_drop_point(stack, runner, customer)
    await stack.save_test_card(customer.person_id, DECLINED_CARD)
    await stack.hand_over(runner, order)

    async def check() -> None:
        assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
        assert await intent_states(stack, order) == [("canceled", 0), ("canceled", 0)]
        assert await debt_state(stack, order) == ("open", 1130)
        assert (await stack.notification_keys(order, customer.person_id)).count("notification-owes") == 1

    return SagaScenario(stack=stack, saga_id=(await stack.saga(order, "complete_order")).id, check=check)


async def settling(stack: WorkerStack) -> SagaScenario:
    """The scenario of settle_debt."""
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, ready=False, card=None)
    order = await owed_order(stack, customer, runner=runner)
    await stack.save_test_card(customer.person_id, "pm_card_visa")
    run = await pay_debt(stack, customer, order)
    assert run is not None

    async def check() -> None:
        assert await debt_state(stack, order) == ("paid", 1130)
        assert await intent_states(stack, order) == [("canceled", 0), ("canceled", 0), ("succeeded", 1130)]
        assert (await stack.notification_keys(order, customer.person_id)).count("notification-debt-paid") == 1

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


async def settling_declined(stack: WorkerStack) -> SagaScenario:
    """The scenario of settle_debt with a card that is declined, so it compensates."""
    customer, runner = await stack.add_member(), await stack.add_member(runner=True, ready=False, card=None)
    order = await owed_order(stack, customer, runner=runner)
    run = await pay_debt(stack, customer, order)
    assert run is not None

    async def check() -> None:
        assert await debt_state(stack, order) == ("open", 1130)
        assert await intent_states(stack, order) == [("canceled", 0)] * 3
        assert (await stack.notification_keys(order, customer.person_id)).count("notification-debt-declined") == 1

    return SagaScenario(stack=stack, saga_id=run.id, check=check)


DEBT_SCENARIOS: Mapping[str, Callable[[WorkerStack], Awaitable[SagaScenario]]] = {
    scenario.__name__: scenario for scenario in (charging_again, charging_declined, settling, settling_declined)
}
