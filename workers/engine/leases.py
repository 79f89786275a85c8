"""The loop that renews the leases of the sagas that this worker runs."""

import asyncio

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.saga.repository import renew_leases
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext

RENEWAL_INTERVAL = Timeout.SAGA_LEASE_RENEWAL.seconds
RENEWAL_TIMEOUT = Timeout.SAGA_LEASE_RENEWING.seconds

log = get_logger(__name__)


async def keep_leases(database: UnitOfWorkFactory, context: WorkerContext) -> None:
    """Renew the leases until cancelled; a failed renewal is tried again.

    `database` has a connection of its own: a lease would run out while its renewal waits for a connection that sagas
    and timers use. This costs each worker one more connection.
    """
    while True:
        try:
            async with asyncio.timeout(RENEWAL_TIMEOUT):
                await _renew(database, context)
        except Exception as exception:
            log.warning("leases_not_renewed", error=exception)
        await asyncio.sleep(RENEWAL_INTERVAL)


async def _renew(database: UnitOfWorkFactory, context: WorkerContext) -> None:
    if context.running_saga_ids:
        async with database() as work:
            await renew_leases(work, context.name, list(context.running_saga_ids))
