"""Without a public address: the bot fetches its updates, loses none, and starts whatever else is away."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import aiohttp
import pytest

from domain.store.schema import telegram_update
from domain.store.unit_of_work import connect, database
from sandbox.launch.ports import free_port
from sandbox.telegram import running_telegram
from tests.bot.founding import NORTH, SOUTH, found_campus
from tests.bot.stage import Somebody, Stage, set_stage, until
from tests.servers import PROJECT
from tests.store.scenes import silence


@pytest.fixture(scope="module")
async def polled(module_database_url: str) -> AsyncIterator[Stage]:
    """A stage whose bot polls, while Redis is away."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    async with (
        running_telegram() as telegram,
        set_stage(module_database_url, nowhere, telegram, webhooks=False) as ready,
    ):
        yield ready


async def greeted(stage: Stage, person: int, bot: tuple[str, str, str] = NORTH) -> Somebody:
    """Somebody who wrote /start and has her answer."""
    one = Somebody(id=person, stage=stage, bot=bot)
    await stage.sim("users", id=person, first_name="Mei", language_code="en")
    before = len(await one.messages())
    await stage.sim("messages", from_=person, chat=one.chat, text="/start")

    async def answered() -> bool:
        return len(await one.messages()) >= before + 2

    await until(answered)
    return one


async def test_people_are_answered_on_two_campuses_while_redis_is_away(polled: Stage) -> None:
    mei = await greeted(polled, 301)
    assert "Hi Mei!" in await mei.text()
    southern = await greeted(polled, 301, SOUTH)
    assert "South" in await southern.text()


async def test_a_burst_of_one_person_is_handled_in_order(polled: Stage) -> None:
    mei = await greeted(polled, 302)
    said = [
        await polled.sim("messages", from_=302, chat=mei.chat, text=text) for text in ("/orders", "what?", "/start")
    ]
    numbers = [number for each in said for number in each["update_ids"]]

    async def all_handled() -> bool:
        rows = await polled.rows(telegram_update, telegram_update.c.update_id.in_(numbers))
        return sum(row["handled_at"] is not None for row in rows) == len(numbers)

    await until(all_handled)
    rows = await polled.rows(telegram_update, telegram_update.c.update_id.in_(numbers))
    handled = sorted(rows, key=lambda row: row["handled_at"])
    assert [row["update_id"] for row in handled] == numbers


async def test_an_update_that_comes_twice_is_answered_once(polled: Stage) -> None:
    mei = await greeted(polled, 303)
    (row,) = await polled.rows(telegram_update, telegram_update.c.person_id == 303)
    before = len(await mei.messages())
    await polled.sim("redeliver", bot=NORTH[2], update_id=row["update_id"])
    again = await greeted(polled, 303)
    assert len(await again.messages()) == before + 2


async def test_polling_goes_on_after_telegram_failed(polled: Stage) -> None:
    await polled.sim("faults", kind="status", method="getUpdates", status=502, times=2)
    await polled.sim("faults", kind="reset", method="getUpdates", times=1)
    mei = await greeted(polled, 304)
    assert "Hi Mei!" in await mei.text()


async def test_a_lost_answer_of_get_updates_loses_no_update(polled: Stage) -> None:
    await polled.sim("faults", kind="lost_answer", method="getUpdates", times=2)
    for person in (305, 306, 307):
        assert "Hi Mei!" in await (await greeted(polled, person)).text()


async def test_the_process_waits_for_what_is_away_then_serves_and_stops_when_told(database_url: str) -> None:
    telegram_port, door_port = free_port(), free_port()
    process = await _start(
        DATABASE_URL=database_url,
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
        TELEGRAM_API_URL=f"http://127.0.0.1:{telegram_port}",
        TELEGRAM_BOT_TOKEN=NORTH[1],
        HTTP_PORT=str(door_port),
    )
    try:
        await _line(process, "bot waits for a campus")
        assert await _ready(door_port) == 503
        engine = connect(database_url)
        async with database(engine, silence)() as work:
            await found_campus(work, "north", runner_group=None)
        await engine.dispose()
        await _line(process, "bot waits for Telegram (north)")
        async with running_telegram(port=telegram_port) as telegram, aiohttp.ClientSession() as session:
            bot = {"token": NORTH[1], "username": NORTH[2], "name": "North"}
            async with session.post(f"{telegram}/sim/bots", json=bot) as made:
                assert made.status == 200
            await _line(process, "bot ready: north")
            assert await _ready(door_port) == 200
            process.send_signal(signal.SIGTERM)
            await _line(process, "bot stopped")
            assert await asyncio.wait_for(process.wait(), 20) == 0
    finally:
        if process.returncode is None:
            process.kill()


async def _ready(port: int) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/ready") as answer:
        return answer.status


async def _start(**settings: str) -> Process:
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | settings
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", cwd=PROJECT, env=environment, stdout=PIPE, stderr=PIPE
    )


async def _line(process: Process, words: str) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, "it ended too early"
