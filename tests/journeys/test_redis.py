"""Redis only rings bells: emptied or restarted in the middle of an order, nothing is lost."""

from collections.abc import Callable
from contextlib import closing

import redis

from sandbox.play.scenes.parts import CHARGED, RUNNER_GETS, comes_in, is_paid, orders_laksa, sets_up_payout
from sandbox.play.stage import Ending, Stage
from sandbox.play.verdict import judge
from tests.journeys.town import Town

DUE_WITHIN = 5.0  # seconds after which everything due has run


async def test_an_order_goes_on_when_redis_is_emptied_at_every_turn(town: Town) -> None:
    def empty() -> None:
        with closing(redis.Redis.from_url(town.stack.redis_url)) as connection:
            connection.flushall()

    async with town.stage("east") as stage:
        await play_with(stage, town, empty)


async def test_an_order_goes_on_when_redis_is_killed_and_started_anew_at_every_turn(town: Town) -> None:
    def restart() -> None:
        server = town.stack.processes["valkey"]
        server.kill()
        server.restart()

    async with town.stage("south") as stage:
        await play_with(stage, town, restart)


async def play_with(stage: Stage, town: Town, trouble: Callable[[], None]) -> None:
    """A happy order with trouble after the claim, after the purchase and after the PIN."""
    mei, ana = stage.mei, stage.ana
    await sets_up_payout(ana)
    order = await orders_laksa(mei)
    await ana.taps("claim", about=order)
    trouble()
    await ana.taps("bought", about=order)
    await ana.taps("bought_estimate", about=order)
    await ana.taps("picked_up", about=order)
    trouble()
    await ana.taps("here", about=order)
    await ana.types(await mei.reads_pin(order))
    await town.until("SELECT 1 FROM orders WHERE id = $1 AND delivered_at IS NOT NULL", order, within=DUE_WITHIN)
    trouble()
    await town.until("SELECT 1 FROM payable WHERE order_id = $1 AND status = 'paid'", order, within=2 * DUE_WITHIN)
    await is_paid(ana, order)
    await comes_in(ana)
    await judge(stage.stripe, Ending(order=order, charged=CHARGED, paid_out=RUNNER_GETS))
