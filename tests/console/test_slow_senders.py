"""Tests that strangers who send slowly, or guess, keep no admin from the console."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from prometheus_client import CollectorRegistry

from console.app import open_console_database
from console.web.metrics import new_console_metrics
from console.web.server import MAX_PAGES, ConsoleContext, new_console
from domain.settings.environment_variables import BotTokens
from tests.console.conftest import TOKEN, ConsoleStack
from tests.stack.bot_stack import wait_until
from webserver.bounded_server import serve_application
from webserver.connection_keeper import ConnectionKeeper
from webserver.connection_limits import ConnectionLimits, ConnectionPhase
from webserver.guess_brake import MAX_WAITING_GUESSES, GuessBrake, GuessBucket
from webserver.http_counts import new_http_counts

pytestmark = pytest.mark.drill

SENDERS = 8  # more than the console has connections to Postgres
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def new_keeper(limits: ConnectionLimits | None = None) -> ConnectionKeeper:
    """A keeper of connections with these limits."""
    counts = new_http_counts("campusg_console", CollectorRegistry())
    return ConnectionKeeper(counts=counts, limits=limits or ConnectionLimits())


@asynccontextmanager
async def small_console(
    console: ConsoleStack, *, keeper: ConnectionKeeper | None = None, brake: GuessBrake | None = None
) -> AsyncIterator[ConsoleStack]:
    """The same console with limits as small as a test wants, as browsers see it by https."""
    async with open_console_database(console.reader_url) as database:
        context = ConsoleContext(
            database=database,
            tokens=BotTokens(by_campus={console.place.campus.name: TOKEN}),
            is_public=True,
            connections=keeper or new_keeper(),
            metrics=new_console_metrics(),
            guess_brake=brake or GuessBrake(),
        )
        async with serve_application(new_console(context), context.connections, "127.0.0.1", 0) as port:
            yield replace(console, url=f"http://127.0.0.1:{port}")


async def connect(console: ConsoleStack, said: str) -> Connection:
    """Open a connection and send this."""
    address = urlsplit(console.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(said.encode())
    return reader, writer


async def read_to_end(connection: Connection) -> bytes:
    """What the console says until it closes the connection."""
    said = b""
    with suppress(ConnectionError):  # it was cut
        while part := await connection[0].read(4096):
            said += part
    connection[1].close()
    return said


def unfinished_login(console: ConsoleStack) -> str:
    """A login that has one byte of a hundred."""
    campus = console.place.campus.name
    return f"POST /console/{campus}/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"


async def open_page(console: ConsoleStack) -> int:
    """Log in as an admin, open a page, and return its status."""
    _, _, cookie = await console.log_in(console.sign(console.sam.person_id))
    return (await console.look("", cookie))[0]


async def test_logins_whose_body_does_not_come_keep_no_page_waiting(console: ConsoleStack) -> None:
    keeper = new_keeper()

    async def all_are_handled() -> bool:
        return [one.phase for one in keeper.states.values()].count(ConnectionPhase.UNPROVEN) == SENDERS

    async with small_console(console, keeper=keeper) as small:
        opened = [await connect(small, unfinished_login(small)) for _ in range(SENDERS)]
        try:
            await wait_until(all_are_handled)
            async with asyncio.timeout(4):
                assert await open_page(small) == 200
        finally:
            for _, writer in opened:
                writer.close()


async def test_half_a_header_and_half_a_body_are_closed(console: ConsoleStack) -> None:
    keeper = new_keeper(ConnectionLimits(header_seconds=0.1, unproven_seconds=0.1))
    async with small_console(console, keeper=keeper) as small:
        half = await connect(small, "GET /console/north/ HTTP/1.1\r\nHost: x\r\nX-Half: ")
        assert (await read_to_end(half)).startswith(b"HTTP/1.1 408 ")
        assert await read_to_end(await connect(small, unfinished_login(small))) == b""


async def test_guesses_of_a_login_wait_and_keep_no_page_waiting(console: ConsoleStack) -> None:
    spent = GuessBucket(tokens=0.0, updated_at=time.monotonic() + 1000)
    brake, guesses = GuessBrake(bucket=spent), list[asyncio.Task[tuple[int, str, str]]]()

    async def all_wait() -> bool:
        return brake.waiting >= len(guesses) or guesses[0].done()

    async with small_console(console, brake=brake) as small:
        for _ in range(MAX_PAGES + 1):
            guesses.append(asyncio.create_task(small.log_in("hash=guess")))
            await wait_until(all_wait)
        assert await open_page(small) == 200
        assert {status for status, _, _ in await asyncio.gather(*guesses)} == {403}


async def test_more_logins_at_once_than_pages_all_get_in(console: ConsoleStack) -> None:
    async with small_console(console) as small:
        signed = small.sign(small.sam.person_id)
        logins = asyncio.gather(*(small.log_in(signed) for _ in range(2 * MAX_PAGES)))
        assert await open_page(small) == 200
        assert {status for status, _, _ in await logins} == {204}


async def test_of_too_many_guesses_some_get_no_answer_and_the_admin_gets_in(console: ConsoleStack) -> None:
    spent = GuessBucket(tokens=0.0, updated_at=time.monotonic() + 1000)
    brake = GuessBrake(bucket=spent, waiting=MAX_WAITING_GUESSES)
    async with small_console(console, brake=brake) as small:
        campus = small.place.campus.name
        guess = f"POST /console/{campus}/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nguess"
        assert await read_to_end(await connect(small, guess)) == b""
        assert await open_page(small) == 200


async def test_behind_https_the_session_works_in_the_frame_of_telegrams_web_client(console: ConsoleStack) -> None:
    async with small_console(console) as small:
        login = f"{small.home}/login"
        async with small.http.post(login, data=small.sign(small.sam.person_id)) as answer:
            (cookie,) = answer.headers.getall("Set-Cookie")
            policy = answer.headers["Content-Security-Policy"]
        assert cookie.endswith(
            f"; Max-Age=28800; Path=/console/{small.place.campus.name}; HttpOnly; Secure; SameSite=None; Partitioned"
        )
        assert "frame-ancestors https://web.telegram.org" in policy
