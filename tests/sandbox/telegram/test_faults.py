"""Failures on demand."""

import aiohttp
import pytest

from tests.sandbox.telegram.desk import ANA, BEN, Desk


async def test_too_many_requests_names_the_seconds_to_wait(desk: Desk) -> None:
    await desk.sim("faults", method="sendMessage", kind="status", status=429, retry_after=7, times=2)
    for _ in range(2):
        answer = await desk.bot("sendMessage", chat_id=ANA, text="x")
        assert answer == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    await desk.done("sendMessage", chat_id=ANA, text="x")


async def test_a_fault_meets_only_its_method_and_chat(desk: Desk) -> None:
    await desk.write(BEN, "/start")
    await desk.sim("faults", bot="@campus_bot", method="sendMessage", chat=BEN, kind="status", status=502)
    await desk.done("getMe")
    await desk.done("sendMessage", chat_id=ANA, text="x")
    assert (await desk.bot("sendMessage", chat_id=BEN, text="x"))["error_code"] == 502


async def test_a_lost_answer_has_happened(desk: Desk) -> None:
    await desk.sim("faults", method="sendMessage", kind="lost_answer")
    with pytest.raises(aiohttp.ClientError):
        await desk.bot("sendMessage", chat_id=ANA, text="did it arrive?")
    assert (await desk.see(ANA))[-1]["text"] == "did it arrive?"


async def test_after_a_reset_nothing_has_happened(desk: Desk) -> None:
    await desk.sim("faults", method="sendMessage", kind="reset")
    with pytest.raises(aiohttp.ClientError):
        await desk.bot("sendMessage", chat_id=ANA, text="never")
    assert (await desk.see(ANA))[-1]["text"] == "/start"
    assert (await desk.look("calls"))["calls"][-1]["status"] == 0


async def test_a_hanging_call_outlasts_its_caller_and_then_happens(desk: Desk) -> None:
    await desk.sim("faults", method="sendMessage", kind="hang", seconds=0.2)
    last = (await desk.look("events"))["last"]
    address = f"{desk.url}/bot{desk.token}/sendMessage"
    with pytest.raises(TimeoutError):
        await desk.session.post(
            address, data={"chat_id": ANA, "text": "late"}, timeout=aiohttp.ClientTimeout(total=0.05)
        )
    events = (await desk.look("events", after=last, wait=10))["events"]
    assert events[0]["message"]["text"] == "late"


async def test_faults_can_be_taken_back(desk: Desk) -> None:
    await desk.sim("faults", method="*", kind="status", times=100)
    await desk.sim("faults", verb="DELETE")
    await desk.done("getMe")
    assert "There is no fault of kind" in await desk.mistake("faults", method="getMe", kind="explode")
