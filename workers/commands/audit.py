"""`python -m workers.audit`: check the invariants, print one line for each, and exit with 1 when one is broken.

It exits with 2 when the database belongs to another Stripe account or mode.
With `--days N` it compares the orders that changed in the last N days or are open; sums still cover everything.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from domain.database.unit_of_work import (
    QueueJob,
    UnitOfWorkFactory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.payments.stripe_platform_repository import OtherPlatformError
from domain.registers import build_registers
from domain.settings.settings import (
    INVALID_SETTINGS_EXIT_CODE,
    AuditSettings,
    read_audit_settings,
    read_settings_or_exit,
)
from domain.settings.timeouts import Timeout
from workers.audit.admin_acts.own_acts import describe_own_acts
from workers.audit.invariants import INVARIANTS, Finding
from workers.audit.snapshot import AuditSnapshot, Coverage
from workers.audit.snapshot_reader import read_snapshot, read_window
from workers.stripe.gateway import StripeGateway, open_stripe_gateway
from workers.stripe.platform.platform_check import is_live_key, require_remembered_platform

MAX_RECHECKS = 2
RECHECK_DELAY_SECONDS = Timeout.AUDIT_RECHECK.seconds
MAX_DAYS = 3_650


async def audit(settings: AuditSettings, days: int | None = None) -> tuple[AuditSnapshot, list[Finding]]:
    """Check each invariant, and check again while one is broken.

    Stripe and Postgres are not read at the same instant, so that money in flight may look like a breach. Raise
    OtherPlatformError when the key is of another account, or of the other mode, than our rows.
    """
    engine = create_database_engine(settings.database_url, pool_size=2, bounded=False)
    client = open_stripe_gateway(settings.stripe_secret_key, settings.stripe_api_url)
    is_live = is_live_key(settings.stripe_secret_key)
    try:
        await require_remembered_platform(_open_database(engine), client, is_live=is_live)
        snapshot, findings = await _check_invariants(engine, client, days)
        for _ in range(MAX_RECHECKS):
            if any(finding.breaches for finding in findings):
                await asyncio.sleep(RECHECK_DELAY_SECONDS)
                snapshot, findings = await _check_invariants(engine, client, days)
    finally:
        await client.close()
        await engine.dispose()
    return snapshot, findings


async def _check_invariants(
    engine: AsyncEngine, client: StripeGateway, days: int | None
) -> tuple[AuditSnapshot, list[Finding]]:
    if days is None:
        snapshot = await read_snapshot(_open_database(engine), client)
    else:
        one_moment = engine.execution_options(isolation_level="REPEATABLE READ")
        snapshot = await read_window(_open_database(one_moment), client, days)
    return snapshot, [invariant(snapshot) for invariant in INVARIANTS]


def _open_database(engine: AsyncEngine) -> UnitOfWorkFactory:
    return create_unit_of_work_factory(engine, _enqueue_nothing, build_registers())


async def _enqueue_nothing(_queue_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing: an audit only reads."""


def format_findings(findings: Sequence[Finding]) -> str:
    """Return a line for each invariant, and below it a line for each breach."""
    lines = []
    for finding in findings:
        verdict = "ok    " if not finding.breaches else "BROKEN"
        lines.append(f"{finding.name:<4}{verdict} {finding.description} ({finding.counted})")
        lines.extend(f"      - {breach}" for breach in finding.breaches)
    return "\n".join(lines)


def describe(snapshot: AuditSnapshot, coverage: Coverage) -> str:
    """Return a line with the window, the orders and objects that were compared, and what was summed over everything."""
    return (
        f"Window: {coverage.days} days, since {coverage.since:%Y-%m-%d %H:%M} UTC. "
        f"Compared: {len(snapshot.orders)} of {coverage.orders} orders, changed or open; "
        f"{coverage.listed} Stripe objects made since then, {coverage.retrieved} older ones of these orders, "
        f"asked for one by one. Summed over everything: {coverage.postings} postings, {coverage.accounts} accounts."
    )


def describe_set_aside(set_aside: Mapping[str, int]) -> str:
    """Return the line that says what was set aside."""
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(set_aside.items()))
    return f"Set aside, of others on this Stripe account or settled by an admin: {counted}."


def read_days(arguments: Sequence[str] | None) -> int | None:
    """Return the days of the window, or None for everything; print a wrong number to stderr and exit with 2."""
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
    """Print the report; return 0 when all invariants hold, 1 when one is broken, 2 with a key of another account."""
    days = read_days(arguments)
    settings = read_settings_or_exit(read_audit_settings, os.environ)
    try:
        snapshot, findings = asyncio.run(audit(settings, days))
    except OtherPlatformError as other:
        print(other, file=sys.stderr)
        return INVALID_SETTINGS_EXIT_CODE
    if snapshot.coverage is not None:
        print(describe(snapshot, snapshot.coverage))
    print(format_findings(findings))
    if snapshot.set_aside:
        print(describe_set_aside(snapshot.set_aside))
    print(describe_own_acts(snapshot.own_acts))
    return 1 if any(finding.breaches for finding in findings) else 0
