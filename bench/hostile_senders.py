"""The senders of `bench.hostile_connections`, in a process of their own: they open connections and send little.

`python -m bench.hostile_senders KIND PORT CONNECTIONS SECONDS` prints one line of JSON. It speaks to this machine only.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

import uvloop

HOST = "127.0.0.1"
MAX_OPENING = 200  # connections that are being opened at the same time
TRICKLE_INTERVAL_SECONDS = 1.0
NEARLY_A_MEBIBYTE = 1_040_000
PART_BYTES = 64 * 1024
FILLER = b"x" * PART_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What one connection sends: at once, then a byte a second."""

    header: str
    body_bytes: int = 0
    trickles: bool = False


def post(path: str, *headers: str, complete: bool = True) -> str:
    """Return the header of a POST, or half of one."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", *headers]
    return "\r\n".join(lines) + ("\r\n\r\n" if complete else "\r\nX-Half: ")


def plausible_signature() -> str:
    """Return a header that looks like one of Stripe's and is not."""
    return f"Stripe-Signature: t={int(time.time())},v1={'0' * 64}"


KINDS: dict[str, Callable[[], Sending]] = {
    "half header": lambda: Sending(header=post("/stripe", complete=False)),
    "nearly 1 MiB, no signature": lambda: Sending(
        header=post("/stripe", "Content-Length: 1048000"), body_bytes=NEARLY_A_MEBIBYTE
    ),
    "nearly 1 MiB, false signature": lambda: Sending(
        header=post("/stripe", plausible_signature(), "Content-Length: 1048000"), body_bytes=NEARLY_A_MEBIBYTE
    ),
    "250 KB of 256, false signature": lambda: Sending(
        header=post("/stripe", plausible_signature(), "Content-Length: 260000"), body_bytes=250_000
    ),
    "header byte by byte": lambda: Sending(header=post("/stripe", complete=False), trickles=True),
    "body byte by byte": lambda: Sending(
        header=post("/stripe", plausible_signature(), "Content-Length: 100000"), body_bytes=1000, trickles=True
    ),
    "wrong signature, whole": lambda: Sending(
        header=post("/stripe", plausible_signature(), "Content-Length: 64000"), body_bytes=64_000
    ),
    "wrong secret, whole": lambda: Sending(
        header=post("/telegram/north", "X-Telegram-Bot-Api-Secret-Token: guess", "Content-Length: 2"), body_bytes=2
    ),
}


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of the connections: how many opened, and the seconds until each was closed by the server."""

    opened: int
    closed_after: list[float]
    still_open: int


async def hold_connection(sending: Sending, port: int, end: float, opening: asyncio.Semaphore) -> float | None:
    """Return the seconds until the server closed the connection, or None when it never did.

    Raise OSError when none was opened.
    """
    async with opening:
        reader, writer = await asyncio.open_connection(HOST, port)
    began = time.monotonic()
    with suppress(OSError):
        closed = asyncio.create_task(read_until_closed(reader))
        sent = asyncio.create_task(send(sending, writer, end))
        await asyncio.wait({closed}, timeout=max(0.0, end - time.monotonic()))
        sent.cancel()
        await asyncio.gather(sent, return_exceptions=True)
        is_closed = closed.done()
        closed.cancel()
        await asyncio.gather(closed, return_exceptions=True)
        writer.transport.abort()
        return time.monotonic() - began if is_closed else None
    return time.monotonic() - began


async def read_until_closed(reader: asyncio.StreamReader) -> None:
    """Read what the server says, until it closes."""
    with suppress(OSError):
        while await reader.read(PART_BYTES):
            pass


async def send(sending: Sending, writer: asyncio.StreamWriter, end: float) -> None:
    """Send what there is, then perhaps a byte a second until `end`, in seconds of the monotonic clock."""
    with suppress(OSError):
        writer.write(sending.header.encode())
        for begin in range(0, sending.body_bytes, PART_BYTES):
            writer.write(FILLER[: sending.body_bytes - begin])
            await writer.drain()
        while sending.trickles and time.monotonic() < end:
            await asyncio.sleep(TRICKLE_INTERVAL_SECONDS)
            writer.write(b"x")
            await writer.drain()


async def run_senders(kind: str, port: int, connections: int, seconds: float) -> Outcome:
    """Hold so many connections for so many seconds."""
    end, opening = time.monotonic() + seconds, asyncio.Semaphore(MAX_OPENING)
    results = await asyncio.gather(
        *(hold_connection(KINDS[kind](), port, end, opening) for _ in range(connections)), return_exceptions=True
    )
    opened = [result for result in results if not isinstance(result, BaseException)]
    closed_after = sorted(result for result in opened if result is not None)
    return Outcome(opened=len(opened), closed_after=closed_after, still_open=len(opened) - len(closed_after))


def main() -> None:
    """Run the senders that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile_senders", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("port", type=int)
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    outcome = uvloop.run(run_senders(options.kind, options.port, min(options.connections, 2_000), options.seconds))
    print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
