"""Runs the scenario of one order: who does what, and which stale buttons are tapped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import MappingProxyType

from sandbox.launch.campuses import Campus
from sandbox.soak.simulated_customer import DATABASE_POLL_INTERVAL_SECONDS, SimulatedCustomer
from sandbox.soak.simulated_runner import SimulatedRunner
from sandbox.soak.soak_context import SoakContext
from sandbox.soak.soak_plan import OrderScenario

STALE_ACTIONS = ("claim", "bought_estimate", "picked_up", "here", "release_sure", "cancel_sure")
STALE_TAP_SHARE = 0.15  # of all orders: a person taps their buttons after the end
BLOCKING_SHARE = 0.3  # of the customers who do not need to see anything


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusPool:
    """The people of one campus, and which runners are free."""

    context: SoakContext
    campus: Campus
    customers: tuple[SimulatedCustomer, ...]
    runners: tuple[SimulatedRunner, ...]
    free_runners: asyncio.Queue[SimulatedRunner]
    runner_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def borrow_runners(self, count: int) -> AsyncIterator[list[SimulatedRunner]]:
        """Take this many free runners for the length of a block.

        Only one caller waits at a time. Two callers that each hold one runner and need two would wait for ever.
        """
        async with self.runner_lock:
            runners = [await self.free_runners.get() for _ in range(count)]
        try:
            yield runners
        finally:
            for runner in runners:
                self.free_runners.put_nowait(runner)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRun:
    """One order in flight."""

    campus_pool: CampusPool
    customer: SimulatedCustomer
    order_id: int
    rng: Random

    @property
    def context(self) -> SoakContext:
        return self.campus_pool.context

    async def wait_until_open(self) -> bool:
        """Wait until the order is in the runner group. Return False when it ended before."""
        customer, order = self.customer, self.order_id

        def find_in_chat() -> bool | None:
            if customer.seen_button("claim", subject_id=order) or customer.seen_link("/pay/approve/"):
                return True
            return False if customer.is_shown_over(order) else None

        async def find_in_database() -> bool | None:
            status = (await self.context.order(order))["status"]
            return None if status == "PENDING" else status == "CREATED"

        while True:
            found = await customer.retry_until(
                customer.approve_at_bank,
                find_in_chat,
                "sees it open",
                order_id=order,
                find_in_database=find_in_database,
            )
            if not found or customer.seen_link("/pay/approve/") is None:
                return found

    async def expire_now(self) -> None:
        """Make the expiry of the order due now."""
        await self.context.populated_stack.fire_timer(self.order_id, "expire")


async def run_order_scenario(
    campus_pool: CampusPool, customer: SimulatedCustomer, scenario: OrderScenario, rng: Random
) -> int:
    """Place an order and run it to its end. Return its number."""
    order = await customer.place_order()
    order_run = OrderRun(campus_pool=campus_pool, customer=customer, order_id=order, rng=rng)
    if scenario is OrderScenario.CANCELLED_AT_ONCE:
        await cancel_open_order(order_run)
    elif await order_run.wait_until_open():
        await SCENARIO_FUNCTIONS[scenario](order_run)
    await customer.wait_until_over(order)
    if rng.random() < STALE_TAP_SHARE:
        await tap_stale_buttons(order_run)
    return order


async def cancel_open_order(order_run: OrderRun) -> None:
    """Tap [Yes, cancel] until the order is cancelled."""
    customer, order = order_run.customer, order_run.order_id
    if order_run.rng.random() < BLOCKING_SHARE:
        await customer.press("cancel", order)
    await _cancel(order_run, partial(customer.press, "cancel_sure", order))


async def _cancel(order_run: OrderRun, action: Callable[[], Awaitable[object]]) -> None:
    """Cancel with this action until the order is over."""
    customer, order = order_run.customer, order_run.order_id
    await customer.retry_until(
        action,
        lambda: customer.is_shown_over(order),
        "sees it cancelled",
        order_id=order,
        find_in_database=lambda: customer.is_over_in_database(order),
    )


async def let_order_expire(order_run: OrderRun) -> None:
    """Let the order expire. Some customers have blocked the bot meanwhile."""
    if order_run.rng.random() >= BLOCKING_SHARE:
        await order_run.expire_now()
        return
    await _act_while_blocked(order_run, order_run.expire_now)


async def _act_while_blocked(order_run: OrderRun, action: Callable[[], Awaitable[object]]) -> None:
    customer = order_run.customer
    await customer.block_bot()
    customer.has_blocked_bot = True
    try:
        await action()
        await customer.wait_until_over_unseen(order_run.order_id)
    finally:
        customer.has_blocked_bot = False
        await customer.unblock_bot()


async def deliver_with_pin(order_run: OrderRun, *, by_photo: bool = False) -> None:
    """A runner claims the order and brings it."""
    async with order_run.campus_pool.borrow_runners(1) as (runner,):
        if await runner.claim_order(order_run.order_id, order_run.customer):
            await runner.bring_order(order_run.order_id, order_run.customer, by_photo=by_photo)


async def deliver_with_photo(order_run: OrderRun) -> None:
    """Deliver without the PIN, because it is locked: with a photo when its time has come.

    Some customers have blocked the bot meanwhile. They cannot be told, so an admin finishes their orders.
    """
    if order_run.rng.random() >= BLOCKING_SHARE:
        await deliver_with_pin(order_run, by_photo=True)
    else:
        await _act_while_blocked(order_run, lambda: deliver_with_pin(order_run, by_photo=True))


async def deliver_with_second_runner(order_run: OrderRun) -> None:
    """The first runner gives the order back, the second one brings it."""
    async with order_run.campus_pool.borrow_runners(2) as (first, second):
        if not await first.claim_order(order_run.order_id, order_run.customer):
            return
        await first.give_back_order(order_run.order_id)
        if await second.claim_order(order_run.order_id, order_run.customer):
            await second.bring_order(order_run.order_id, order_run.customer, by_photo=False)


async def cancel_claimed_order(order_run: OrderRun) -> None:
    """A runner claims the order, and an admin cancels it before anything is bought."""
    async with order_run.campus_pool.borrow_runners(1) as (runner,):
        if await runner.claim_order(order_run.order_id, order_run.customer):
            campus, telegram = order_run.campus_pool.campus, order_run.context.populated_stack.telegram
            line = f"/cancel {order_run.order_id} the shop is shut"
            await _cancel(order_run, lambda: telegram.write(campus.admin.id, campus.admin_chat, line))


async def contest_order(order_run: OrderRun) -> None:
    """Two runners claim, the customer cancels and the order expires at the same time. A runner who won brings it."""
    async with order_run.campus_pool.borrow_runners(2) as crowd:
        jobs = [runner.press("claim", order_run.order_id) for runner in crowd]
        contenders = [*jobs, order_run.customer.press("cancel_sure", order_run.order_id), order_run.expire_now()]
        order_run.rng.shuffle(contenders)
        await asyncio.gather(*contenders)
        winner = await _wait_for_winner(order_run)
        for runner in crowd:
            if runner.user_id == winner and await runner.claim_order(order_run.order_id, order_run.customer):
                await runner.bring_order(order_run.order_id, order_run.customer, by_photo=False)


async def _wait_for_winner(order_run: OrderRun) -> int | None:
    """Return the runner who won, or None when the order is over. Make the expiry due again until one is decided."""
    while (row := await order_run.context.order(order_run.order_id))["status"] == "CREATED":
        await order_run.expire_now()
        await asyncio.sleep(DATABASE_POLL_INTERVAL_SECONDS)
    runner: int | None = row["runner_id"]
    return runner


async def tap_stale_buttons(order_run: OrderRun) -> None:
    """Tap buttons of an order that is over, as its people and as strangers. Each tap must change nothing."""
    people = (order_run.customer, *order_run.campus_pool.runners, order_run.rng.choice(order_run.campus_pool.customers))
    for _ in range(2):
        who, action = order_run.rng.choice(people), order_run.rng.choice(STALE_ACTIONS)
        order_run.context.action_counts["stale or foreign buttons tapped"] += 1
        await who.press(action, order_run.order_id, order_run.rng.randrange(1, 9))


SCENARIO_FUNCTIONS: Mapping[OrderScenario, Callable[[OrderRun], Awaitable[None]]] = MappingProxyType(
    {
        OrderScenario.DELIVERED_WITH_PIN: deliver_with_pin,
        OrderScenario.DELIVERED_WITH_PHOTO: deliver_with_photo,
        OrderScenario.DELIVERED_BY_SECOND_RUNNER: deliver_with_second_runner,
        OrderScenario.CANCELLED_BY_ADMIN: cancel_claimed_order,
        OrderScenario.CANCELLED: cancel_open_order,
        OrderScenario.EXPIRED: let_order_expire,
        OrderScenario.CONTESTED: contest_order,
    }
)
