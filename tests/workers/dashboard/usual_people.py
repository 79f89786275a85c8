"""How an order goes on by its usual people after somebody acted at the dashboard."""

from contextlib import suppress
from dataclasses import dataclass

from domain.campuses.people import Member
from domain.errors import CampusGError
from domain.orders.states import FINAL_ORDER_STATUSES, Bearer, Order, OrderStatus
from domain.orders.use_cases import admin_orders, running
from tests.scenarios.scenario_setup import answer_bank, end_wait
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers

MAX_ROUNDS = 12  # more acts than any order needs


@dataclass(slots=True, kw_only=True)
class Drill:
    """An order in a state, its people, and how it ends."""

    stack: WorkerStack
    customer: Member
    runner: Member
    admin: Member
    order_id: int = 0
    ending: str = "delivered"

    async def order(self) -> Order:
        """The order as committed now."""
        return await self.stack.order(self.order_id)


async def go_on(drill: Drill) -> None:
    """Let everybody do what they usually do until the order is over."""
    for _ in range(MAX_ROUNDS):
        await drill.stack.run_now()
        order = await drill.order()
        if order.status in FINAL_ORDER_STATUSES:
            return
        await _act(drill, order)


async def _act(drill: Drill, order: Order) -> None:
    """Do the next usual act; a person who is refused it reads why, and an admin ends the order."""
    stack = drill.stack
    try:
        match order.status:
            case OrderStatus.PENDING:
                await _approve(drill, order)
            case OrderStatus.CREATED:
                await _take_or_end(drill, order)
            case OrderStatus.ACCEPTED:
                await _buy_or_end(drill, order)
            case OrderStatus.PLACED if drill.ending == "closed":
                await _close(drill)
            case OrderStatus.PLACED:
                await stack.act(running.mark_picked_up, drill.runner, order.id)
            case OrderStatus.ON_THE_WAY:
                await stack.act(running.mark_arrived, drill.runner, order.id)
            case OrderStatus.ARRIVED if drill.ending == "closed":
                await _close(drill)
            case OrderStatus.ARRIVED:
                await stack.hand_over(drill.runner, order)
            case _:
                pass
    except CampusGError:
        with suppress(CampusGError):
            await stack.act(admin_orders.cancel_order_as_admin, drill.admin, order.id, "it can't go on")


async def _approve(drill: Drill, order: Order) -> None:
    waiting = [one for one in await drill.stack.intents(order.id) if one["status"] == "requires_action"]
    if waiting:
        await answer_bank(drill.stack, order)
    else:
        await end_wait(drill.stack, order, "create_order")


async def _take_or_end(drill: Drill, order: Order) -> None:
    if drill.ending == "cancelled":
        await drill.stack.cancel(drill.customer, order)
    elif drill.ending in ("expired", "released"):
        due = "UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire' AND status = 'set'"
        await drill.stack.sql(due, id=order.id)
        await fire_timers(drill.stack.context)
    else:
        await drill.stack.claim(drill.runner, order)


async def _buy_or_end(drill: Drill, order: Order) -> None:
    if drill.ending == "cancelled":
        await drill.stack.act(admin_orders.cancel_order_as_admin, drill.admin, order.id, "no rice")
    elif drill.ending == "released":
        await drill.stack.act(running.start_release, drill.runner, order.id)
    else:
        await drill.stack.act(running.mark_bought, drill.runner, order.id, 850)


async def _close(drill: Drill) -> None:
    await drill.stack.act(
        admin_orders.close_purchase_as_admin, drill.admin, drill.order_id, Bearer.PLATFORM, "nobody opens"
    )
