"""A pay-out of somebody in debt, for the tests that kill workers."""

from domain.order import Bearer
from domain.store.use_cases import refunding
from tests.town import Town
from tests.workers.scenes import Scene, new_admin, paid_once
from workers.engine import run_saga


async def paying_off_a_debt(town: Town) -> Scene:
    """pay_out_runner, of somebody who owes a part of it for a refund that could not be taken back."""
    runner = await town.member(runner=True, card=None)
    owing = await town.delivered(runner)
    await town.drive()
    await town.control(f"accounts/{runner.stripe_account}", pay_out=True)
    async with town.database() as work:
        await refunding.give(work, town.campus, await new_admin(town), owing.id, 300, Bearer.RUNNER, "cold")
    await town.drive()
    order = await town.delivered(runner)
    await run_saga(town.workshop, (await town.saga(order, "complete_order")).id)
    row = await town.saga(order, "pay_out_runner")

    async def check() -> None:
        await paid_once(town, order.id)
        assert [one["amount"] for one in await town.transfers(order.id)] == [730]
        assert await town.rows("SELECT netted FROM debt WHERE order_id = :id", id=owing.id) == [(300,)]

    return Scene(town=town, saga_id=row.id, check=check)
