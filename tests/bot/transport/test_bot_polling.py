"""A bot without a public address: it polls for updates, loses none, and starts while other parts are down."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import aiohttp
import pytest

from domain.database.unit_of_work import create_database_engine, create_unit_of_work_factory
from domain.inbox.tables import telegram_update
from sandbox.launch.ports import free_port
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.bot_stack import NORTH, SOUTH, BotStack, BotUser, wait_until
from tests.stack.campus_setup import found_campus, running_bot_stack
from tests.stack.shared_servers import PROJECT
from tests.stack.store_setup import drop_queue_jobs
from workers.registers import build_worker_registers

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
async def polling_stack(module_database_url: str) -> AsyncIterator[BotStack]:
    """Run a test stack whose bot polls while Redis is down."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    async with (
        running_telegram() as telegram_url,
        running_bot_stack(module_database_url, nowhere, telegram_url, webhooks=False) as ready,
    ):
        yield ready


async def greeted_person(stack: BotStack, person: int, bot: tuple[str, str, str] = NORTH) -> BotUser:
    """Add a person who wrote /start and has read the answer."""
    one = BotUser(id=person, stack=stack, bot=bot)
    await stack.control_telegram("users", id=person, first_name="Mei", language_code="en")
    before = len(await one.messages())
    await stack.control_telegram("messages", from_=person, chat=one.chat, text="/start")

    async def answered() -> bool:
        return len(await one.messages()) >= before + 2

    await wait_until(answered)
    return one


async def test_people_are_answered_on_two_campuses_while_redis_is_away(polling_stack: BotStack) -> None:
    mei = await greeted_person(polling_stack, 301)
    assert "Hi Mei!" in await mei.text()
    southern = await greeted_person(polling_stack, 301, SOUTH)
    assert "South" in await southern.text()


async def test_a_burst_of_one_person_is_handled_in_order(polling_stack: BotStack) -> None:
    mei = await greeted_person(polling_stack, 302)
    said = [
        await polling_stack.control_telegram("messages", from_=302, chat=mei.chat, text=text)
        for text in ("/orders", "what?", "/start")
    ]
    numbers = [number for each in said for number in each["update_ids"]]

    async def all_handled() -> bool:
        rows = await polling_stack.rows(telegram_update, telegram_update.c.update_id.in_(numbers))
        return sum(row["handled_at"] is not None for row in rows) == len(numbers)

    await wait_until(all_handled)
    rows = await polling_stack.rows(telegram_update, telegram_update.c.update_id.in_(numbers))
    handled = sorted(rows, key=lambda row: row["handled_at"])
    assert [row["update_id"] for row in handled] == numbers


async def test_an_update_that_comes_twice_is_answered_once(polling_stack: BotStack) -> None:
    mei = await greeted_person(polling_stack, 303)
    (row,) = await polling_stack.rows(telegram_update, telegram_update.c.person_id == 303)
    before = len(await mei.messages())
    await polling_stack.control_telegram("redeliver", bot=NORTH[2], update_id=row["update_id"])
    again = await greeted_person(polling_stack, 303)
    assert len(await again.messages()) == before + 2


async def test_polling_goes_on_after_telegram_failed(polling_stack: BotStack) -> None:
    await polling_stack.control_telegram("faults", kind="status", method="getUpdates", status=502, times=2)
    await polling_stack.control_telegram("faults", kind="reset", method="getUpdates", times=1)
    mei = await greeted_person(polling_stack, 304)
    assert "Hi Mei!" in await mei.text()


async def test_a_lost_answer_of_get_updates_loses_no_update(polling_stack: BotStack) -> None:
    await polling_stack.control_telegram("faults", kind="lost_answer", method="getUpdates", times=2)
    for person in (305, 306, 307):
        assert "Hi Mei!" in await (await greeted_person(polling_stack, person)).text()


async def test_the_process_waits_for_what_is_down_then_serves_and_stops_on_a_signal(database_url: str) -> None:
    telegram_port, gateway_port = free_port(), free_port()
    process = await _start_bot(
        DATABASE_URL=database_url,
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
        TELEGRAM_API_URL=f"http://127.0.0.1:{telegram_port}",
        TELEGRAM_BOT_TOKEN=NORTH[1],
        HTTP_PORT=str(gateway_port),
    )
    try:
        await _wait_for_line(process, "bot waits for a campus")
        assert await _is_ready(gateway_port) == 503
        engine = create_database_engine(database_url)
        async with create_unit_of_work_factory(engine, drop_queue_jobs, build_worker_registers())() as work:
            await found_campus(work, "north", runner_group=None)
        await engine.dispose()
        await _wait_for_line(process, "bot waits for Telegram (north)")
        async with running_telegram(port=telegram_port) as telegram_url, aiohttp.ClientSession() as session:
            bot = {"token": NORTH[1], "username": NORTH[2], "name": "North"}
            async with session.post(f"{telegram_url}/sim/bots", json=bot) as made:
                assert made.status == 200
            await _wait_for_line(process, "bot ready: north")
            assert await _is_ready(gateway_port) == 200
            process.send_signal(signal.SIGTERM)
            await _wait_for_line(process, "bot stopped")
            assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()


async def _is_ready(port: int) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/ready") as answer:
        return answer.status


async def _start_bot(**settings: str) -> Process:
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | settings
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", cwd=PROJECT, env=environment, stdout=PIPE, stderr=PIPE
    )


async def _wait_for_line(process: Process, words: str) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, "the process ended too early"
