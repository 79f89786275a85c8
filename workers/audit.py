"""`python -m workers.audit`: the invariants, one line each with what was counted; exit 1 when one is broken."""

import asyncio
import os
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.settings import AuditSettings, or_exit, read_audit_settings
from domain.store.unit_of_work import Bell, connect, database
from workers.books import read_books
from workers.invariants import INVARIANTS, Finding
from workers.stripe_gateway import Stripe, open_client

LOOKS_AGAIN = 2
BETWEEN_LOOKS = 2.0  # seconds


async def audit(settings: AuditSettings) -> list[Finding]:
    """Look at each promise; what is broken is looked at again, as Stripe and we are not read at the same instant."""
    engine = connect(settings.database_url, size=2)
    client = open_client(settings.stripe_secret_key, settings.stripe_api_url)
    try:
        findings = await _look(engine, client)
        for _ in range(LOOKS_AGAIN):
            if any(finding.breaches for finding in findings):
                await asyncio.sleep(BETWEEN_LOOKS)
                findings = await _look(engine, client)
    finally:
        await client.close()
        await engine.dispose()
    return findings


async def _look(engine: AsyncEngine, client: Stripe) -> list[Finding]:
    books = await read_books(database(engine, _no_bells), client)
    return [invariant(books) for invariant in INVARIANTS]


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


def main() -> int:
    """Print the report; 0 when all promises hold, 1 when one is broken."""
    settings = or_exit(read_audit_settings, os.environ)
    findings = asyncio.run(audit(settings))
    print(report(findings))
    return 1 if any(finding.breaches for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
