"""Races between people, workers and deadlines: each side is certainly first once, and then all begin almost together.

A test states what holds whoever wins. That every side can win is not left to chance: in the first rounds one act is
done before the others begin.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from domain.errors import CampusGError

NEAR_LEAD_SECONDS = 0.012  # seconds within which all acts of a true race begin

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceStart:
    """How a race begins: the act number `first` is done before the others begin.

    None makes it a true race, in which each act waits for its number of seconds in `delays`.
    """

    first: int | None
    delays: tuple[float, ...] = ()


def race_starts(racers: int, repetitions: int, *, seed: int, spread: float = NEAR_LEAD_SECONDS) -> Iterator[RaceStart]:
    """Yield a start for each act that is certainly first, and as many true races as make up the repetitions."""
    yield from (RaceStart(first=first) for first in range(racers))
    yield from true_races(racers, repetitions - racers, seed=seed, spread=spread)


def true_races(racers: int, repetitions: int, *, seed: int, spread: float = NEAR_LEAD_SECONDS) -> Iterator[RaceStart]:
    """Yield starts of races that any act may win."""
    chance = Random(seed)
    for _ in range(repetitions):
        yield RaceStart(first=None, delays=tuple(chance.uniform(0, spread) for _ in range(racers)))


async def race(start: RaceStart, *acts: Callable[[], Awaitable[T]]) -> list[T]:
    """Make all acts and return their results in the order of the acts."""
    if start.first is None:
        return await asyncio.gather(*map(_act_after, start.delays, acts))
    first = await acts[start.first]()
    others = await asyncio.gather(*(act() for act in (*acts[: start.first], *acts[start.first + 1 :])))
    return [*others[: start.first], first, *others[start.first :]]


async def refusal_of(tap: Callable[[], Awaitable[object]]) -> CampusGError | None:
    """Make a tap, and return its refusal; None when it was accepted."""
    try:
        await tap()
    except CampusGError as refusal:
        return refusal
    return None


async def is_accepted(tap: Callable[[], Awaitable[object]]) -> bool:
    """Make a tap, and return whether it was accepted."""
    return await refusal_of(tap) is None


async def _act_after(delay: float, act: Callable[[], Awaitable[T]]) -> T:
    await asyncio.sleep(delay)
    return await act()
