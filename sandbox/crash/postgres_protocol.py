"""The Postgres wire protocol as far as a kill needs it: messages, statements with values, COMMIT."""

import asyncio
import struct
from collections.abc import Iterator
from dataclasses import dataclass

LENGTH_SIZE = 4  # bytes of a length, which counts itself
NULL_LENGTH = -1
SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
CANCEL_REQUEST = 80877102

COMMAND_COMPLETE = b"C"  # from the server


@dataclass(frozen=True, slots=True)
class WireMessage:
    """One message with its type. The first messages of a client have no type (an empty `kind`)."""

    kind: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        """The bytes of the message on the wire."""
        return self.kind + struct.pack("!i", len(self.body) + LENGTH_SIZE) + self.body


async def read_wire_message(reader: asyncio.StreamReader, *, typed: bool = True) -> WireMessage | None:
    """Read the next message, or return None when the other side is gone."""
    try:
        kind = await reader.readexactly(1) if typed else b""
        (length,) = struct.unpack("!i", await reader.readexactly(LENGTH_SIZE))
        return WireMessage(kind, await reader.readexactly(length - LENGTH_SIZE))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def startup_code(first: WireMessage) -> int:
    """Return what a client's first message asks for: a session, encryption, or the cancellation of a query."""
    (code,) = struct.unpack_from("!i", first.body)
    return int(code)


def message_text(message: WireMessage) -> str:
    """Return the text of a Query, or the tag of a CommandComplete."""
    return message.body.rstrip(b"\0").decode(errors="replace")


def parse_prepared_statement(message: WireMessage) -> tuple[bytes, str]:
    """Return the name and the SQL of a statement that a Parse prepares."""
    name, sql, _ = message.body.split(b"\0", 2)
    return name, sql.decode(errors="replace")


def parse_bound_values(message: WireMessage) -> tuple[bytes, tuple[bytes | None, ...]]:
    """Return the name of the prepared statement that a Bind runs, and its values as they were sent."""
    _portal, name, rest = message.body.split(b"\0", 2)
    (formats,) = struct.unpack_from("!h", rest)
    return name, tuple(_bound_values(rest, 2 + 2 * formats))


def _bound_values(rest: bytes, at: int) -> Iterator[bytes | None]:
    (count,) = struct.unpack_from("!h", rest, at)
    at += 2
    for _ in range(count):
        (length,) = struct.unpack_from("!i", rest, at)
        at += LENGTH_SIZE
        if length == NULL_LENGTH:
            yield None
            continue
        yield rest[at : at + length]
        at += length
