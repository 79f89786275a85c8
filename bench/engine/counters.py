"""What a run cost: CPU seconds from /proc, and commits and bytes from the write-ahead log."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
CREATE_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_walinspect"
# A savepoint commits with its transaction and has no record of its own here. Records of other databases do not occur.
WAL_STATISTICS = (
    "SELECT sum(count) FILTER (WHERE \"resource_manager/record_type\" = 'Transaction/COMMIT') AS commits,"
    " sum(record_size) AS record_bytes, sum(fpi_size) AS image_bytes FROM pg_get_wal_stats($1, $2, true)"
)
PLACE = "SELECT pg_current_wal_insert_lsn()"
FLUSHED = "SELECT pg_current_wal_flush_lsn() >= $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalCount:
    """COMMIT records, bytes of records, and bytes of full-page images, which come once a page and checkpoint."""

    commits: int
    record_bytes: int
    image_bytes: int


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds of these processes, of their living children, and of all children that ended."""
    parents = {pid: stat for pid in _all_pids() if (stat := _read_stat(pid)) is not None}
    wanted = set(pids)
    while more := {pid for pid, stat in parents.items() if stat[0] in wanted} - wanted:
        wanted |= more
    return sum(parents[pid][1] for pid in wanted if pid in parents)


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]


def _read_stat(pid: int) -> tuple[int, float] | None:
    """Return the parent, and the CPU seconds with those of children that were waited for (proc(5))."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(ticks) for ticks in fields[11:15]) / TICKS


async def count_wal(server: Any, since: Any) -> WalCount:
    """Count the write-ahead log from this place until now. `server` is a connection of a superuser."""
    until = await server.fetchval(PLACE)
    row = await server.fetchrow(WAL_STATISTICS, since, until)
    return WalCount(
        commits=int(row["commits"] or 0),
        record_bytes=int(row["record_bytes"] or 0),
        image_bytes=int(row["image_bytes"] or 0),
    )
