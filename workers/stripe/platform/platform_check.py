"""The check that the key belongs to the Stripe account and the mode that our rows are from."""

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.payments.stripe_platform_repository import (
    StripePlatform,
    keep_stripe_platform,
    read_stripe_platform,
    require_same_platform,
)
from domain.settings.logs import get_logger
from workers.engine.call_failures import CallFailed
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_payouts import retrieve_platform

LIVE_KEYS = ("sk_live_", "rk_live_")

log = get_logger(__name__)


def is_live_key(key: str) -> bool:
    """Return whether a secret or restricted key is of live mode."""
    return key.startswith(LIVE_KEYS)


async def check_platform(database: UnitOfWorkFactory, client: StripeGateway, *, is_live: bool) -> bool:
    """Return whether Stripe said which account the key is of; keep it at the first time.

    Until then nothing that Stripe does not know counts as gone.
    Raise OtherPlatformError when our rows are from another account, or from the other mode.
    """
    async with database() as work:
        await keep_stripe_platform(work, StripePlatform(is_live=is_live))
    try:
        platform = await retrieve_platform(client)
    except CallFailed as failure:  # Stripe is away, or the key may not read its own account
        log.warning("stripe_platform_unchecked", error=failure)
        return False
    async with database() as work:
        await keep_stripe_platform(work, StripePlatform(is_live=is_live, account=platform.id, country=platform.country))
    client.confirm_platform()
    return True


async def require_remembered_platform(database: UnitOfWorkFactory, client: StripeGateway, *, is_live: bool) -> bool:
    """As `check_platform`, but only read. Return False when Stripe did not say which account the key is of."""
    async with database() as work:
        kept = await read_stripe_platform(work)
    require_same_platform(kept, StripePlatform(is_live=is_live))
    try:
        platform = await retrieve_platform(client)
    except CallFailed:
        return False
    require_same_platform(kept, StripePlatform(is_live=is_live, account=platform.id))
    return True
