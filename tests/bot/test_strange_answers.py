"""Answers of Telegram that nobody expects: the bot goes on, and serves when Telegram answers well again."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from bot.app import Running
from sandbox.launch.ports import free_port
from sandbox.telegram import running_telegram
from tests.bot.stage import Somebody, Stage, set_stage, until

NO_UPDATES = (
    b'{"ok": true, "result": [7]}',
    b'{"ok": true, "result": {"message": {}}}',
    b'{"ok": true, "result": [{"message": {"text": "without a number"}}]}',
)
NO_PAUSE = b'{"ok": false, "error_code": 429, "description": "later", "parameters": {"retry_after": "soon"}}'
NO_TEXT = b'{"ok": true, "result": "\xff"}'
NO_RESULT = b'{"ok": true}'


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangeTelegram:
    """A proxy of the stand-in: it gives each of `answers` once, in place of the method's next answer."""

    url: str
    answers: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))

    async def given(self) -> bool:
        """Whether all answers were given."""
        return not any(self.answers.values())


@asynccontextmanager
async def strange_telegram() -> AsyncIterator[StrangeTelegram]:
    """A stand-in behind its proxy."""
    strange = StrangeTelegram(url=f"http://127.0.0.1:{(port := free_port())}")
    async with running_telegram() as telegram, aiohttp.ClientSession() as session:

        async def answer(request: web.Request) -> web.Response:
            waiting = strange.answers[request.path.rpartition("/")[2]]
            if waiting:
                return web.Response(body=waiting.pop(0), content_type="application/json", charset="utf-8")
            given, kind = await request.read(), {"Content-Type": request.headers.get("Content-Type", "")}
            async with session.request(request.method, telegram + request.path_qs, data=given, headers=kind) as real:
                return web.Response(body=await real.read(), status=real.status, content_type=real.content_type)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield strange
        await runner.cleanup()


@asynccontextmanager
async def polling(database_url: str, strange: StrangeTelegram) -> AsyncIterator[Stage]:
    """A stage whose bot polls this Telegram, while Redis is away."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    async with set_stage(database_url, nowhere, strange.url, webhooks=False, names=("north",)) as stage:
        yield stage


async def greet(stage: Stage, person: int) -> None:
    """Fail unless somebody who writes /start is answered."""
    mei = Somebody(id=person, stage=stage)
    await stage.sim("users", id=person, first_name="Mei", language_code="en")
    await stage.sim("messages", from_=person, chat=mei.chat, text="/start")

    async def answered() -> bool:
        return any("Hi Mei!" in str(message) for message in await mei.messages())

    await until(answered)


@pytest.mark.parametrize("answer", [*NO_UPDATES, NO_PAUSE])
async def test_polling_goes_on_after_an_answer_that_holds_no_updates(database_url: str, answer: bytes) -> None:
    async with strange_telegram() as strange, polling(database_url, strange) as stage:
        strange.answers["getUpdates"].append(answer)
        await greet(stage, 401)
        await greet(stage, 402)
        await until(strange.given)
        await greet(stage, 403)
        assert isinstance(stage.running, Running)
        assert not stage.running.work.done()


@pytest.mark.parametrize("answer", [NO_TEXT, NO_RESULT])
async def test_a_bot_is_set_up_after_an_answer_that_nobody_can_read(database_url: str, answer: bytes) -> None:
    async with strange_telegram() as strange:
        strange.answers["getMe"] += [answer] * 2
        async with polling(database_url, strange) as stage:
            await greet(stage, 401)
