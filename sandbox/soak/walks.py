"""Walking one order to its fate: who does what, and what is pressed that should not have been."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType

from sandbox.play.quarters import Quarter
from sandbox.soak.city import City
from sandbox.soak.customer import NEXT_LOOK, Customer
from sandbox.soak.plan import Fate
from sandbox.soak.runner import Runner

OLD_BUTTONS = ("claim", "bought_estimate", "picked_up", "here", "release_sure", "cancel_sure")
PRESSES_OLD = 0.15  # of all orders: somebody presses a button of them when they are over
BLOCKS = 0.3  # of those customers who need not see anything
NOW = "UPDATE timer SET due_at = now() WHERE order_id = $1 AND kind = 'expire' AND status = 'set'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """One campus: who is there, and which runners are free."""

    city: City
    quarter: Quarter
    customers: tuple[Customer, ...]
    runners: tuple[Runner, ...]
    free: asyncio.Queue[Runner]
    choosing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def taking(self, count: int) -> AsyncIterator[list[Runner]]:
        """So many free runners; who waits for several does so alone, or all would wait for each other."""
        async with self.choosing:
            taken = [await self.free.get() for _ in range(count)]
        try:
            yield taken
        finally:
            for runner in taken:
                self.free.put_nowait(runner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One order under way."""

    ward: Ward
    customer: Customer
    order: int
    dice: Random

    @property
    def city(self) -> City:
        return self.ward.city

    async def opened(self) -> bool:
        """Wait for the card in the runner group; False when the order ended before."""
        customer, order = self.customer, self.order

        def seen() -> bool | None:
            if customer.button("claim", order, place=customer.group):
                return True
            if customer.link("/pay/approve/"):
                return True
            return False if customer.over(order) else None

        async def known() -> bool | None:
            status = (await self.city.order(order))["status"]
            return None if status == "PENDING" else status == "CREATED"

        while True:
            found = await self.city.persist(
                customer.says_yes, seen, customer.places, f"#{order} is open", order=order, known=known
            )
            if not found or customer.link("/pay/approve/") is None:
                return found

    async def time_is_up(self) -> None:
        """The clock jumps to the end of the time a job may stay open."""
        await self.city.ask(NOW, self.order)


async def walk(ward: Ward, customer: Customer, fate: Fate, dice: Random) -> int:
    """Place an order and walk it to its end; returns its number."""
    order = await customer.orders()
    one = Walk(ward=ward, customer=customer, order=order, dice=dice)
    if fate is Fate.REGRETTED:
        await cancel(one)
    elif await one.opened():
        await WAYS[fate](one)
    await customer.sees_the_end(order)
    if dice.random() < PRESSES_OLD:
        await press_old(one)
    return order


async def cancel(one: Walk) -> None:
    """[Yes, cancel], until it is cancelled."""
    customer, order = one.customer, one.order
    if one.dice.random() < BLOCKS:
        await customer.press("cancel", order)
    await one.city.persist(
        lambda: customer.press("cancel_sure", order),
        lambda: customer.over(order),
        customer.places,
        f"#{order} is cancelled",
        order=order,
        known=lambda: customer.is_over(order),
    )


async def expire(one: Walk) -> None:
    """Nobody comes; some customers do not even look any more."""
    if one.dice.random() >= BLOCKS:
        await one.time_is_up()
        return
    await _blindly(one, one.time_is_up)


async def _blindly(one: Walk, act: Callable[[], Awaitable[object]]) -> None:
    customer = one.customer
    await customer.blocks()
    customer.blocking = True
    try:
        await act()
        await customer.waits_blind(one.order)
    finally:
        customer.blocking = False
        await customer.unblocks()


async def deliver(one: Walk, *, by_photo: bool = False) -> None:
    """Somebody takes it and brings it."""
    async with one.ward.taking(1) as (runner,):
        if await runner.takes(one.order, one.customer):
            await runner.brings(one.order, one.customer, by_photo=by_photo)


async def deliver_by_photo(one: Walk) -> None:
    """The PIN is locked, or the customer is not to be reached."""
    if one.dice.random() >= BLOCKS:
        await deliver(one, by_photo=True)
    else:
        await _blindly(one, lambda: deliver(one, by_photo=True))


async def hand_on(one: Walk) -> None:
    """The first runner gives it back, the second one brings it."""
    async with one.ward.taking(2) as (first, second):
        if not await first.takes(one.order, one.customer):
            return
        await first.gives_back(one.order)
        if await second.takes(one.order, one.customer):
            await second.brings(one.order, one.customer, by_photo=False)


async def stop(one: Walk) -> None:
    """A runner takes it, and an admin cancels it before anything is bought."""
    async with one.ward.taking(1) as (runner,):
        if await runner.takes(one.order, one.customer):
            await _admin_cancels(one)


async def _admin_cancels(one: Walk) -> None:
    quarter, customer = one.ward.quarter, one.customer
    line = {"from": quarter.sam.id, "chat": quarter.campus.admins.id, "text": f"/cancel {one.order} the shop is shut"}
    await one.city.persist(
        lambda: one.city.telegram.post("/sim/messages", line),
        lambda: customer.over(one.order),
        customer.places,
        f"#{one.order} is cancelled by an admin",
        order=one.order,
        known=lambda: customer.is_over(one.order),
    )


async def contest(one: Walk) -> None:
    """Two runners, the customer and the clock at once; whoever has the job then brings it."""
    async with one.ward.taking(2) as crowd:
        jobs = [runner.press("claim", one.order) for runner in crowd]
        hurry = [*jobs, one.customer.press("cancel_sure", one.order), one.time_is_up()]
        one.dice.shuffle(hurry)
        await asyncio.gather(*hurry)
        winner = await _decided(one)
        for runner in crowd:
            if runner.number == winner and await runner.takes(one.order, one.customer):
                await runner.brings(one.order, one.customer, by_photo=False)


async def _decided(one: Walk) -> int | None:
    """The runner who has it in the end, None when it is over; while neither is so, the clock is moved again."""
    while (row := await one.city.order(one.order))["status"] == "CREATED":
        await one.time_is_up()
        await asyncio.sleep(NEXT_LOOK)
    runner: int | None = row["runner_id"]
    return runner


async def press_old(one: Walk) -> None:
    """Buttons of an order that is over, by its people and by strangers: each must change nothing."""
    people = (one.customer, *one.ward.runners, one.dice.choice(one.ward.customers))
    for _ in range(2):
        who, action = one.dice.choice(people), one.dice.choice(OLD_BUTTONS)
        one.city.did["stale or foreign buttons pressed"] += 1
        await who.press(action, one.order, one.dice.randrange(1, 9))


WAYS: Mapping[Fate, Callable[[Walk], Awaitable[None]]] = MappingProxyType(
    {
        Fate.PIN: deliver,
        Fate.PHOTO: deliver_by_photo,
        Fate.HANDED_ON: hand_on,
        Fate.STOPPED: stop,
        Fate.CANCELLED: cancel,
        Fate.EXPIRED: expire,
        Fate.CONTESTED: contest,
    }
)
