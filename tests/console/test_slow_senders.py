"""Tests that strangers who send slowly, or guess, keep no admin from the console."""

import asyncio
from urllib.parse import urlsplit

from tests.console.conftest import ConsoleStack

SENDERS = 8  # more than the console has connections to Postgres
UNFINISHED_LOGIN = "POST /console/{campus}/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"


async def test_logins_whose_body_does_not_come_keep_no_page_waiting(console: ConsoleStack) -> None:
    address = urlsplit(console.url)
    opened = [await asyncio.open_connection(address.hostname, address.port) for _ in range(SENDERS)]
    for _, writer in opened:
        writer.write(UNFINISHED_LOGIN.format(campus=console.place.campus.name).encode())
    try:
        await asyncio.sleep(0.2)
        async with asyncio.timeout(4):
            _, _, cookie = await console.log_in(console.sign(console.sam.person_id))
            assert (await console.look("", cookie))[0] == 200
    finally:
        for _, writer in opened:
            writer.close()
