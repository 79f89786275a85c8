"""`python -m workers.audit`: the invariants, one line each with what was counted; exit 1 when one is broken.

With `--days N` it compares the orders that changed in the last N days, or are still open; all sums stay whole.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.settings import AuditSettings, or_exit, read_audit_settings
from domain.store.unit_of_work import Bell, connect, database
from workers.books import Books, Coverage, read_books
from workers.invariants import INVARIANTS, Finding
from workers.stripe_gateway import Stripe, open_client
from workers.window_books import read_window

LOOKS_AGAIN = 2
BETWEEN_LOOKS = 2.0  # seconds
MAX_DAYS = 3_650  # of a window


async def audit(settings: AuditSettings, days: int | None = None) -> tuple[Books, list[Finding]]:
    """Look at each promise; what is broken is looked at again, as Stripe and we are not read at the same instant."""
    engine = connect(settings.database_url, size=2)
    client = open_client(settings.stripe_secret_key, settings.stripe_api_url)
    try:
        books, findings = await _look(engine, client, days)
        for _ in range(LOOKS_AGAIN):
            if any(finding.breaches for finding in findings):
                await asyncio.sleep(BETWEEN_LOOKS)
                books, findings = await _look(engine, client, days)
    finally:
        await client.close()
        await engine.dispose()
    return books, findings


async def _look(engine: AsyncEngine, client: Stripe, days: int | None) -> tuple[Books, list[Finding]]:
    if days is None:
        books = await read_books(database(engine, _no_bells), client)
    else:
        one_moment = engine.execution_options(isolation_level="REPEATABLE READ")
        books = await read_window(database(one_moment, _no_bells), client, days)
    return books, [invariant(books) for invariant in INVARIANTS]


async def _no_bells(_bells: Sequence[Bell]) -> None:
    """An audit changes nothing, so there is nothing to ring for."""


def report(findings: Sequence[Finding]) -> str:
    """One line a promise, and one a breach below it."""
    lines = []
    for finding in findings:
        verdict = "ok    " if not finding.breaches else "BROKEN"
        lines.append(f"{finding.name:<4}{verdict} {finding.promise} ({finding.counted})")
        lines.extend(f"      - {breach}" for breach in finding.breaches)
    return "\n".join(lines)


def describe(books: Books, coverage: Coverage) -> str:
    """One line: the window, the orders and objects that were compared in it, and the sums over everything."""
    return (
        f"Window: {coverage.days} days, since {coverage.since:%Y-%m-%d %H:%M} UTC. "
        f"Compared: {len(books.orders)} of {coverage.orders} orders, changed or open; "
        f"{coverage.listed} Stripe objects made since then, {coverage.retrieved} older ones of these orders, "
        f"asked for one by one. Summed over everything: {coverage.postings} postings, {coverage.accounts} accounts."
    )


def read_days(arguments: Sequence[str] | None) -> int | None:
    """The days of the window, None for everything; a wrong number is told on stderr, and the process ends with 2."""
    parser = argparse.ArgumentParser(prog="python -m workers.audit", description="Check the invariants.")
    parser.add_argument(
        "--days", type=_whole_days, metavar="N", help="compare the orders of the last N days and the open ones only"
    )
    days: int | None = parser.parse_args(arguments).days
    return days


def _whole_days(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= 9 and 1 <= int(word) <= MAX_DAYS):
        raise argparse.ArgumentTypeError(f"the window is a whole number of days from 1 to {MAX_DAYS}, not {word!r}")
    return int(word)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; 0 when all promises hold, 1 when one is broken."""
    days = read_days(arguments)
    settings = or_exit(read_audit_settings, os.environ)
    books, findings = asyncio.run(audit(settings, days))
    if books.coverage is not None:
        print(describe(books, books.coverage))
    print(report(findings))
    return 1 if any(finding.breaches for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
