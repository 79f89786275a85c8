"""Malformed answers of Telegram: the bot goes on, and serves again when Telegram answers well."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from bot.app import RunningBot
from sandbox.launch.ports import free_port
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.bot_stack import BotStack, BotUser, wait_until
from tests.stack.campus_setup import running_bot_stack

pytestmark = pytest.mark.drill

NO_UPDATES = (
    b'{"ok": true, "result": [7]}',
    b'{"ok": true, "result": {"message": {}}}',
    b'{"ok": true, "result": [{"message": {"text": "without a number"}}]}',
)
NO_PAUSE = b'{"ok": false, "error_code": 429, "description": "later", "parameters": {"retry_after": "soon"}}'
NO_TEXT = b'{"ok": true, "result": "\xff"}'
NO_RESULT = b'{"ok": true}'


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyTelegram:
    """A proxy of the stand-in that returns each of `answers` once in place of the method's next answer."""

    url: str
    answers: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    async def has_answered(self) -> bool:
        """Whether the proxy returned all its answers."""
        return not any(self.answers.values())


@asynccontextmanager
async def running_faulty_telegram() -> AsyncIterator[FaultyTelegram]:
    """Run a stand-in behind this proxy."""
    faulty_telegram = FaultyTelegram(url=f"http://127.0.0.1:{(port := free_port())}")
    async with running_telegram() as telegram_url, aiohttp.ClientSession() as session:

        async def answer(request: web.Request) -> web.Response:
            waiting = faulty_telegram.answers[request.path.rpartition("/")[2]]
            if waiting:
                return web.Response(body=waiting.pop(0), content_type="application/json", charset="utf-8")
            given, kind = await request.read(), {"Content-Type": request.headers.get("Content-Type", "")}
            async with session.request(
                request.method, telegram_url + request.path_qs, data=given, headers=kind
            ) as real:
                return web.Response(body=await real.read(), status=real.status, content_type=real.content_type)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield faulty_telegram
        await runner.cleanup()


@asynccontextmanager
async def polling_stack(database_url: str, faulty_telegram: FaultyTelegram) -> AsyncIterator[BotStack]:
    """Run a test stack whose bot polls this Telegram while Redis is down."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    async with running_bot_stack(database_url, nowhere, faulty_telegram.url, webhooks=False, names=("north",)) as stack:
        yield stack


async def greet(stack: BotStack, person: int) -> None:
    """Fail unless a person who writes /start is answered."""
    mei = BotUser(id=person, stack=stack)
    await stack.control_telegram("users", id=person, first_name="Mei", language_code="en")
    await stack.control_telegram("messages", from_=person, chat=mei.chat, text="/start")

    async def answered() -> bool:
        return any("Hi Mei!" in str(message) for message in await mei.messages())

    await wait_until(answered)


@pytest.mark.parametrize("answer", [*NO_UPDATES, NO_PAUSE])
async def test_polling_goes_on_after_an_answer_that_holds_no_updates(database_url: str, answer: bytes) -> None:
    async with running_faulty_telegram() as faulty_telegram, polling_stack(database_url, faulty_telegram) as stack:
        faulty_telegram.answers["getUpdates"].append(answer)
        await greet(stack, 401)
        await greet(stack, 402)
        await wait_until(faulty_telegram.has_answered)
        await greet(stack, 403)
        assert isinstance(stack.running_bot, RunningBot)
        assert not stack.running_bot.task.done()


@pytest.mark.parametrize("answer", [NO_TEXT, NO_RESULT])
async def test_a_bot_is_set_up_after_an_answer_that_nobody_can_read(database_url: str, answer: bytes) -> None:
    async with running_faulty_telegram() as faulty_telegram:
        faulty_telegram.answers["getMe"] += [answer] * 2
        async with polling_stack(database_url, faulty_telegram) as stack:
            await greet(stack, 401)
