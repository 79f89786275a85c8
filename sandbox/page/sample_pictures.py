"""Two sample photos, a receipt and a delivery, drawn from text and encoded on request."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Final

DOT_PIXELS: Final = 12  # width and height of one dot

Colour = tuple[int, int, int]

_COLOURS: Final[Mapping[str, Colour]] = {
    ".": (190, 152, 112),  # the table
    ",": (181, 143, 103),
    "w": (252, 252, 248),  # paper, and a white wall
    "s": (222, 220, 212),  # shade
    "k": (70, 70, 78),  # ink
    "g": (168, 168, 174),  # faint ink
    "b": (214, 118, 42),  # a paper bag
    "B": (182, 94, 30),
    "G": (64, 146, 84),  # the shop's logo
    "d": (96, 124, 150),  # a door
    "D": (78, 104, 128),
    "h": (238, 200, 92),  # its handle
    "f": (196, 190, 180),  # the floor
    "F": (182, 176, 166),
    "W": (238, 234, 226),
}

PICTURES: Final[Mapping[str, tuple[str, ...]]] = {
    "receipt": (
        "......,......................,..",
        "..,.....wwwwwwwwwwwwwwww........",
        "........wwwwwwwwwwwwwwwws...,...",
        "....,...wwwwkkkkkkkkwwwws.......",
        "........wwwwkkkkkkkkwwwws.......",
        ".,......wwwwwwwwwwwwwwwws....,..",
        "........wwwwwggggggwwwwws.......",
        "........wwwwwwwwwwwwwwwws.......",
        "...,....wwkkkkkkwwwkkkwws.,.....",
        "........wwwwwwwwwwwwwwwws.......",
        "........wwkkkkwwwwwkkkwws.......",
        ".....,..wwwwwwwwwwwwwwwws.......",
        "........wwkkkkkkkwwkkkwws....,..",
        ".,......wwwwwwwwwwwwwwwws.......",
        "........wwgwgwgwgwgwgwgws.......",
        "........wwwwwwwwwwwwwwwws.......",
        "....,...wwkkkkwwwkkkkkwws..,....",
        "........wwkkkkwwwkkkkkwws.......",
        "........wwwwwwwwwwwwwwwws.......",
        "........wwgkggkkgkggkkwws.......",
        "..,.....wwgkggkkgkggkkwws.....,.",
        "........wwgkggkkgkggkkwws.......",
        "........wwwwwwwwwwwwwwwws.......",
        "........wswwswwswwswwswws...,...",
        ".....,...s..s..s..s..s..........",
        "................................",
    ),
    "delivery": (
        "WWWWWWWWWDDDDDDDDDDDDDDDWWWWWWWW",
        "WWWWWWWWWDdddddddddddddDWWWWWWWW",
        "WWWWWWWWWDdddddddddddddDWWWWWWWW",
        "WWWwwwWWWDddDDDDdDDDDddDWWWWWWWW",
        "WWWwkwWWWDddDdddddddDddDWWWWWWWW",
        "WWWwkwWWWDddDdddddddDddDWWWWWWWW",
        "WWWwwwWWWDddDdddddddDddDWWWWWWWW",
        "WWWWWWWWWDddDDDDdDDDDddDWWWWWWWW",
        "WWWWWWWWWDdddddddddddddDWWWWWWWW",
        "WWWWWWWWWDdddddddddddhhDWWWWWWWW",
        "WWWWWWWWWDdddddddddddhdDWWWWWWWW",
        "WWWWWWWWWDdddkkkkkkddddDWWWWWWWW",
        "WWWWWWWWWDddkddddddkdddDWWWWWWWW",
        "WWWWWWWWWDbbkbbbbbbkbbBDWWWWWWWW",
        "WWWWWWWWWDbbbbbbbbbbbbBDWWWWWWWW",
        "WWWWWWWWWDbbbbbGGbbbbbBDWWWWWWWW",
        "WWWWWWWWWDbbbbGGGGbbbbBDWWWWWWWW",
        "ssssssssssbbbGGwwGGbbbBsssssssss",
        "ffffffffffbbbbGGGGbbbbBfffffffff",
        "ffffFffffFbbbbbGGbbbbbBffffFffff",
        "ffffffffffbbbbbbbbbbbbBfffffffff",
        "ffFffffffFFFFFFFFFFFFFFFFffffFff",
        "fffffffffffFFFFFFFFFFFFfffffffff",
        "ffffffFffffffffffffffffffFffffff",
    ),
}


def paint_picture(name: str) -> bytes:
    """Return the picture as a PNG; raise KeyError for an unknown name."""
    rows = PICTURES[name]
    lines = [_paint_line(row) for row in rows for _ in range(DOT_PIXELS)]
    return _encode_png(len(rows[0]) * DOT_PIXELS, len(lines), lines)


def _paint_line(row: str) -> bytes:
    return b"".join(bytes(_COLOURS[dot]) * DOT_PIXELS for dot in row)


def _encode_png(width: int, height: int, lines: Iterable[bytes]) -> bytes:
    """Encode lines of eight bits per colour without a filter (PNG specification, 11.2)."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _encode_chunk(b"IHDR", header)
        + _encode_chunk(b"IDAT", body)
        + _encode_chunk(b"IEND", b"")
    )


def _encode_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
