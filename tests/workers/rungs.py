"""Rungs of ladders for tests: made due, fired, and looked at."""

import asyncio
from collections.abc import Iterator
from random import Random

from domain.order import Order
from domain.timers import TimerKind
from tests.town import Town
from workers.timers import fire_timers


async def come_due(town: Town, order: Order, *kinds: TimerKind) -> None:
    """The moment of these rungs of the order has come, if they are set; later ones are due later."""
    for before, kind in enumerate(reversed(kinds), start=1):
        await town.sql(
            "UPDATE timer SET due_at = now() - make_interval(secs => :before)"
            " WHERE order_id = :id AND kind = :kind AND status = 'set'",
            id=order.id,
            kind=kind,
            before=before,
        )


async def fire(town: Town, order: Order, *kinds: TimerKind) -> None:
    """These rungs come due, and a worker sees it."""
    await come_due(town, order, *kinds)
    await fire_timers(town.workshop)


async def look(town: Town, pause: float) -> None:
    """A worker's sweep, a little later."""
    await asyncio.sleep(pause)
    for _ in range(3):
        await fire_timers(town.worker("looking"))


def near_misses(rounds: int) -> Iterator[float]:
    """Seconds that one side of a race starts before the other: once clearly each, then as near as can be."""
    chance = Random(5)
    yield from (0.1, -0.1)
    yield from (chance.uniform(-0.006, 0.006) for _ in range(rounds - 2))


async def rungs(town: Town, order: Order, status: str = "set") -> set[str]:
    """The kinds of the order's timers that are set (or fired, or stopped)."""
    query = "SELECT kind FROM timer WHERE order_id = :id AND status = :status"
    return {row.kind for row in await town.rows(query, id=order.id, status=status)}


async def minutes_until(town: Town, order: Order, kind: TimerKind) -> float:
    """How far away a set timer is."""
    query = (
        "SELECT extract(epoch FROM due_at - now()) / 60 AS minutes FROM timer"
        " WHERE order_id = :id AND kind = :kind AND status = 'set'"
    )
    ((minutes,),) = await town.rows(query, id=order.id, kind=kind)
    return float(minutes)
