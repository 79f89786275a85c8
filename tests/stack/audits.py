"""The two modes of the audit, for tests of breaches that both modes must find."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.database.unit_of_work import UnitOfWorkFactory
from workers.audit.account_sums import accounts_of_rows
from workers.audit.invariants import INVARIANTS, Finding
from workers.audit.snapshot import AuditSnapshot
from workers.audit.snapshot_reader import read_snapshot, read_window
from workers.stripe.gateway import StripeGateway

MODES = ("full", "window")
DAYS = 7  # days of the window


async def read_modes(database: UnitOfWorkFactory, stripe: StripeGateway) -> Mapping[str, AuditSnapshot]:
    """Return the snapshot that each audit mode reads; Postgres computes the sums over all rows."""
    full, window = await read_snapshot(database, stripe), await read_window(database, stripe, DAYS)
    assert window.coverage is not None
    summed = {code: amount for code, amount in window.coverage.wanted.items() if amount}
    assert summed == {code: amount for code, amount in accounts_of_rows(full).items() if amount}
    return dict(zip(MODES, (full, window), strict=True))


async def find_breaches_of_all(database: UnitOfWorkFactory, stripe: StripeGateway) -> Sequence[Finding]:
    """Return the invariants that the full audit finds breached: half as dear as both modes."""
    return _broken(await read_snapshot(database, stripe))


async def find_breaches(database: UnitOfWorkFactory, stripe: StripeGateway) -> Sequence[Finding]:
    """Return the breached invariants, which both modes must find.

    Fail unless they find the same, which they do while everything is younger than the window.
    """
    full, window = [_broken(snapshot) for snapshot in (await read_modes(database, stripe)).values()]
    assert [finding.name for finding in full] == [finding.name for finding in window], (full, window)
    return full


def broken(snapshot: AuditSnapshot) -> dict[str, tuple[str, ...]]:
    """Return name -> breaches of the invariants that fail; for changed rows Postgres would have computed other sums."""
    if snapshot.coverage is not None:
        snapshot = replace(snapshot, coverage=replace(snapshot.coverage, wanted=accounts_of_rows(snapshot)))
    return {finding.name: finding.breaches for finding in _broken(snapshot)}


def _broken(snapshot: AuditSnapshot) -> list[Finding]:
    return [finding for finding in (invariant(snapshot) for invariant in INVARIANTS) if finding.breaches]
