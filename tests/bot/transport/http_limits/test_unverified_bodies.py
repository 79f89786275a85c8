"""Tests of bodies: who cannot be Stripe is refused unread, and all bodies that may be Stripe's have one bound."""

import asyncio
import gzip
import time

import pytest

from bot.transport.webhook_server import MAX_EVENT_BYTES, MAX_UPDATE_BYTES
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
from tests.bot.transport.test_gateway import count_events, event_body, signature_header
from tests.stack.bot_stack import SECRET, BotStack, json_bytes, wait_until
from webserver.request_bodies import (
    MIN_READING_SECONDS,
    BodyReading,
    BodyRoom,
    RoomVerdict,
    judge_room,
)

pytestmark = pytest.mark.drill

ZEROS = "0" * 64


def plausible() -> dict[str, str]:
    """A header that may be Stripe's as far as one can see."""
    return {"Stripe_Signature": f"t={int(time.time())},v1={ZEROS}"}


def reading(began_at: float, received_bytes: int) -> BodyReading:
    return BodyReading(began_at=began_at, deadline=asyncio.timeout(None), received_bytes=received_bytes)


async def test_bodies_share_their_room_and_the_oldest_makes_it_after_its_second() -> None:
    slow, late = 10.0 + MIN_READING_SECONDS, 9.99 + MIN_READING_SECONDS
    readings = [reading(10.0, 700), reading(10.5, 200)]
    assert judge_room(readings, 1000, 100, slow) is RoomVerdict.FITS
    assert judge_room(readings, 1000, 101, slow) is RoomVerdict.GIVE_UP_OLDEST
    assert judge_room(readings, 1000, 101, late) is RoomVerdict.FULL
    assert judge_room([], 1000, 1001, slow) is RoomVerdict.FULL


@pytest.mark.parametrize("signature", [None, "", "t=1,v1=00", f"t=1,v1={ZEROS}", f"t={2**40},v1={ZEROS}", "long"])
async def test_without_a_plausible_signature_no_body_is_waited_for(stack: BotStack, signature: str | None) -> None:
    given = plausible()["Stripe_Signature"] + "," * 2000 if signature == "long" else signature
    headers = {} if given is None else {"Stripe_Signature": given}
    async with small_server(stack) as server, connected(server) as one:
        await send(one, post_header("/stripe", 100_000, **headers))
        said = await read_answer(one)
        assert said.startswith("HTTP/1.1 400 ")
        assert "Connection: close" in said
        reasons = ("stripe_signature_implausible", "stripe_signature_of_another_time")
        assert sum(server.refused(reason) for reason in reasons) == 1


@pytest.mark.parametrize(
    ("path", "status"), [("/", 404), ("/telegram", 404), ("/telegram/a/b", 404), ("/health", 405), ("/metrics", 405)]
)
async def test_where_nothing_is_posted_no_body_is_waited_for(stack: BotStack, path: str, status: int) -> None:
    async with small_server(stack) as server, connected(server) as one:
        await send(one, post_header(path, 100_000))
        said = await read_answer(one)
        assert said.startswith(f"HTTP/1.1 {status} ")
        assert "Connection: close" in said
        assert server.refused("http_route_unknown") == 1


async def test_a_body_that_says_it_is_too_large_is_refused_unread(stack: BotStack) -> None:
    telegram = {"X_Telegram_Bot_Api_Secret_Token": SECRET}
    async with small_server(stack) as server:
        for header in (
            post_header("/stripe", MAX_EVENT_BYTES + 1, **plausible()),
            post_header("/telegram/north", MAX_UPDATE_BYTES + 1, **telegram),
        ):
            async with connected(server) as one:
                await send(one, header)
                assert (await read_answer(one)).startswith("HTTP/1.1 413 ")
        assert server.refused("http_body_too_large") == 2


async def test_a_body_of_unknown_length_is_refused_where_it_is_too_large(stack: BotStack) -> None:
    async with small_server(stack) as server, connected(server) as one:
        header = post_header("/stripe", 0, **plausible()).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        chunk = f"{16 * 1024:x}\r\n".encode() + b"x" * 16 * 1024 + b"\r\n"
        await send(one, header, *(chunk for _ in range(MAX_EVENT_BYTES // (16 * 1024))), b"1\r\nx\r\n")
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 413 ")


async def test_chunks_that_are_none_are_refused_without_a_traceback(
    stack: BotStack, caplog: pytest.LogCaptureFixture
) -> None:
    async with small_server(stack, body_timeout=0.2) as server, connected(server) as one:
        header = post_header("/stripe", 0, **plausible()).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        await send(one, header, b"no number\r\n")  # together they are a broken request, else a broken or slow body
        assert b" 40" in await read_to_end(one)
        reasons = ("http_request_broken", "http_body_broken", "http_body_too_slow")
        assert sum(server.refused(reason) for reason in reasons) == 1
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_compressed_body_stays_small(stack: BotStack) -> None:
    body = gzip.compress(b" " * 50_000_000)
    async with small_server(stack) as server, connected(server) as one:
        signature = signature_header(body)["Stripe-Signature"]
        await send(one, post_header("/stripe", len(body), Stripe_Signature=signature, Content_Encoding="gzip"), body)
        assert (await read_to_end(one)).startswith(b"HTTP/1.1 400 ")
        assert server.refused("stripe_event_unreadable") == 1


async def wait_for_readings(server: SmallServer, count: int, received_bytes: int = 0) -> None:
    async def all_there() -> bool:
        readings = server.context.unverified_bodies.readings
        return len(readings) == count and sum(each.received_bytes for each in readings) >= received_bytes

    await wait_until(all_there)


async def post_genuine_event(connection: Connection, event_id: str) -> None:
    body = json_bytes(event_body(event_id))
    await send(
        connection, post_header("/stripe", len(body), Stripe_Signature=signature_header(body)["Stripe-Signature"]), body
    )


async def test_beyond_the_bound_who_comes_reads_503_and_may_come_again(stack: BotStack) -> None:
    async with (
        small_server(stack, unverified_bodies=BodyRoom(max_bytes=1000)) as server,
        connected(server) as slow,
        connected(server) as honest,
    ):
        await send(slow, post_header("/stripe", 1000, **plausible()), b"x" * 990)
        await wait_for_readings(server, 1, 990)
        server.context.unverified_bodies.readings[0].began_at += 1000  # it began just now
        await post_genuine_event(honest, "evt_no_room")
        said = await read_to_end(honest)
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: " in said
        assert await count_events(stack, "evt_no_room") == 0
        assert len(server.context.unverified_bodies.readings) == 1


async def test_a_slow_body_is_given_up_for_a_genuine_event(stack: BotStack) -> None:
    async with (
        small_server(stack, unverified_bodies=BodyRoom(max_bytes=1000)) as server,
        connected(server) as slow,
        connected(server) as honest,
    ):
        await send(slow, post_header("/stripe", 1000, **plausible()), b"x" * 990)
        await wait_for_readings(server, 1, 990)
        server.context.unverified_bodies.readings[0].began_at -= MIN_READING_SECONDS
        await post_genuine_event(honest, "evt_room_made")
        assert b" 200 " in await honest[0].readline()
        assert (await read_to_end(slow)).startswith(b"HTTP/1.1 503 ")
        assert server.context.unverified_bodies.readings == []


async def test_many_slow_bodies_never_hold_more_than_the_bound(stack: BotStack) -> None:
    async with small_server(stack, unverified_bodies=BodyRoom(max_bytes=10_000)) as server:

        async def send_slowly() -> None:
            async with connected(server) as one:
                await send(one, post_header("/stripe", 2000, **plausible()), b"x" * 1990)
                await read_to_end(one)

        slow = [asyncio.create_task(send_slowly()) for _ in range(20)]

        async def the_others_are_refused() -> bool:
            readings = server.context.unverified_bodies.readings
            assert sum(each.received_bytes for each in readings) <= 10_000
            return server.refused("http_no_room") >= 15

        await wait_until(the_others_are_refused)
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
