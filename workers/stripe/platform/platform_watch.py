"""The check of the platform while Stripe does not say which account the key is of."""

import asyncio

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.payments.stripe_platform_repository import OtherPlatformError
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.stripe.gateway import StripeGateway
from workers.stripe.platform.platform_check import check_platform

PLATFORM_CHECK_RETRY_SECONDS = Timeout.PLATFORM_CHECK_RETRY.seconds

log = get_logger(__name__)


async def check_platform_later(
    database: UnitOfWorkFactory, client: StripeGateway, stopping: asyncio.Event, *, is_live: bool
) -> None:
    """Check again until Stripe says which account the key is of; stop the worker when it is another one."""
    while True:
        await asyncio.sleep(PLATFORM_CHECK_RETRY_SECONDS)
        try:
            if await check_platform(database, client, is_live=is_live):
                return
        except OtherPlatformError as other:
            log.warning("stripe_platform_differs", error=other)
            stopping.set()
            return
        except Exception as exception:
            log.warning("stripe_platform_unchecked", error=exception)
