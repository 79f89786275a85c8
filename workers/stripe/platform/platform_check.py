"""The check that the key belongs to the Stripe account and the mode that our rows are from."""

from domain.database.unit_of_work import UnitOfWorkFactory
from domain.payments.hold_repository import list_newest_payment_intents
from domain.payments.stripe_platform_repository import (
    StripePlatform,
    keep_stripe_platform,
    read_stripe_platform,
    require_same_platform,
)
from domain.settings.logs import get_logger
from workers.engine.call_failures import CallFailed, lacks_permission
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.gateway_payouts import retrieve_platform

LIVE_KEYS = ("sk_live_", "rk_live_")
MAX_PROBES = 3  # payments of ours that are asked for

log = get_logger(__name__)


def is_live_key(key: str) -> bool:
    """Return whether a secret or restricted key is of live mode."""
    return key.startswith(LIVE_KEYS)


async def check_platform(database: UnitOfWorkFactory, client: StripeGateway, *, is_live: bool) -> bool:
    """Return whether Stripe said which account the key is of; keep it at the first time.

    Until then nothing that Stripe does not know counts as gone. Of a restricted key that may not read its own account
    a payment of ours says it: who knows that one is the account that our rows are from.
    Raise OtherPlatformError when our rows are from another account, or from the other mode.
    """
    async with database() as work:
        await keep_stripe_platform(work, StripePlatform(is_live=is_live))
    try:
        platform = await retrieve_platform(client)
    except CallFailed as failure:
        if lacks_permission(failure) and await _knows_recent_payment(database, client):
            client.confirm_platform()
            return True
        log.warning("stripe_platform_unchecked", error=failure)
        return False
    async with database() as work:
        await keep_stripe_platform(work, StripePlatform(is_live=is_live, account=platform.id, country=platform.country))
    client.confirm_platform()
    return True


async def _knows_recent_payment(database: UnitOfWorkFactory, client: StripeGateway) -> bool:
    """Return whether Stripe knows one of our newest payments under this key."""
    async with database() as work:
        payments = await list_newest_payment_intents(work, MAX_PROBES)
    for payment_intent in payments:
        try:
            await retrieve_intent(client, payment_intent)
        except CallFailed as failure:  # of another account, or deleted with its test data
            log.info("payment_not_known", payment_intent=payment_intent, error=failure)
        else:
            return True
    return False


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
