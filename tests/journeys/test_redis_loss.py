"""Tests that Redis is not needed for correctness: emptied or restarted during an order, no order is lost."""

from collections.abc import Callable
from contextlib import closing

import redis

from sandbox.play.money_check import check_order_money
from sandbox.play.scene_context import ExpectedMoney, SceneContext
from sandbox.play.scenes.scene_steps import (
    CHARGED_AMOUNT,
    RUNNER_AMOUNT,
    order_laksa,
    set_up_payout_account,
    start_bot,
    wait_until_runner_paid,
)
from tests.journeys.journey_stack import JourneyStack

DUE_TIMEOUT_SECONDS = 5.0  # after this everything due has run without Redis


async def test_an_order_goes_on_when_redis_is_emptied_at_every_step(stack: JourneyStack) -> None:
    def empty() -> None:
        with closing(redis.Redis.from_url(stack.processes.redis_url)) as connection:
            connection.flushall()

    async with stack.running_scene("east") as context:
        await play_with_fault(context, stack, empty)


async def test_an_order_goes_on_when_redis_is_killed_and_restarted_at_every_step(stack: JourneyStack) -> None:
    def restart() -> None:
        server = stack.processes.processes["valkey"]
        server.kill()
        server.restart()

    async with stack.running_scene("south") as context:
        await play_with_fault(context, stack, restart)


async def play_with_fault(context: SceneContext, stack: JourneyStack, trouble: Callable[[], None]) -> None:
    """Play an order with a fault of Redis after the claim, after the purchase and after the PIN."""
    mei, ana = context.mei, context.ana
    await set_up_payout_account(ana)
    order = await order_laksa(mei)
    await ana.tap("claim", subject_id=order)
    trouble()
    await ana.tap("bought", subject_id=order)
    await ana.tap("bought_estimate", subject_id=order)
    await ana.tap("picked_up", subject_id=order)
    trouble()
    await ana.tap("here", subject_id=order)
    await ana.type_text(await mei.wait_for_pin(order))
    await stack.wait_for_row(
        "SELECT 1 FROM orders WHERE id = $1 AND delivered_at IS NOT NULL", order, within=DUE_TIMEOUT_SECONDS
    )
    trouble()
    await stack.wait_for_row(
        "SELECT 1 FROM payable WHERE order_id = $1 AND status = 'paid'", order, within=2 * DUE_TIMEOUT_SECONDS
    )
    await wait_until_runner_paid(ana, order)
    await start_bot(ana)
    await check_order_money(
        context.stripe, ExpectedMoney(order_id=order, charged=CHARGED_AMOUNT, paid_out=RUNNER_AMOUNT)
    )
