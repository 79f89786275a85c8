"""Tests of connections that send slowly, too much or nothing: they are closed, and genuine ones are not."""

import asyncio
from contextlib import AsyncExitStack
from typing import cast

import pytest

from tests.bot.transport.http_limits.small_server import (
    Connection,
    SmallServer,
    connected,
    post_header,
    read_answer,
    read_to_end,
    send,
    small_server,
)
from tests.bot.transport.test_gateway import event_body, signature_header
from tests.stack.bot_stack import SECRET, BotStack, json_bytes, wait_until
from webserver.connection_limits import ConnectionLimits, ConnectionPhase

HALF_HEADER = b"POST /stripe HTTP/1.1\r\nHost: test\r\nX-Half: "


async def post_event(connection: Connection, event_id: str) -> bytes:
    """Send a genuine event on this connection and return the first line of the answer."""
    body = json_bytes(event_body(event_id))
    signature = signature_header(body)["Stripe-Signature"]
    await send(connection, post_header("/stripe", len(body), Stripe_Signature=signature), body)
    return await connection[0].readline()


async def test_half_a_header_is_answered_with_408_and_closed(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(header_seconds=0.1)) as server, connected(server) as one:
        await send(one, HALF_HEADER)
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 408 ")
        assert server.closed("header_timeout") == 1


async def test_a_header_that_goes_on_for_ever_is_closed(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(header_seconds=0.3)) as server, connected(server) as one:

        async def trickle() -> None:
            await send(one, HALF_HEADER)
            while True:
                await send(one, b"x")
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        assert b" 408 " in await read_to_end(one)
        trickling.cancel()
        await asyncio.gather(trickling, return_exceptions=True)


async def test_a_silent_connection_is_closed(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(header_seconds=0.1)) as server, connected(server) as one:
        assert await read_to_end(one) == b""
        assert server.closed("header_timeout") == 1


async def test_a_header_without_end_is_cut_at_its_length(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(max_header_bytes=2_000)) as server, connected(server) as one:
        await send(one, HALF_HEADER, b"x" * 2_000)
        await read_to_end(one)
        assert server.closed("header_too_long") == 1


async def test_a_body_that_stops_is_answered_with_408_and_closed(stack: BotStack) -> None:
    async with small_server(stack, body_timeout=0.1) as server, connected(server) as one:
        signature = signature_header(b"")["Stripe-Signature"]
        await send(one, post_header("/stripe", 1000, Stripe_Signature=signature), b"x" * 900)
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 408 ")
        assert server.refused("http_body_too_slow") == 1
        assert server.context.unverified_bodies.readings == []


async def test_an_update_that_stops_in_its_body_is_closed_even_with_the_right_secret(stack: BotStack) -> None:
    async with small_server(stack, body_timeout=0.1) as server, connected(server) as one:
        header = post_header("/telegram/north", 1000, X_Telegram_Bot_Api_Secret_Token=SECRET)
        await send(one, header, b"{")
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 408 ")


async def test_a_request_that_nobody_answers_in_time_is_cut(stack: BotStack) -> None:
    limits = ConnectionLimits(unproven_seconds=0.1)
    async with small_server(stack, limits=limits) as server, connected(server) as one:
        signature = signature_header(b"")["Stripe-Signature"]
        await send(one, post_header("/stripe", 1000, Stripe_Signature=signature), b"x" * 900)
        assert await read_to_end(one) == b""
        assert server.closed("request_timeout") == 1


async def test_an_idle_connection_serves_again_until_it_has_been_idle_for_too_long(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(idle_seconds=0.5)) as server, connected(server) as one:
        assert b" 200 " in await post_event(one, "evt_kept_open")
        await read_to_end(one)
        assert server.closed("idle_timeout") == 1
    async with small_server(stack) as server, connected(server) as one:
        for number in range(3):
            if number:
                await one[0].readuntil(b"\r\n\r\n")
            assert b" 200 " in await post_event(one, f"evt_again_{number}")
        assert len(server.context.connections.states) == 1


async def open_all(opened: AsyncExitStack, server: SmallServer, count: int) -> list[Connection]:
    """Open connections one after the other, until the server knows each."""
    connections = []
    for number in range(count):
        connections.append(await opened.enter_async_context(connected(server)))
        await wait_for_connections(server, number + 1)
    return connections


async def wait_for_connections(server: SmallServer, count: int) -> None:
    async def all_there() -> bool:
        return len(server.context.connections.states) == count

    await wait_until(all_there)


async def test_half_headers_make_room_for_genuine_requests_the_oldest_first(stack: BotStack) -> None:
    limits = ConnectionLimits(max_connections=4, header_seconds=1000.0)
    async with small_server(stack, limits=limits) as server, AsyncExitStack() as opened:
        hostile = await open_all(opened, server, 4)
        for connection in hostile:
            await send(connection, HALF_HEADER)
        for number in range(3):
            async with connected(server) as honest:
                assert b" 200 " in await post_event(honest, f"evt_through_{number}")
        await read_to_end(hostile[0])
        assert server.closed("too_many") >= 1
        assert len(server.context.connections.states) <= 4


async def test_nobody_is_let_in_while_all_others_are_genuine(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(max_connections=1)) as server, connected(server) as one:
        header = post_header("/telegram/north", 1000, X_Telegram_Bot_Api_Secret_Token=SECRET)
        await send(one, header, b"{")

        async def is_genuine() -> bool:
            return [each.phase for each in server.context.connections.states.values()] == [ConnectionPhase.GENUINE]

        await wait_until(is_genuine)
        async with connected(server) as other:
            assert await read_to_end(other) == b""
        assert server.closed("too_many") == 1
        await send(one, b"}" + b" " * 998)
        assert b" 400 " in await one[0].readline()  # read to its end, and no update


async def test_of_a_refused_body_nothing_more_is_read(stack: BotStack) -> None:
    async with small_server(stack, limits=ConnectionLimits(closing_seconds=1000.0)) as server, connected(server) as one:
        await send(one, post_header("/stripe", 1_000_000), b"x" * 1000)
        await read_answer(one)
        ((transport, state),) = server.context.connections.states.items()
        assert state.phase is ConnectionPhase.CLOSING
        one[1].write(b"x" * 999_000)

        async def nothing_is_read() -> bool:
            return not cast(asyncio.Transport, transport).is_reading()

        await wait_until(nothing_is_read)


async def test_connections_are_forgotten_when_their_sender_leaves(stack: BotStack) -> None:
    async with small_server(stack) as server:
        async with connected(server) as one:
            await send(one, HALF_HEADER)
            await wait_for_connections(server, 1)
        await wait_for_connections(server, 0)


@pytest.mark.parametrize("whole_header", [False, True])
async def test_leaving_in_the_middle_fails_nothing(
    stack: BotStack, whole_header: bool, caplog: pytest.LogCaptureFixture
) -> None:
    signature = signature_header(b"")["Stripe-Signature"]
    begun = post_header("/stripe", 1000, Stripe_Signature=signature) + b"x" * 500 if whole_header else HALF_HEADER
    async with small_server(stack) as server:
        async with connected(server) as one:
            await send(one, begun)
            await wait_for_connections(server, 1)

            async def is_read() -> bool:
                return len(server.context.unverified_bodies.readings) == whole_header

            await wait_until(is_read)
        await wait_for_connections(server, 0)

        async def is_counted() -> bool:
            return server.refused("http_body_broken") == whole_header

        await wait_until(is_counted)
    assert [record for record in caplog.records if record.exc_info] == []
