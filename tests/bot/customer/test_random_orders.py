"""Random input while a worker runs and Stripe answers: no saga gets stuck and the books balance."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from random import Random

from domain.campuses.people import Member
from domain.campuses.repository import find_campus
from domain.errors import CampusGError
from domain.messaging.buttons import Tap
from domain.orders.repository import list_orders_in_status
from domain.orders.states import Order, OrderStatus
from sandbox.stripe.stripe_server import running_stripe
from sandbox.telegram.telegram_server import running_telegram
from tests.bot.transport.update_flood import FIRST_UPDATE, UpdateFlood, record_errors, register_people
from tests.fuzz.fuzz_depth import SEED, iterations
from tests.fuzz.update_generator import UpdateGenerator
from tests.stack.bot_stack import BotStack
from tests.stack.campus_setup import running_bot_stack
from tests.stack.shared_servers import SharedServers, drop_database, empty_redis_database, make_database
from tests.stack.worker_stack import WorkerStack
from workers.engine.worker_context import WorkerContext
from workers.stripe.gateway import open_stripe_gateway

DAYS = iterations(1, 60)
ACTIONS_PER_DAY = iterations(20, 60)  # updates
BROKEN_SHARE = 0.1
BUTTONS = (
    *sorted(tap for tap in Tap if tap.redraws_order),
    Tap.ADMIN_ACTION,
    Tap.ADMIN_ACTION_SURE,
    Tap.REFUND,
    Tap.REFUND_BEARER,
    Tap.SUSPEND,
    Tap.UNSUSPEND,
)


@asynccontextmanager
async def running_full_stack(postgres_url: str, servers: SharedServers) -> AsyncIterator[tuple[BotStack, WorkerStack]]:
    """Run a bot stack and a worker stack on the same campus."""
    url = await make_database(postgres_url, "campusg_test_wild")
    async with AsyncExitStack() as exit_stack:
        telegram_url = await exit_stack.enter_async_context(running_telegram())
        redis_url = empty_redis_database(servers.redis_url, 8)
        stack = await exit_stack.enter_async_context(running_bot_stack(url, redis_url, telegram_url, webhooks=True))
        stripe_url = await exit_stack.enter_async_context(running_stripe())
        client = open_stripe_gateway("sk_test_wild", stripe_url)
        exit_stack.push_async_callback(client.close)
        shop = WorkerContext(database=stack.work, stripe=client, name="wild", saga_slots=asyncio.Semaphore(3))
        async with stack.work() as work:
            north = await find_campus(work, stack.campuses["north"])
        yield (
            stack,
            WorkerStack(
                database=stack.work,
                autocommit_work=stack.autocommit_work,
                context=shop,
                stripe_url=stripe_url,
                http=stack.http,
                campus=north,
            ),
        )
    await drop_database(postgres_url, "campusg_test_wild")


async def test_whatever_people_press_no_saga_gets_stuck_and_the_books_balance(
    postgres_url: str, servers: SharedServers
) -> None:
    async with running_full_stack(postgres_url, servers) as (stack, worker_stack):
        customers = [await worker_stack.add_member() for _ in range(3)]
        runners = [await worker_stack.add_member(runner=True) for _ in range(3)]
        admin = await worker_stack.add_member()
        await worker_stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=admin.person_id)
        await worker_stack.sql("UPDATE campus SET open_jobs = 5")
        people = [member.person_id for member in (*customers, *runners, admin)]
        await register_people(stack, people)
        chats = {"runners": stack.groups["north"]}
        rng = Random(SEED + 2)
        writer = UpdateGenerator(
            rng=rng, people=people, chats=chats, numbers=[1], update_ids=count(FIRST_UPDATE), buttons=BUTTONS
        )
        flood = UpdateFlood(stack=stack, writer=writer)
        with record_errors(flood):
            for day in range(1, DAYS + 1):
                writer.numbers = [*await _make_orders(worker_stack, rng, customers, runners), *people]
                await flood.post_updates(day * ACTIONS_PER_DAY, broken=BROKEN_SHARE)
                await worker_stack.run_due()
        await _assert_settled(worker_stack)
        assert not await flood.find_violations()


async def _make_orders(
    worker_stack: WorkerStack, rng: Random, customers: list[Member], runners: list[Member]
) -> list[int]:
    """Place orders, bring some of them further, and return the numbers of the newest orders of each status."""
    await worker_stack.sql("UPDATE campus SET paused = false")
    runs = "UPDATE membership SET reachable = true, runner_status = 'approved' WHERE person_id = ANY(:runners)"
    await worker_stack.sql(runs, runners=[runner.person_id for runner in runners])
    for _ in range(3):
        with suppress(CampusGError):  # the card is gone, or the person has too many open orders
            order = await worker_stack.open_order(await worker_stack.committed_member(rng.choice(customers).person_id))
            if rng.random() < 0.7:
                await worker_stack.claim(await worker_stack.committed_member(rng.choice(runners).person_id), order)
        await worker_stack.run_due()
    for order in await _orders_with_status(worker_stack, OrderStatus.ARRIVED):
        with suppress(CampusGError):
            await worker_stack.hand_over(await worker_stack.committed_member(order.runner_id or 0), order)
    await worker_stack.run_due()
    return [order.id for status in OrderStatus for order in (await _orders_with_status(worker_stack, status))[-6:]]


async def _orders_with_status(worker_stack: WorkerStack, status: OrderStatus) -> list[Order]:
    async with worker_stack.database() as work:
        return list(await list_orders_in_status(work, worker_stack.campus.id, status))


async def _assert_settled(worker_stack: WorkerStack) -> None:
    """Fail if a saga is stuck or an invariant is breached."""
    await worker_stack.run_now()
    assert await worker_stack.rows("SELECT kind, error FROM saga WHERE status = 'stuck'") == [], SEED
    assert [breach for finding in await worker_stack.breaches() for breach in finding.breaches] == [], SEED
