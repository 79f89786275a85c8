"""Rungs of ladders for tests: made due, fired, and looked at."""

import asyncio
from collections.abc import Iterator
from random import Random

from domain.order import Order
from domain.timers import TimerKind
from tests.worker_stack import WorkerStack
from workers.due_timers import fire_timers


async def make_timers_due(stack: WorkerStack, order: Order, *kinds: TimerKind) -> None:
    """The moment of these rungs of the order has come, if they are set; later ones are due later."""
    for before, kind in enumerate(reversed(kinds), start=1):
        await stack.sql(
            "UPDATE timer SET due_at = now() - make_interval(secs => :before)"
            " WHERE order_id = :id AND kind = :kind AND status = 'set'",
            id=order.id,
            kind=kind,
            before=before,
        )


async def fire_timers_of(stack: WorkerStack, order: Order, *kinds: TimerKind) -> None:
    """These rungs come due, and a worker sees it."""
    await make_timers_due(stack, order, *kinds)
    await fire_timers(stack.context)


async def sweep_after(stack: WorkerStack, pause: float) -> None:
    """A worker's sweep, a little later."""
    await asyncio.sleep(pause)
    for _ in range(3):
        await fire_timers(stack.new_worker("looking"))


def near_race_delays(repetitions: int) -> Iterator[float]:
    """Seconds that one side of a race starts before the other: once clearly each, then as near as can be."""
    chance = Random(5)
    yield from (0.1, -0.1)
    yield from (chance.uniform(-0.006, 0.006) for _ in range(repetitions - 2))


async def timer_kinds(stack: WorkerStack, order: Order, status: str = "set") -> set[str]:
    """The kinds of the order's timers that are set (or fired, or stopped)."""
    query = "SELECT kind FROM timer WHERE order_id = :id AND status = :status"
    return {row.kind for row in await stack.rows(query, id=order.id, status=status)}


async def minutes_until(stack: WorkerStack, order: Order, kind: TimerKind) -> float:
    """How far away a set timer is."""
    query = (
        "SELECT extract(epoch FROM due_at - now()) / 60 AS minutes FROM timer"
        " WHERE order_id = :id AND kind = :kind AND status = 'set'"
    )
    ((minutes,),) = await stack.rows(query, id=order.id, kind=kind)
    return float(minutes)
