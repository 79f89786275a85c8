"""Tests of what the sandbox stores: over restarts, in its change feed, in its records."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp

from sandbox.telegram.telegram_server import running_telegram
from tests.sandbox.telegram.telegram_client import ANA, TelegramClient, button_row


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with running_telegram(state=tmp_path) as url:
            client = TelegramClient(url, session)
            await client.set_up()
            group = await client.add_group(admin=True)
            await client.post("clock", advance=1000)
            sent = await client.bot_result("sendMessage", chat_id=ANA, text="card", reply_markup=button_row("Go"))
            tapped = await client.tap_label(ANA, sent["message_id"], "Go")
            before = (
                await client.messages_of(ANA),
                await client.get("groups"),
                (await client.get("events"))["last"],
            )
            pending = await client.get_updates()
        async with running_telegram(state=tmp_path) as url:
            client = TelegramClient(url, session)
            after = (
                await client.messages_of(ANA),
                await client.get("groups"),
                (await client.get("events"))["last"],
            )
            assert after == before
            assert await client.get_updates() == pending
            await client.bot_result("answerCallbackQuery", callback_query_id=tapped)
            second = await client.bot_result("sendMessage", chat_id=ANA, text="next")
            assert second["message_id"] == sent["message_id"] + 1
            assert second["date"] >= sent["date"]
            await client.bot_result("getChat", chat_id=group)


async def test_the_change_feed_has_every_event_in_order(client: TelegramClient) -> None:
    last = (await client.get("events"))["last"]
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="one")
    await client.bot_result("editMessageText", chat_id=ANA, message_id=sent["message_id"], text="two")
    await client.bot_result("deleteMessage", chat_id=ANA, message_id=sent["message_id"])
    await client.send_text(ANA, "hi")
    events = (await client.get("events", after=last))["events"]
    assert [event["kind"] for event in events] == ["message", "edit", "delete", "message", "update"]
    assert [event["seq"] for event in events] == list(range(last + 1, last + 6))
    assert (events[1]["chat"], events[1]["user"], events[1]["message"]["text"]) == ("@campus_bot", ANA, "two")


async def test_a_waiting_client_gets_the_change_feed(client: TelegramClient) -> None:
    last = (await client.get("events"))["last"]
    waiting = asyncio.create_task(client.get("events", after=last, wait=20))
    await client.bot_result("sendMessage", chat_id=ANA, text="new")
    assert (await asyncio.wait_for(waiting, 5))["events"][0]["message"]["text"] == "new"


async def test_calls_are_recorded_with_their_outcome(client: TelegramClient) -> None:
    last = (await client.get("calls"))["last"]
    await client.bot("sendMessage", chat_id=5, text="x")
    await client.bot_result("setWebhook", url="http://127.0.0.1:9/none", secret_token="s3cret")
    first, second = (await client.get("calls", after=last))["calls"]
    assert (first["method"], first["status"], first["params"]["chat_id"]) == ("sendMessage", 400, "5")
    assert second["params"]["secret_token"] == "hidden"


async def test_the_transcript_holds_calls_and_updates_and_no_token(tmp_path: Path) -> None:
    async with running_telegram(transcript=tmp_path) as url, aiohttp.ClientSession() as session:
        client = TelegramClient(url, session)
        await client.set_up()
        await client.send_text(ANA, "hello")
        await client.get_updates()
        await client.bot_result("sendMessage", chat_id=ANA, text="hi")
    text = (tmp_path / "telegram.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["method"] for line in lines[-3:]] == ["update", "getUpdates", "sendMessage"]
    assert {"at", "method", "params", "status", "answer"} <= set(lines[-1])
    assert lines[-3]["params"]["message"]["text"] == "hello"
    assert lines[-1]["answer"]["result"]["text"] == "hi"
    assert client.token not in text


async def start_process(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """Start the sandbox as a process on a free port, and return it and its URL."""
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
        client = TelegramClient(url, session)
        await client.set_up()
        await client.bot_result("sendMessage", chat_id=ANA, text="just before")
        process.kill()
        await process.wait()
        async with running_telegram(state=tmp_path) as url:
            assert (await TelegramClient(url, session).messages_of(ANA))[-1]["text"] == "just before"


async def test_the_process_stops_at_once_while_clients_wait() -> None:
    process, url = await start_process()
    async with aiohttp.ClientSession() as session:
        client = TelegramClient(url, session)
        await client.set_up()
        waiting = asyncio.create_task(client.bot("getUpdates", timeout=50))
        await client.send_text(ANA, "hello")
        await waiting
        polling = asyncio.create_task(client.get("events", after=10_000, wait=50))
        await client.bot_result("getMe")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 2) == 0  # a loaded machine gets a second more than promised
        await asyncio.gather(polling, return_exceptions=True)
