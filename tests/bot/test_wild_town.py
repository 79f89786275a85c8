"""The same while a worker works and Stripe answers: whatever people press, no saga gets stuck and the books balance."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from random import Random

from bot.refusals import ORDER_TAPS
from domain.buttons import Tap
from domain.errors import CampusGError
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.campuses import find_campus
from domain.store.orders import orders_in
from sandbox.stripe.server import running_stripe
from sandbox.telegram import running_telegram
from tests.bot.flood import FIRST_UPDATE, Flood, introduce, listening
from tests.bot.stage import Stage, set_stage
from tests.fuzz.depth import SEED, rounds
from tests.fuzz.updates import Writer
from tests.servers import Servers, drop_database, empty_redis_database, make_database
from tests.town import Town
from workers.stripe_gateway import open_client
from workers.workshop import Workshop

DAYS = rounds(1, 60)
A_DAY = rounds(20, 60)  # updates
BROKEN = 0.1
BUTTONS = (*sorted(ORDER_TAPS), Tap.ACT, Tap.ACT_SURE, Tap.REFUND, Tap.REFUND_BEARER, Tap.SUSPEND, Tap.UNSUSPEND)


@asynccontextmanager
async def town_with_a_bot(postgres_url: str, servers: Servers) -> AsyncIterator[tuple[Stage, Town]]:
    """A stage of its own, whose campus is a town."""
    url = await make_database(postgres_url, "campusg_test_wild")
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(running_telegram())
        redis_url = empty_redis_database(servers.redis_url, 8)
        stage = await stack.enter_async_context(set_stage(url, redis_url, telegram, webhooks=True))
        stripe_url = await stack.enter_async_context(running_stripe())
        client = open_client("sk_test_wild", stripe_url)
        stack.push_async_callback(client.close)
        shop = Workshop(database=stage.work, stripe=client, name="wild", room=asyncio.Semaphore(3))
        async with stage.work() as work:
            north = await find_campus(work, stage.campuses["north"])
        yield (
            stage,
            Town(
                database=stage.work,
                at_once=stage.at_once,
                workshop=shop,
                stripe_url=stripe_url,
                http=stage.session,
                campus=north,
            ),
        )
    await drop_database(postgres_url, "campusg_test_wild")


async def test_whatever_people_press_no_saga_gets_stuck_and_the_books_balance(
    postgres_url: str, servers: Servers
) -> None:
    async with town_with_a_bot(postgres_url, servers) as (stage, town):
        customers = [await town.member() for _ in range(3)]
        runners = [await town.member(runner=True) for _ in range(3)]
        admin = await town.member()
        await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=admin.person_id)
        await town.sql("UPDATE campus SET open_jobs = 5")
        people = [member.person_id for member in (*customers, *runners, admin)]
        await introduce(stage, people)
        chats = {"runners": stage.groups["north"]}
        rng = Random(SEED + 2)
        writer = Writer(
            rng=rng, people=people, chats=chats, numbers=[1], update_ids=count(FIRST_UPDATE), buttons=BUTTONS
        )
        flood = Flood(stage=stage, writer=writer)
        with listening(flood):
            for day in range(1, DAYS + 1):
                writer.numbers = [*await _a_days_work(town, rng, customers, runners), *people]
                await flood.pour(day * A_DAY, broken=BROKEN)
                await town.drive()
        await _settled(town)
        assert not await flood.complaints()


async def _a_days_work(town: Town, rng: Random, customers: list[Member], runners: list[Member]) -> list[int]:
    """New orders, some of them carried further by people who know what they do; the numbers of all there are."""
    await town.sql("UPDATE campus SET paused = false")
    runs = "UPDATE membership SET reachable = true, runner_status = 'approved' WHERE person_id = ANY(:runners)"
    await town.sql(runs, runners=[runner.person_id for runner in runners])
    for _ in range(3):
        with suppress(CampusGError):  # her card went, she has too much to do, ...
            order = await town.open_job(await town.known(rng.choice(customers).person_id))
            if rng.random() < 0.7:
                await town.claim(await town.known(rng.choice(runners).person_id), order)
        await town.drive()
    for order in await _in(town, OrderStatus.ARRIVED):
        with suppress(CampusGError):
            await town.hand_over(await town.known(order.runner_id or 0), order)
    await town.drive()
    return [order.id for status in OrderStatus for order in (await _in(town, status))[-6:]]


async def _in(town: Town, status: OrderStatus) -> list[Order]:
    async with town.database() as work:
        return list(await orders_in(work, town.campus.id, status))


async def _settled(town: Town) -> None:
    """Nothing is stuck, and nothing is owed that is not in the books."""
    await town.hurry()
    assert await town.rows("SELECT kind, error FROM saga WHERE status = 'stuck'") == [], SEED
    assert [breach for finding in await town.breaches() for breach in finding.breaches] == [], SEED
