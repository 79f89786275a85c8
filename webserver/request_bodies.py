"""Reading a request's body: at most so many bytes, in so much time, and with a bound on all bodies not yet verified."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from aiohttp import web

from domain.settings.timeouts import Timeout
from webserver.http_refusals import HttpRefusal

BODY_TIMEOUT_SECONDS = Timeout.HTTP_BODY.seconds
MAX_UNVERIFIED_BYTES = 8 * 1024 * 1024  # of all bodies together
MIN_READING_SECONDS = Timeout.HTTP_BODY_LEAST.seconds


@dataclass(slots=True, kw_only=True, eq=False)
class BodyReading:
    """A body that is being read and that nobody vouches for."""

    began_at: float  # seconds of the monotonic clock
    deadline: asyncio.Timeout
    received_bytes: int = 0
    is_given_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyRoom:
    """The bodies that are being read before a signature can be verified, and how many bytes they may have together."""

    max_bytes: int = MAX_UNVERIFIED_BYTES
    readings: list[BodyReading] = field(default_factory=list)  # the oldest first


class RoomVerdict(Enum):
    """Whether more bytes of a body fit."""

    FITS = "fits"
    GIVE_UP_OLDEST = "give up oldest"
    FULL = "full"


def judge_room(readings: Sequence[BodyReading], max_bytes: int, more_bytes: int, now: float) -> RoomVerdict:
    """Return whether so many more bytes fit; if not, the oldest body makes room when it has had its second.

    Who sends slowly is given up for who sends at once, so that slow bodies do not keep genuine events out.
    """
    if sum(each.received_bytes for each in readings) + more_bytes <= max_bytes:
        return RoomVerdict.FITS
    if readings and now - readings[0].began_at >= MIN_READING_SECONDS:
        return RoomVerdict.GIVE_UP_OLDEST
    return RoomVerdict.FULL


async def read_body(
    request: web.Request, *, max_bytes: int, timeout: float, room: BodyRoom | None = None
) -> bytes | HttpRefusal:
    """Return the body, or why it is refused. `timeout` is in seconds, for the whole body.

    With a `room` it is read under the bound of the unverified ones.
    """
    if (request.content_length or 0) > max_bytes:
        return HttpRefusal.BODY_TOO_LARGE
    reading: BodyReading | None = None
    try:
        async with asyncio.timeout(timeout) as deadline:
            reading = BodyReading(began_at=time.monotonic(), deadline=deadline)
            return await _read_parts(request, reading, max_bytes, room)
    except TimeoutError:
        return HttpRefusal.NO_ROOM if reading is not None and reading.is_given_up else HttpRefusal.BODY_TOO_SLOW
    except (OSError, web.RequestPayloadError):  # the sender left, or chunks that are none
        return HttpRefusal.BODY_BROKEN
    finally:
        if room is not None and reading in room.readings:
            room.readings.remove(reading)


async def _read_parts(
    request: web.Request, reading: BodyReading, max_bytes: int, room: BodyRoom | None
) -> bytes | HttpRefusal:
    parts: list[bytes] = []
    if room is not None:
        room.readings.append(reading)
    while part := await request.content.readany():
        if room is not None and not _make_room(room, len(part)):
            return HttpRefusal.NO_ROOM
        reading.received_bytes += len(part)
        if reading.received_bytes > max_bytes:
            return HttpRefusal.BODY_TOO_LARGE
        parts.append(part)
    return b"".join(parts)


def _make_room(room: BodyRoom, more_bytes: int) -> bool:
    """Give up bodies until so many more bytes fit. Return False when they do not."""
    while True:
        now = time.monotonic()
        verdict = judge_room(room.readings, room.max_bytes, more_bytes, now)
        if verdict is not RoomVerdict.GIVE_UP_OLDEST:
            return verdict is RoomVerdict.FITS
        oldest = room.readings.pop(0)
        oldest.is_given_up = True
        oldest.deadline.reschedule(asyncio.get_running_loop().time())
