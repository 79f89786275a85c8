"""Sagas that are about to run where a hold lapsed: the card is charged anew, is declined, or is paid with later."""

from collections.abc import Awaitable, Callable, Mapping

from domain.order import OrderStatus
from tests.town import Town
from tests.workers.owing import DECLINING, at_the_door, debt, holds, money, owed_order, pay
from tests.workers.scenes import Scene, paid_once


async def charging_again(town: Town) -> Scene:
    """complete_order, whose hold lapsed."""
    runner = await town.member(runner=True, card=None)
    order = await at_the_door(town, runner)
    await town.hand_over(runner, order)

    async def check() -> None:
        assert (await town.order(order.id)).status is OrderStatus.COMPLETED
        assert await money(town, order) == [("canceled", 0), ("succeeded", 1130)]
        assert await holds(town, order) == [("released", 0), ("captured", 1130)]
        await paid_once(town, order.id)

    return Scene(town=town, saga_id=(await town.saga(order, "complete_order")).id, check=check)


async def charging_in_vain(town: Town) -> Scene:
    """The same, and her card says no; the runner has no account yet, so it stays owed."""
    customer, runner = await town.member(), await town.member(runner=True, ready=False, card=None)
    order = await at_the_door(town, runner, customer)
    await town.give_card(customer.person_id, DECLINING)
    await town.hand_over(runner, order)

    async def check() -> None:
        assert (await town.order(order.id)).status is OrderStatus.COMPLETED
        assert await money(town, order) == [("canceled", 0), ("canceled", 0)]
        assert await debt(town, order) == ("open", 1130)
        assert (await town.told(order, customer.person_id)).count("push-owes") == 1

    return Scene(town=town, saga_id=(await town.saga(order, "complete_order")).id, check=check)


async def settling(town: Town) -> Scene:
    """settle_debt."""
    customer, runner = await town.member(), await town.member(runner=True, ready=False, card=None)
    order = await owed_order(town, customer, runner=runner)
    await town.give_card(customer.person_id, "pm_card_visa")
    run = await pay(town, customer, order)
    assert run is not None

    async def check() -> None:
        assert await debt(town, order) == ("paid", 1130)
        assert await money(town, order) == [("canceled", 0), ("canceled", 0), ("succeeded", 1130)]
        assert (await town.told(order, customer.person_id)).count("push-debt-paid") == 1

    return Scene(town=town, saga_id=run.id, check=check)


async def settling_in_vain(town: Town) -> Scene:
    """settle_debt with a card that says no: it turns back."""
    customer, runner = await town.member(), await town.member(runner=True, ready=False, card=None)
    order = await owed_order(town, customer, runner=runner)
    run = await pay(town, customer, order)
    assert run is not None

    async def check() -> None:
        assert await debt(town, order) == ("open", 1130)
        assert await money(town, order) == [("canceled", 0)] * 3
        assert (await town.told(order, customer.person_id)).count("push-debt-declined") == 1

    return Scene(town=town, saga_id=run.id, check=check)


DEBT_SCENES: Mapping[str, Callable[[Town], Awaitable[Scene]]] = {
    scene.__name__: scene for scene in (charging_again, charging_in_vain, settling, settling_in_vain)
}
