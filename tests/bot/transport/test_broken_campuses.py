"""Twenty campuses of which five are broken: the others serve at once, and each that is broken says why."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from sqlalchemy import insert, select

from bot.app import running_bot
from domain.campuses.tables import campus, membership
from domain.database.unit_of_work import create_database_engine, create_unit_of_work_factory
from domain.messaging.tables import notification
from domain.settings.environment_variables import BotTokens
from sandbox.launch.ports import free_port
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.bot_stack import Json, wait_until
from tests.stack.campus_setup import bot_settings_for
from tests.stack.rows import insert_campus, insert_member
from tests.stack.store_setup import drop_queue_jobs
from tests.stack.telegram_control import TelegramControl
from workers.registers import build_worker_registers

pytestmark = pytest.mark.drill

NAMES = tuple(f"campus_{number:02}" for number in range(20))
REVOKED, NO_WEBHOOK, NO_JSON, FLOODED, SILENT = NAMES[:5]  # the first, so that all others would wait for them
SAM = 4_100  # an admin of the first campus and of the eighth, and a customer of the second
NO_HOST = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"


def token_of(name: str) -> str:
    return f"{9_000 + NAMES.index(name)}:token-of-{name}"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramControl]:
    """Twenty bots at Telegram."""
    async with running_telegram() as url, aiohttp.ClientSession() as session:
        control = TelegramControl(telegram_url=url, http=session)
        for name in NAMES:
            await control.control_telegram("bots", token=token_of(name), username=f"{name}_bot", name=name)
        yield control


@pytest.fixture
async def founded_url(database_url: str) -> str:
    """A database with the twenty campuses."""
    engine = create_database_engine(database_url)
    async with create_unit_of_work_factory(engine, drop_queue_jobs, build_worker_registers())() as work:
        numbers = [await insert_campus(work, name) for name in NAMES]
        await insert_member(work, numbers[0], SAM, "Sam", is_admin=True)
        for number in (numbers[1], numbers[7]):
            row = {"campus_id": number, "person_id": SAM, "is_admin": number == numbers[7]}
            await work.connection.execute(insert(membership).values(row))
    await engine.dispose()
    return database_url


async def told(founded_url: str, key: str) -> list[tuple[str, int, str]]:
    """What an admin was told of a bot: the campus through which, to whom, and Telegram's words."""
    engine = create_database_engine(founded_url)
    query = select(campus.c.name, notification.c.chat_id, notification.c.args["error"].astext)
    query = query.join(campus, campus.c.id == notification.c.campus_id)
    async with engine.connect() as connection:
        rows = await connection.execute(query.where(notification.c.key == f"notification-{key}"))
        found = [(row[0], row[1], row[2]) for row in rows]
    await engine.dispose()
    return found


def serving(founded_url: str, redis_url: str, telegram: TelegramControl, port: int, *, webhooks: bool) -> Json:
    """The bot of all twenty."""
    settings = bot_settings_for(founded_url, redis_url, telegram.telegram_url, port, webhooks=webhooks)
    return running_bot(replace(settings, tokens=BotTokens(by_campus={name: token_of(name) for name in NAMES})))


async def readiness(telegram: TelegramControl, port: int) -> tuple[int, dict[str, str]]:
    async with telegram.http.get(f"http://127.0.0.1:{port}/ready") as response:
        return response.status, (await response.json())["campuses"]


async def break_five(telegram: TelegramControl) -> None:
    await telegram.control_telegram("tokens", bot=f"{REVOKED}_bot", revoked=True)
    await order(telegram, NO_WEBHOOK, method="setWebhook", kind="status", status=400, description=NO_HOST)
    await order(telegram, NO_JSON, method="getMe", kind="garbage")
    await order(telegram, FLOODED, method="setMyCommands", kind="flood", seconds=600, times=1_000_000)
    await order(telegram, SILENT, method="getMe", kind="hang", seconds=600)


async def order(telegram: TelegramControl, name: str, *, times: int = 1_000, **fault: Json) -> None:
    await telegram.control_telegram("faults", bot=f"{name}_bot", times=times, **fault)


async def test_fifteen_serve_at_once_while_five_are_broken(
    founded_url: str, redis_url: str, telegram: TelegramControl
) -> None:
    await break_five(telegram)
    port = free_port()
    async with serving(founded_url, redis_url, telegram, port, webhooks=True):

        async def others_are_served() -> bool:
            _, states = await readiness(telegram, port)
            return all(states.get(name) == "serving" for name in (*NAMES[5:], FLOODED))

        await wait_until(others_are_served)

        async def each_says_why() -> bool:
            _, states = await readiness(telegram, port)
            return "starting" not in states.values() and len(states) == 19

        await wait_until(each_says_why)
        status, states = await readiness(telegram, port)
        assert status == 200
        assert "Unauthorized" in states[REVOKED]
        assert "Failed to resolve host" in states[NO_WEBHOOK]
        assert states[NO_JSON] == "ClientDecodeError"
        await telegram.clear_telegram_faults()

        async def all_but_one_are_served() -> bool:
            _, states = await readiness(telegram, port)
            return [name for name, state in states.items() if state != "serving"] == [REVOKED]

        await wait_until(all_but_one_are_served)


async def test_a_flood_of_menus_is_not_asked_before_it_is_over(
    founded_url: str, redis_url: str, telegram: TelegramControl
) -> None:
    await order(telegram, FLOODED, method="setMyCommands", kind="flood", seconds=600, times=1_000_000)
    port = free_port()
    async with serving(founded_url, redis_url, telegram, port, webhooks=False):

        async def asked() -> Json:
            calls = await telegram.calls("setMyCommands")
            return [call for call in calls if call["bot"] == f"{FLOODED}_bot"]

        (only,) = await wait_until(asked)
        assert only["status"] == 429
        await asyncio.wait_for(poll_of(telegram, FLOODED), 10)
        assert len(await asked()) == 1


async def poll_of(telegram: TelegramControl, name: str) -> None:
    """Wait until the bot asks for updates."""

    async def polls() -> bool:
        bots = await telegram.control_telegram("bots", "GET")
        return any(bot["username"] == f"{name}_bot" and bot["polling"] for bot in bots)

    await wait_until(polls)


async def test_a_token_revoked_while_the_bot_polls_is_told_and_stops_no_other(
    founded_url: str, redis_url: str, telegram: TelegramControl
) -> None:
    port = free_port()
    async with serving(founded_url, redis_url, telegram, port, webhooks=False):
        await poll_of(telegram, REVOKED)
        await telegram.control_telegram("tokens", bot=f"{REVOKED}_bot", revoked=True)

        async def is_told() -> bool:
            status, states = await readiness(telegram, port)
            return status == 200 and states[REVOKED] == "Telegram answered 401: Unauthorized"

        await wait_until(is_told)
        _, states = await readiness(telegram, port)
        assert [name for name, state in states.items() if "serving" not in state] == [REVOKED]

        async def an_admin_is_told() -> Json:
            return await told(founded_url, "token-refused")

        assert await wait_until(an_admin_is_told) == [(NAMES[1], SAM, "Telegram answered 401: Unauthorized")]


async def test_nobody_is_ready_when_no_campus_is_served(
    founded_url: str, redis_url: str, telegram: TelegramControl
) -> None:
    for name in NAMES:
        await telegram.control_telegram("tokens", bot=f"{name}_bot", revoked=True)
    port = free_port()
    async with serving(founded_url, redis_url, telegram, port, webhooks=False):

        async def all_say_why() -> bool:
            _, states = await readiness(telegram, port)
            return len(states) == len(NAMES) and all("Unauthorized" in state for state in states.values())

        await wait_until(all_say_why)
        assert (await readiness(telegram, port))[0] == 503


async def test_a_webhook_that_telegram_does_not_reach_is_told_in_its_words_and_heals_by_itself(
    founded_url: str, redis_url: str, telegram: TelegramControl
) -> None:
    name, port = NAMES[7], free_port()
    await telegram.control_telegram("users", id=77, first_name="Mei", language_code="en")
    async with serving(founded_url, redis_url, telegram, port, webhooks=True):

        async def is_served() -> bool:
            return (await readiness(telegram, port))[1].get(name) == "serving"

        await wait_until(is_served)
        trouble = "SSL error {error:0A000086:SSL routines::certificate verify failed}"
        await telegram.control_telegram("webhooks", bot=f"{name}_bot", trouble=trouble)
        await telegram.control_telegram("messages", from_=77, chat=f"@{name}_bot", text="/start")

        async def is_told() -> bool:
            return (await readiness(telegram, port))[1][name] == f"serving, but 1 updates wait: {trouble}"

        await wait_until(is_told)

        async def an_admin_is_told() -> Json:
            return await told(founded_url, "webhook-fails")

        assert await wait_until(an_admin_is_told) == [(name, SAM, f"1 updates wait: {trouble}")]
        await telegram.control_telegram("webhooks", bot=f"{name}_bot")
        await wait_until(is_served)

        async def it_is_told_that_it_works() -> Json:
            return await told(founded_url, "webhook-works")

        assert [each[:2] for each in await wait_until(it_is_told_that_it_works)] == [(name, SAM)]


async def test_a_webhook_that_somebody_removed_is_set_again(
    founded_url: str, redis_url: str, telegram: TelegramControl
) -> None:
    name, port = NAMES[8], free_port()
    async with serving(founded_url, redis_url, telegram, port, webhooks=True):

        async def is_set() -> bool:
            info = await telegram.call_telegram(token_of(name), "getWebhookInfo")
            return bool(info["url"] == f"http://127.0.0.1:{port}/telegram/{name}")

        await wait_until(is_set)
        await telegram.call_telegram(token_of(name), "deleteWebhook")
        assert not await is_set()
        await wait_until(is_set)
