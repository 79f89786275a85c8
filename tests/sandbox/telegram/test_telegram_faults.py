"""Tests of ordered faults."""

import aiohttp
import pytest

from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient


async def test_too_many_requests_names_the_seconds_to_wait(client: TelegramClient) -> None:
    await client.order_fault(method="sendMessage", kind="status", status=429, retry_after=7, times=2)
    for _ in range(2):
        answer = await client.bot("sendMessage", chat_id=ANA, text="x")
        assert answer == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    await client.bot_result("sendMessage", chat_id=ANA, text="x")


async def test_a_fault_strikes_only_its_method_and_chat(client: TelegramClient) -> None:
    await client.send_text(BEN, "/start")
    await client.order_fault(bot="@campus_bot", method="sendMessage", chat=BEN, kind="status", status=502)
    await client.bot_result("getMe")
    await client.bot_result("sendMessage", chat_id=ANA, text="x")
    assert (await client.bot("sendMessage", chat_id=BEN, text="x"))["error_code"] == 502


async def test_a_lost_answer_has_happened(client: TelegramClient) -> None:
    await client.order_fault(method="sendMessage", kind="lost_answer")
    with pytest.raises(aiohttp.ClientError):
        await client.bot("sendMessage", chat_id=ANA, text="did it arrive?")
    assert (await client.messages_of(ANA))[-1]["text"] == "did it arrive?"


async def test_after_a_reset_nothing_has_happened(client: TelegramClient) -> None:
    await client.order_fault(method="sendMessage", kind="reset")
    with pytest.raises(aiohttp.ClientError):
        await client.bot("sendMessage", chat_id=ANA, text="never")
    assert (await client.messages_of(ANA))[-1]["text"] == "/start"
    assert (await client.get("calls"))["calls"][-1]["status"] == 0


async def test_a_hanging_call_takes_effect_after_its_caller_has_left(client: TelegramClient) -> None:
    await client.order_fault(method="sendMessage", kind="hang", seconds=0.2)
    last = (await client.get("events"))["last"]
    address = f"{client.url}/bot{client.token}/sendMessage"
    with pytest.raises(TimeoutError):
        await client.session.post(
            address, data={"chat_id": ANA, "text": "late"}, timeout=aiohttp.ClientTimeout(total=0.05)
        )
    events = (await client.get("events", after=last, wait=10))["events"]
    assert events[0]["message"]["text"] == "late"


async def test_faults_can_be_removed(client: TelegramClient) -> None:
    await client.order_fault(method="*", kind="status", times=100)
    await client.clear_faults()
    await client.bot_result("getMe")
    assert "There is no fault of kind" in await client.control_refusal("faults", method="getMe", kind="explode")
