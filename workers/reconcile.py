"""`python -m workers.reconcile`: compare everything with Stripe now; exit 1 when something differs.

After a database was restored from a backup: run this before the workers are started, so that nothing is paid again.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from domain.difference import Difference
from domain.settings import AuditSettings, or_exit, read_audit_settings
from domain.store.differences import next_open, words_of
from domain.store.unit_of_work import Bell, connect, database
from workers.reconciling.rounds import reconcile_everything
from workers.stripe_gateway import open_client
from workers.workshop import Workshop

MOST_PRINTED = 1_000


async def compare(settings: AuditSettings) -> Sequence[Difference]:
    """All that differs now, on every campus."""
    engine = connect(settings.database_url, size=4)
    client = open_client(settings.stripe_secret_key, settings.stripe_api_url)
    store = database(engine, _no_bells)
    try:
        name = f"reconcile:{os.getpid()}"
        await reconcile_everything(Workshop(database=store, stripe=client, name=name, room=asyncio.Semaphore(1)))
        async with store() as work:
            return await next_open(work, 0, MOST_PRINTED)
    finally:
        await client.close()
        await engine.dispose()


async def _no_bells(_bells: Sequence[Bell]) -> None:
    """The workers' sweep finds what was stored."""


def report(found: Sequence[Difference]) -> str:
    """One line a difference."""
    lines = [f"{len(found)} differences between our rows and Stripe's"]
    for each in found:
        said = words_of(each)
        lines.append(
            f"  {said['number']}: {said['kind']} {said['subject']}, order {said['order']}: "
            f"ours {said['ours']}, theirs {said['theirs']} ({said['note']})"
        )
    return "\n".join(lines)


def main() -> int:
    """Print what differs; 0 when nothing does."""
    found = asyncio.run(compare(or_exit(read_audit_settings, os.environ)))
    print(report(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
