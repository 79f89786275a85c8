"""A resolver that fails: nothing was sent, it is tried again, the log says so, and the processes stay up."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import pytest

from domain.order_messages.view import OrderMessageContent
from sandbox.launch.ports import free_port
from tests.stack.shared_servers import PROJECT
from workers.engine.call_failures import CallFailed, TryLater
from workers.stripe.gateway import open_stripe_gateway
from workers.stripe.gateway_cards import create_customer
from workers.telegram.outcomes import NotSent
from workers.telegram.sender import open_telegram_sender

pytestmark = pytest.mark.drill

NOWHERE = "nowhere.invalid"  # RFC 6761: no resolver knows it
SETTINGS = {
    "DATABASE_URL": f"postgresql://me:x@{NOWHERE}/campusg",
    "REDIS_URL": f"redis://{NOWHERE}:6379/0",
    "TELEGRAM_API_URL": f"http://{NOWHERE}",
    "TELEGRAM_BOT_TOKEN": "7001:stack",
    "STRIPE_API_URL": f"http://{NOWHERE}",
    "STRIPE_SECRET_KEY": "sk_test_stack",
    "PYTHONUNBUFFERED": "1",
}


async def test_a_message_to_a_host_without_an_address_was_not_sent() -> None:
    sender = open_telegram_sender(f"http://{NOWHERE}", {1: "7001:stack"})
    assert isinstance(await sender.send(1, 1001, OrderMessageContent(text="hello")), NotSent)
    await sender.close()


async def test_a_call_to_a_host_without_an_address_was_not_sent() -> None:
    gateway = open_stripe_gateway("sk_test_stack", f"http://{NOWHERE}")
    with pytest.raises(CallFailed) as caught:
        await create_customer(gateway, {}, "a-key")
    assert (type(caught.value), caught.value.reason) == (TryLater, "stripe_unreachable")
    await gateway.close()


async def started(module: str) -> Process:
    """A process that can reach nothing."""
    command = (sys.executable, "-m", module)
    environment = os.environ | SETTINGS | {"HTTP_PORT": str(free_port())}
    return await asyncio.create_subprocess_exec(
        *command, cwd=PROJECT, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=asyncio.subprocess.STDOUT
    )


async def lines_about_postgres(process: Process, count: int) -> list[str]:
    """The first lines of the log about a Postgres that is away."""
    found: list[str] = []
    said: list[str] = []
    assert process.stdout is not None
    while len(found) < count:
        line = (await process.stdout.readline()).decode()
        assert line, f"the process ended: {said}"
        said.append(line)
        if "postgres_unavailable" in line:
            found.append(line)
    return found


async def test_processes_that_can_resolve_nothing_say_so_stay_up_and_stop_when_told() -> None:
    processes = [await started(module) for module in ("bot", "workers")]
    try:
        async with asyncio.timeout(60):
            for told in await asyncio.gather(*(lines_about_postgres(each, 2) for each in processes)):
                assert all("Name or service" in line or "name resolution" in line for line in told), told
        assert [each.returncode for each in processes] == [None, None]
        for each in processes:
            each.send_signal(signal.SIGTERM)
        assert [await asyncio.wait_for(each.wait(), 30) for each in processes] == [0, 0]
    finally:
        for each in processes:
            if each.returncode is None:
                each.kill()
                await each.wait()
