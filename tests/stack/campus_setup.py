"""Running a bot stack: campuses with a store, a menu and drop points, the bot's settings, and the bot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol

import aiohttp

from bot.app import RunningBot, running_bot
from domain.campuses.tables import campus, drop_point, menu_item, store
from domain.database.unit_of_work import (
    QueueJob,
    UnitOfWork,
    create_autocommit_factory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.settings.environment_variables import BotTokens, DeploymentEnvironment
from domain.settings.settings import BotSettings
from sandbox.launch.ports import free_port
from tests.stack.bot_stack import (
    CONNECT_SECRET,
    NORTH,
    OLDER_STRIPE_SECRET,
    SECRET,
    SOUTH,
    STRIPE_SECRET,
    BotStack,
    wait_until,
)
from tests.stack.compiled_statements import share_compiled_statements
from tests.stack.database_pool import autocommit_database
from tests.stack.rows import FEES, insert_campus, insert_row
from workers.registers import build_worker_registers

NARROW_FEES = FEES | {"delivery_fee_least": 150, "delivery_fee_most": 1_500, "order_most": 8_000}


class FoundCampus(Protocol):
    """Makes a campus of this name, and returns its number."""

    async def __call__(self, work: UnitOfWork, name: str, *, runner_group: int | None) -> int: ...


async def found_campus(work: UnitOfWork, name: str, *, runner_group: int | None) -> int:
    """Insert a campus with a narrow range of fees, a store, a menu and two drop points."""
    columns: dict[str, Any] = {"fees": NARROW_FEES, "runner_group": runner_group, "fee_suggestions": [200, 300]}
    campus_id = await insert_campus(work, name, **columns)
    await insert_places(work, campus_id)
    return campus_id


async def insert_places(work: UnitOfWork, campus_id: int) -> None:
    """Insert a store, its menu and two drop points."""
    store_id = await insert_row(work, store, campus_id=campus_id, name="Koufu")
    for dish, price in (("Chicken rice", 420), ("Mac & cheese", 650)):
        await insert_row(work, menu_item, store_id=store_id, name=dish, price=price)
    for building in ("Library", "Hall 3"):
        await insert_row(work, drop_point, campus_id=campus_id, building=building, spot="door")


def bot_settings_for(database_url: str, redis_url: str, telegram_url: str, port: int, *, webhooks: bool) -> BotSettings:
    """The settings of the bot in this test stack."""
    return BotSettings(
        console_url="http://127.0.0.1:8090",
        environment=DeploymentEnvironment.TEST,
        log_level="INFO",
        log_format="console",
        database_url=database_url,
        redis_url=redis_url,
        tokens=BotTokens(by_campus={NORTH[0]: NORTH[1], SOUTH[0]: SOUTH[1]}),
        telegram_api_url=telegram_url,
        public_url=f"http://127.0.0.1:{port}" if webhooks else None,
        telegram_webhook_secret=SECRET,
        stripe_webhook_secrets=(OLDER_STRIPE_SECRET, STRIPE_SECRET),
        stripe_connect_webhook_secrets=(CONNECT_SECRET,),
        http_host="127.0.0.1",
        http_port=port,
    )


@asynccontextmanager
async def running_bot_stack(
    database_url: str,
    redis_url: str,
    telegram_url: str,
    *,
    webhooks: bool,
    names: tuple[str, ...] = ("north", "south"),
    found: FoundCampus = found_campus,
) -> AsyncIterator[BotStack]:
    """Found the campuses, start the bot and yield the test stack; stop everything at the end."""
    queue_jobs: list[QueueJob] = []

    async def enqueue(enqueued_jobs: Any) -> None:
        queue_jobs.extend(enqueued_jobs)

    engine = share_compiled_statements(create_database_engine(database_url, pool_size=4))
    open_work = create_unit_of_work_factory(engine, enqueue, build_worker_registers())
    port = free_port()
    async with aiohttp.ClientSession() as session:
        try:
            stack = BotStack(
                telegram_url=telegram_url,
                gateway_url=f"http://127.0.0.1:{port}",
                http=session,
                work=open_work,
                autocommit_work=autocommit_database(engine),
                autocommit=create_autocommit_factory(engine),
                queue_jobs=queue_jobs,
                settings=bot_settings_for(database_url, redis_url, telegram_url, port, webhooks=webhooks),
            )
            await _found_campuses(stack, names, found)
            async with running_bot(stack.settings) as running:
                stack.running_bot = running
                await wait_until(partial(_all_served, running, names), within=30)
                stack.original_campuses = {row["id"]: row for row in await stack.rows(campus)}
                yield stack
        finally:
            await engine.dispose()


async def _all_served(running: RunningBot, names: tuple[str, ...]) -> bool:
    return set(names) <= running.bot_registry.by_name.keys()


async def _found_campuses(stack: BotStack, names: tuple[str, ...], found: FoundCampus) -> None:
    for name, token, username in (NORTH, SOUTH):
        await stack.control_telegram("bots", token=token, username=username, name=name)
    for name in names:
        username = {"north": NORTH[2], "south": SOUTH[2]}[name]
        made = await stack.control_telegram(
            "groups", title=f"{name} runners", members=[], bots=[username], admins=[username]
        )
        stack.groups[name] = int(made["id"])
        async with stack.work() as work:
            stack.campuses[name] = await found(work, name, runner_group=stack.groups[name])
    async with stack.work() as work:
        stack.campuses["west"] = await found_campus(work, "west", runner_group=None)  # has no bot
