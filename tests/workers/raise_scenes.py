"""Sagas that are about to replace a hold: adopted, declined, or overtaken by a claim."""

from collections.abc import Awaitable, Callable, Mapping

from tests.town import Town
from tests.workers.owing import DECLINING
from tests.workers.raising import held_at_stripe, parts, raise_fee
from tests.workers.scenes import Scene


async def replacing(town: Town) -> Scene:
    """replace_hold for a raised fee."""
    return await _scene(town, raised=True)


async def replacing_in_vain(town: Town) -> Scene:
    """The same with a card that says no."""
    return await _scene(town, card=DECLINING)


async def replacing_too_late(town: Town) -> Scene:
    """The same, and a runner was faster."""
    scene = await _scene(town)
    ((order_id,),) = await town.rows("SELECT order_id FROM saga WHERE id = :id", id=scene.saga_id)
    await town.claim(await town.member(runner=True, card=None), await town.order(order_id))
    return scene


async def _scene(town: Town, *, card: str | None = None, raised: bool = False) -> Scene:
    customer = await town.member()
    order = await town.open_job(customer)
    if card is not None:
        await town.give_card(customer.person_id, card)
    run = await raise_fee(town, customer, order)
    assert run is not None

    async def check() -> None:
        price = (await town.order(order.id)).price
        assert (price.ceiling > order.price.ceiling) is raised
        assert await held_at_stripe(town, order) == [price.ceiling]
        assert [part for part in await parts(town, order) if part[1] == "held"] == [("current", "held", price.ceiling)]
        assert len(await town.intents(order.id)) <= 2

    return Scene(town=town, saga_id=run.id, check=check)


RAISE_SCENES: Mapping[str, Callable[[Town], Awaitable[Scene]]] = {
    scene.__name__: scene for scene in (replacing, replacing_in_vain, replacing_too_late)
}
