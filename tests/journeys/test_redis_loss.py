"""Tests that Redis is not needed for correctness: emptied or restarted during an order, no order is lost."""

from collections.abc import Callable

import pytest

from sandbox.launch.valkey import flush_valkey
from sandbox.people.populated_stack import PopulatedStack, SceneContext
from sandbox.play.money_check import check_order_money
from sandbox.play.scenes.delivery_scenes import delivered
from tests.journeys.running_scenes import running_scene

pytestmark = pytest.mark.drill

DUE_TIMEOUT_SECONDS = 5.0  # after this everything due has run without Redis
DELIVERED_SQL = "SELECT 1 FROM orders WHERE id = $1 AND delivered_at IS NOT NULL"
PAID_SQL = "SELECT 1 FROM payable WHERE order_id = $1 AND status = 'paid'"


async def test_an_order_goes_on_when_redis_is_emptied_at_every_step(stack: PopulatedStack) -> None:
    async with running_scene(stack, "east") as context:
        await play_with_fault(context, lambda: flush_valkey(stack.launched.ports["valkey"]))


async def test_an_order_goes_on_when_redis_is_killed_and_restarted_at_every_step(stack: PopulatedStack) -> None:
    def restart() -> None:
        server = stack.launched.processes["valkey"]
        server.kill()
        server.restart()

    async with running_scene(stack, "south") as context:
        await play_with_fault(context, restart)


async def play_with_fault(context: SceneContext, trouble: Callable[[], None]) -> None:
    """Play an order with a fault of Redis after the claim, after the purchase and after the PIN."""
    mei, ana, stack = context.mei, context.ana, context.populated_stack
    await ana.set_up_payout_account()
    order = await mei.order_laksa()
    await ana.tap("claim", subject_id=order)
    trouble()
    await ana.tap("bought", subject_id=order)
    await ana.tap("bought_estimate", subject_id=order)
    await ana.tap("picked_up", subject_id=order)
    trouble()
    await ana.tap("here", subject_id=order)
    await ana.type_text(await mei.wait_for_pin(order))
    await stack.wait_for_row(DELIVERED_SQL, order, timeout=DUE_TIMEOUT_SECONDS)
    trouble()
    await stack.wait_for_row(PAID_SQL, order, timeout=2 * DUE_TIMEOUT_SECONDS)
    await ana.wait_until_paid(order)
    await ana.start_bot()
    await check_order_money(context.stripe, *delivered(order))
