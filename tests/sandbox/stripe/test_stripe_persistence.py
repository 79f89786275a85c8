"""Tests that the sandbox keeps its state over a restart, on the command line too, and records its calls."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from sandbox.stripe.stripe_server import running_stripe
from tests.sandbox.stripe.stripe_platform import open_platform

pytestmark = pytest.mark.drill

COMMAND = (sys.executable, "-m", "sandbox.stripe", "--port", "0")


async def start_sandbox(*more: str, **environment: str) -> tuple[asyncio.subprocess.Process, str]:
    """Start a sandbox in its own process, and return it and its address."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *more, stdout=asyncio.subprocess.PIPE, env={**os.environ, **environment}
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("sandbox stripe on http://127.0.0.1:")
    return process, line.split()[-1]


async def test_a_restarted_sandbox_knows_holds_keys_balances_and_its_clock(tmp_path: Path) -> None:
    async with running_stripe(state=tmp_path) as url, open_platform(url) as platform:
        await platform.post("clock", advance=3_600)
        held = await platform.create_hold(key="k")
        await platform.create_captured_payment()
        before = await platform.get("summary")
        now = (await platform.get("clock"))["now"]
    async with running_stripe(state=tmp_path) as url, open_platform(url) as platform:
        assert await platform.get("summary") == before
        assert (await platform.get("clock"))["now"] >= now
        again = await platform.create_hold_on_card(str(held.customer), str(held.payment_method), key="k")
        assert again.id == held.id
        await platform.post("clock", advance=8 * 86_400)
        assert (await platform.v1.payment_intents.retrieve_async(held.id)).status == "canceled"


async def test_a_killed_sandbox_has_lost_nothing_it_answered(tmp_path: Path) -> None:
    process, url = await start_sandbox("--state", str(tmp_path))
    async with open_platform(url) as platform:
        held = await platform.create_hold()
    process.kill()
    await process.wait()
    async with running_stripe(state=tmp_path) as url, open_platform(url) as platform:
        assert (await platform.v1.payment_intents.capture_async(held.id)).status == "succeeded"


async def test_a_sandbox_stops_within_a_second_even_while_a_call_hangs() -> None:
    process, url = await start_sandbox()
    async with open_platform(url) as platform:
        await platform.order_fault(path="*", kind="hang", seconds=60, before=False)
        hanging = asyncio.create_task(platform.create_customer())
        while not await platform.calls():
            assert not hanging.done()
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        assert time.monotonic() - asked < 1
        await asyncio.gather(hanging, return_exceptions=True)


async def test_the_transcript_has_a_line_for_each_call(tmp_path: Path) -> None:
    process, url = await start_sandbox(SANDBOX_TRANSCRIPT_DIR=str(tmp_path))
    async with open_platform(url) as platform:
        customer = await platform.create_customer()
    process.terminate()
    await process.wait()
    (line,) = (tmp_path / "stripe.jsonl").read_text().splitlines()
    said = json.loads(line)
    assert (said["method"], said["params"], said["status"]) == ("POST /v1/customers", {"name": "Ada"}, 200)
    assert said["answer"]["id"] == customer
    assert said["at"]
