"""What the sandbox remembers: over restarts, in its news, in its records."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp

from sandbox.telegram import running_telegram
from tests.sandbox.telegram.desk import ANA, Desk, buttons


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with running_telegram(state=tmp_path) as url:
            desk = Desk(url=url, session=session)
            await desk.furnish()
            group = await desk.group(admin=True)
            await desk.sim("clock", advance=1000)
            sent = await desk.done("sendMessage", chat_id=ANA, text="card", reply_markup=buttons("Go"))
            tapped = await desk.tap(ANA, sent["message_id"], "Go")
            before = (await desk.see(ANA), await desk.look("groups"), (await desk.look("events"))["last"])
            pending = await desk.updates()
        async with running_telegram(state=tmp_path) as url:
            desk = Desk(url=url, session=session)
            after = (await desk.see(ANA), await desk.look("groups"), (await desk.look("events"))["last"])
            assert after == before
            assert await desk.updates() == pending
            await desk.done("answerCallbackQuery", callback_query_id=tapped)
            second = await desk.done("sendMessage", chat_id=ANA, text="next")
            assert second["message_id"] == sent["message_id"] + 1
            assert second["date"] >= sent["date"]
            await desk.done("getChat", chat_id=group)


async def test_news_tell_all_that_happened_in_order(desk: Desk) -> None:
    last = (await desk.look("events"))["last"]
    sent = await desk.done("sendMessage", chat_id=ANA, text="one")
    await desk.done("editMessageText", chat_id=ANA, message_id=sent["message_id"], text="two")
    await desk.done("deleteMessage", chat_id=ANA, message_id=sent["message_id"])
    await desk.write(ANA, "hi")
    events = (await desk.look("events", after=last))["events"]
    assert [event["kind"] for event in events] == ["message", "edit", "delete", "message", "update"]
    assert [event["seq"] for event in events] == list(range(last + 1, last + 6))
    assert (events[1]["chat"], events[1]["user"], events[1]["message"]["text"]) == ("@campus_bot", ANA, "two")


async def test_whoever_waits_for_news_gets_them(desk: Desk) -> None:
    last = (await desk.look("events"))["last"]
    waiting = asyncio.create_task(desk.look("events", after=last, wait=20))
    await desk.done("sendMessage", chat_id=ANA, text="news")
    assert (await asyncio.wait_for(waiting, 5))["events"][0]["message"]["text"] == "news"


async def test_calls_are_recorded_with_their_outcome(desk: Desk) -> None:
    last = (await desk.look("calls"))["last"]
    await desk.bot("sendMessage", chat_id=5, text="x")
    await desk.done("setWebhook", url="http://127.0.0.1:9/none", secret_token="s3cret")
    first, second = (await desk.look("calls", after=last))["calls"]
    assert (first["method"], first["status"], first["params"]["chat_id"]) == ("sendMessage", 400, "5")
    assert second["params"]["secret_token"] == "hidden"


async def test_the_transcript_holds_calls_and_updates_and_no_token(tmp_path: Path) -> None:
    async with running_telegram(transcript=tmp_path) as url, aiohttp.ClientSession() as session:
        desk = Desk(url=url, session=session)
        await desk.furnish()
        await desk.write(ANA, "hello")
        await desk.updates()
        await desk.done("sendMessage", chat_id=ANA, text="hi")
    text = (tmp_path / "telegram.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["method"] for line in lines[-3:]] == ["update", "getUpdates", "sendMessage"]
    assert {"at", "method", "params", "status", "answer"} <= set(lines[-1])
    assert lines[-3]["params"]["message"]["text"] == "hello"
    assert lines[-1]["answer"]["result"]["text"] == "hi"
    assert desk.token not in text


async def start_process(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """The sandbox as a process on a free port, and its URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.telegram", "--port", "0", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    assert said.startswith("sandbox telegram on http://127.0.0.1:")
    return process, said.split()[-1]


async def test_a_killed_process_has_lost_nothing(tmp_path: Path) -> None:
    process, url = await start_process("--state", str(tmp_path))
    async with aiohttp.ClientSession() as session:
        desk = Desk(url=url, session=session)
        await desk.furnish()
        await desk.done("sendMessage", chat_id=ANA, text="just before")
        process.kill()
        await process.wait()
        async with running_telegram(state=tmp_path) as url:
            assert (await Desk(url=url, session=session).see(ANA))[-1]["text"] == "just before"


async def test_the_process_stops_at_once_whoever_waits() -> None:
    process, url = await start_process()
    async with aiohttp.ClientSession() as session:
        desk = Desk(url=url, session=session)
        await desk.furnish()
        waiting = asyncio.create_task(desk.bot("getUpdates", timeout=50))
        await desk.write(ANA, "hello")
        await waiting
        polling = asyncio.create_task(desk.look("events", after=10_000, wait=50))
        await desk.done("getMe")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 2) == 0  # a loaded machine gets a second more than promised
        await asyncio.gather(polling, return_exceptions=True)
