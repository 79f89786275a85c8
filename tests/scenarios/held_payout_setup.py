"""Payouts that are held: orders handed over without the PIN, their payables, and the sweep that releases them."""

import asyncio
from typing import Any

from domain.campuses.people import Member
from domain.orders.states import Order
from domain.orders.use_cases import admin_orders, photos
from tests.scenarios.escalation_timers import allow_leaving
from tests.scenarios.scenario_setup import new_admin
from tests.stack.photos import new_photo
from tests.stack.worker_stack import WorkerStack
from workers.engine.worker_context import WorkerContext
from workers.scheduling.held_payouts import HeldPayoutSweeper


async def left_order(stack: WorkerStack, runner: Member) -> Order:
    """Play an order whose customer does not come: the food was left with a photo, and the money taken."""
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)
    await allow_leaving(stack, order)
    await stack.act(photos.leave_food_with_photo, runner, order.id, new_photo())
    await stack.run_due()
    return await stack.order(order.id)


async def finished_order(stack: WorkerStack, runner: Member) -> Order:
    """Play an order that an admin finishes in the runner's place, until the money is taken."""
    order = await stack.claimed_order(runner)
    await stack.bring_to_drop_point(runner, order)
    admin = await new_admin(stack)
    await stack.act(admin_orders.finish_order_as_admin, admin, order.id, "the customer has it")
    await stack.run_due()
    return await stack.order(order.id)


async def payable_row(stack: WorkerStack, order: Order) -> Any:
    """What the runner is owed for the order."""
    (row,) = await stack.rows("SELECT * FROM payable WHERE order_id = :id", id=order.id)
    return row


async def make_held_payout_due(stack: WorkerStack, order: Order, seconds: int = 1) -> None:
    """Let the time of the order's held payable have passed, this many seconds ago."""
    passed = "UPDATE payable SET held_until = now() - make_interval(secs => :ago) WHERE order_id = :id"
    await stack.sql(f"{passed} AND held_until IS NOT NULL", id=order.id, ago=seconds)


async def release_held_payout(stack: WorkerStack, order: Order) -> None:
    """Let the time of the order's held payable pass, and release it: its payout is started, and not yet run."""
    await make_held_payout_due(stack, order)
    await HeldPayoutSweeper(context=stack.context).release_due()


async def sweep_held_payouts(stack: WorkerStack, *workers: WorkerContext) -> None:
    """Release what is due, as the sweeps of these workers do at the same time, and run what that starts."""
    sweepers = [HeldPayoutSweeper(context=worker) for worker in workers or (stack.context,)]
    await asyncio.gather(*(sweeper.release_due() for sweeper in sweepers))
    await stack.run_due()
