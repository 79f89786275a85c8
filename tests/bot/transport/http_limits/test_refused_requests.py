"""Tests of refusals: a bounded number of log lines, no traceback, and none missing from the counters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.transport.metrics import new_metrics
from bot.transport.update_inbox import receive_update
from bot.transport.update_payload import parse_update
from bot.transport.user_rate_limit import RateLimitVerdict
from domain.database.unit_of_work import Begin, UnitOfWork
from domain.settings.log_limits import MAX_LINES
from tests.bot.transport.http_limits.small_server import connected, post_header, read_to_end, send, small_server
from tests.stack.bot_stack import BotStack
from webserver.http_refusals import HttpRefusal

FLOOD = 300
MAX_LINES_OF_A_FLOOD = 5 * (MAX_LINES + 1)  # a slow machine may need some minutes for it


def lines_of(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    return [record.msg for record in caplog.records if isinstance(record.msg, dict) and record.msg["event"] == event]


async def test_many_requests_without_the_secret_are_all_counted_in_few_lines(
    stack: BotStack, caplog: pytest.LogCaptureFixture
) -> None:
    async with small_server(stack) as server:
        for _ in range(FLOOD):
            url = f"http://127.0.0.1:{server.port}/telegram/north"
            async with stack.http.post(url, data=b"{}") as response:
                assert response.status == 401
        assert server.refused(HttpRefusal.WEBHOOK_SECRET_MISSING) == FLOOD
    assert 1 <= len(lines_of(caplog, "webhook_secret_missing")) <= MAX_LINES_OF_A_FLOOD


async def test_many_taps_over_the_limit_are_all_counted_in_few_lines(
    stack: BotStack, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(_person_id: int) -> RateLimitVerdict:
        return RateLimitVerdict.STILL_TOO_FAST

    assert stack.running_bot is not None
    inbox = replace(stack.running_bot.inbox, metrics=new_metrics(), check_rate_limit=never)
    for number in range(FLOOD):
        person = {"id": 77, "is_bot": False, "first_name": "Mei"}
        message = {"message_id": 1, "date": 1, "chat": {"id": 77, "type": "private"}, "from": person, "text": "hello"}
        update = parse_update(stack.campuses["north"], {"update_id": 8_000_000 + number, "message": message})
        assert update is not None
        assert await receive_update(inbox, update)
    counted = inbox.metrics.registry.get_sample_value
    assert counted("campusg_bot_updates_rate_limited_total") == FLOOD
    assert counted("campusg_bot_updates_refused_total") == FLOOD
    assert 1 <= len(lines_of(caplog, "rate_limit_exceeded")) <= MAX_LINES_OF_A_FLOOD


@pytest.mark.parametrize(
    "broken",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"HELLO\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 5000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n",
    ],
)
async def test_a_broken_request_is_a_refusal_and_no_traceback(
    stack: BotStack, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with small_server(stack) as server, connected(server) as one:
        await send(one, broken)
        assert (await read_to_end(one)).startswith(b"HTTP/1.0 400 ")
        assert server.refused(HttpRefusal.REQUEST_BROKEN) == 1
    assert [record for record in caplog.records if record.exc_info] == []


async def test_an_error_of_ours_keeps_its_traceback(stack: BotStack, caplog: pytest.LogCaptureFixture) -> None:
    async with small_server(stack, is_serving=lambda: 1 / 0) as server, connected(server) as one:
        await send(one, b"GET /ready HTTP/1.1\r\nHost: test\r\n\r\n")
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 500 ")
    assert "ZeroDivisionError" in caplog.text


async def test_the_database_is_asked_once_for_all_who_ask_within_a_second(stack: BotStack) -> None:
    assert stack.running_bot is not None
    opened = 0
    database = stack.running_bot.inbox.database

    @asynccontextmanager
    async def counting(begin: Begin = Begin.WITH_TIME, /) -> AsyncIterator[UnitOfWork]:
        nonlocal opened
        opened += 1
        async with database(begin) as work:
            yield work

    async with small_server(stack) as server:
        context = server.context
        inbox = replace(context.inbox, database=counting)
    async with small_server(stack, inbox=inbox) as server:
        for _ in range(50):
            server.context.database_probe.answered_at = server.context.database_probe.answered_at and 1e12
            async with stack.http.get(f"http://127.0.0.1:{server.port}/ready") as response:
                assert response.status == 200
    assert opened == 1


async def test_a_path_that_is_long_and_odd_is_refused_like_any_other(stack: BotStack) -> None:
    async with small_server(stack) as server, connected(server) as one:
        await send(one, post_header("/telegram/%00%0a" + "x" * 3000, 2), b"{}")
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 401 ")
