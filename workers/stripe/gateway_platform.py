"""The calls to Stripe about the platform itself: what it is, what its key may do, what its dashboard says."""

from workers.stripe.gateway import MAX_PAGE_SIZE, StripeGateway
from workers.stripe.objects.platform import (
    PaymentMethodSettings,
    PlatformAccount,
    RemovedObject,
    WebhookEndpoint,
    parse_payment_method_settings,
    parse_platform,
    parse_removed,
    parse_webhook_endpoints,
)
from workers.stripe.rate_limit import CallPriority


async def read_platform(client: StripeGateway) -> PlatformAccount:
    """Return the account that the key belongs to."""
    return await client.fetch(CallPriority.RECONCILE, client.v1.accounts.retrieve_current_async(), parse_platform)


async def list_webhook_endpoints(client: StripeGateway) -> tuple[WebhookEndpoint, ...]:
    """Return the webhook endpoints: Stripe allows fewer than a page has."""
    call = client.v1.webhook_endpoints.list_async({"limit": MAX_PAGE_SIZE})
    return await client.fetch(CallPriority.RECONCILE, call, parse_webhook_endpoints)


async def read_payment_method_settings(client: StripeGateway) -> PaymentMethodSettings:
    """Return which payment methods are switched on in the dashboard."""
    call = client.v1.payment_method_configurations.list_async({"limit": MAX_PAGE_SIZE})
    return await client.fetch(CallPriority.RECONCILE, call, parse_payment_method_settings)


async def delete_account(client: StripeGateway, account: str) -> RemovedObject:
    """Delete a connected account without a balance."""
    return await client.send(CallPriority.RECONCILE, client.v1.accounts.delete_async(account), parse_removed)


async def delete_customer(client: StripeGateway, customer: str) -> RemovedObject:
    """Delete a customer."""
    return await client.send(CallPriority.RECONCILE, client.v1.customers.delete_async(customer), parse_removed)


async def expire_checkout(client: StripeGateway, session: str) -> RemovedObject:
    """Close a Checkout page."""
    return await client.send(CallPriority.RECONCILE, client.v1.checkout.sessions.expire_async(session), parse_removed)
