"""What `auto_explain` logs of each statement: its text, its time, the blocks that it read, the tables read whole."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Of sessions that begin afterwards. Nested: the checks of foreign keys and what triggers do are statements too.
SETTINGS = (
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_analyze = on",
    "auto_explain.log_timing = off",
    "auto_explain.log_buffers = on",
    "auto_explain.log_nested_statements = on",
    "auto_explain.log_format = json",
)
LOG_LINE_PREFIX = "ALTER SYSTEM SET log_line_prefix = '%d '"  # the database
_BEGIN = re.compile(r"(\w+) LOG:  duration: ([\d.]+) ms  plan:\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One execution of a statement."""

    text: str
    milliseconds: float
    blocks: int  # hit or read, of tables and indexes
    scanned: tuple[str, ...]  # tables read from end to end


@dataclass(slots=True, kw_only=True)
class PostgresLog:
    """The log, as far as it was read."""

    path: Path
    offset: int = 0

    def read_new(self, database: str) -> list[Explained]:
        """Return what was logged about this database since the last reading, and forget that about the others."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            written = file.read()
        whole = written.rfind(b"\n") + 1
        self.offset += whole
        lines = written[:whole].decode(errors="replace").split("\n")
        return [found for name, found in _entries(lines) if name == database]


def _entries(lines: list[str]) -> Iterator[tuple[str, Explained]]:
    at = 0
    while at < len(lines):
        begin, at = _BEGIN.fullmatch(lines[at]), at + 1
        if begin is None:
            continue
        body = []
        while at < len(lines) and lines[at].startswith("\t"):
            body.append(lines[at])
            at += 1
        with suppress(json.JSONDecodeError):  # two processes wrote at once; of a few of thousands it does not matter
            yield begin[1], _explained(json.loads("\n".join(body)), float(begin[2]))


def _explained(entry: Mapping[str, Any], milliseconds: float) -> Explained:
    plan = entry["Plan"]
    return Explained(
        text=" ".join(str(entry["Query Text"]).split()),
        milliseconds=milliseconds,
        blocks=plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0),
        scanned=tuple(sorted(set(_scanned(plan)))),
    )


def _scanned(node: Mapping[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan" and node.get("Actual Loops", 1):
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scanned(below)
