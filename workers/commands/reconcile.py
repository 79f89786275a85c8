"""`python -m workers.reconcile`: compare everything with Stripe now, and exit with 1 when there is a discrepancy.

It exits with 2 when the database belongs to another Stripe account or mode.

After a restore from a backup, run this before you start the workers, so that nothing is paid a second time.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from domain.database.unit_of_work import QueueJob, create_database_engine, create_unit_of_work_factory
from domain.payments.stripe_platform_repository import OtherPlatformError
from domain.reconciliation.discrepancy import Discrepancy, build_discrepancy_args
from domain.reconciliation.repository import list_open_discrepancies_after
from domain.settings.settings import (
    INVALID_SETTINGS_EXIT_CODE,
    AuditSettings,
    read_audit_settings,
    read_settings_or_exit,
)
from workers.engine.worker_context import WorkerContext
from workers.reconciliation.reconciler import reconcile_everything
from workers.registers import build_worker_registers
from workers.stripe.gateway import open_stripe_gateway
from workers.stripe.platform.platform_check import check_platform, is_live_key

MAX_PRINTED = 1_000


@asynccontextmanager
async def comparing(settings: AuditSettings) -> AsyncIterator[WorkerContext]:
    """A worker that only compares. Raise OtherPlatformError when the key is not of the account of our rows."""
    engine = create_database_engine(settings.database_url, pool_size=4, bounded=False)
    client = open_stripe_gateway(
        settings.stripe_secret_key, settings.stripe_api_url, platform_confirmed=asyncio.Event()
    )
    database = create_unit_of_work_factory(engine, _enqueue_nothing, build_worker_registers())
    try:
        await check_platform(database, client, is_live=is_live_key(settings.stripe_secret_key))
        name = f"reconcile:{os.getpid()}"
        yield WorkerContext(database=database, stripe=client, name=name, saga_slots=asyncio.Semaphore(1))
    finally:
        await client.close()
        await engine.dispose()


async def find_discrepancies(settings: AuditSettings) -> Sequence[Discrepancy]:
    """Compare everything and return the open discrepancies of all campuses."""
    async with comparing(settings) as context:
        await reconcile_everything(context)
        async with context.database() as work:
            return await list_open_discrepancies_after(work, 0, MAX_PRINTED)


async def _enqueue_nothing(_queue_jobs: Sequence[QueueJob]) -> None:
    """Enqueue nothing: the sweeper of a worker finds what was stored."""


def format_discrepancies(found: Sequence[Discrepancy]) -> str:
    """Return a line for each discrepancy."""
    lines = [f"{len(found)} discrepancies between our rows and Stripe"]
    for each in found:
        texts = build_discrepancy_args(each)
        lines.append(
            f"  {texts['number']}: {texts['kind']} {texts['subject']}, order {texts['order']}: "
            f"here {texts['local_value']}, at Stripe {texts['remote_value']} ({texts['note']})"
        )
    return "\n".join(lines)


def main() -> int:
    """Print the discrepancies; return 0 when there are none."""
    settings = read_settings_or_exit(read_audit_settings, os.environ)
    try:
        found = asyncio.run(find_discrepancies(settings))
    except OtherPlatformError as other:
        print(other, file=sys.stderr)
        return INVALID_SETTINGS_EXIT_CODE
    print(format_discrepancies(found))
    return 1 if found else 0
