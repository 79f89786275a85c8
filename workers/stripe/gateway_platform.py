"""The calls to Stripe about the platform itself: what it is, what its key may do, what its dashboard says."""

from collections.abc import Iterable
from typing import Any

from workers.engine.call_failures import KeyRefused, Refused
from workers.stripe.gateway import MAX_PAGE_SIZE, StripeCall, StripeGateway
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
from workers.stripe.objects.raw_object import RawObject
from workers.stripe.rate_limit import CallPriority

ONE: Any = {"limit": 1}
NEEDED_PERMISSIONS = (  # as Stripe's dashboard names them
    "Customers: write",
    "Checkout Sessions: write",
    "Setup Intents: read",
    "PaymentMethods: write",
    "PaymentIntents: write",
    "Charges: read",
    "Refunds: write",
    "Disputes: write",
    "Transfers: write",
    "Accounts: write",
    "Account Links: write",
    "Login Links: write",
    "Payouts: read",
    "Balance: read",
    "Balance transactions: read",
    "Events: read",
)
NOBODY = "campusg_check"  # the end of ids that Stripe does not have


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


def _harmless_calls(client: StripeGateway) -> Iterable[StripeCall]:
    """Return a call for each of NEEDED_PERMISSIONS, in that order: reads, and writes to objects that nobody has."""
    v1, link = client.v1, {"account": f"acct_{NOBODY}", "type": "account_onboarding"}
    pages: Any = {**link, "refresh_url": "https://t.me", "return_url": "https://t.me"}
    return (
        v1.customers.update_async(f"cus_{NOBODY}", {"metadata": {"check": "1"}}),
        v1.checkout.sessions.expire_async(f"cs_test_{NOBODY}"),
        v1.setup_intents.list_async(ONE),
        v1.payment_methods.detach_async(f"pm_{NOBODY}"),
        v1.payment_intents.cancel_async(f"pi_{NOBODY}"),
        v1.charges.list_async(ONE),
        v1.refunds.update_async(f"re_{NOBODY}", {"metadata": {"check": "1"}}),
        v1.disputes.update_async(f"dp_{NOBODY}", {"metadata": {"check": "1"}}),
        v1.transfers.update_async(f"tr_{NOBODY}", {"metadata": {"check": "1"}}),
        v1.accounts.update_async(f"acct_{NOBODY}", {"metadata": {"check": "1"}}),
        v1.account_links.create_async(pages),
        v1.accounts.login_links.create_async(f"acct_{NOBODY}"),
        v1.payouts.list_async(ONE),
        v1.balance.retrieve_async(),
        v1.balance_transactions.list_async(ONE),
        v1.events.list_async(ONE),
    )


async def find_missing_permissions(client: StripeGateway) -> frozenset[str]:
    """Return the permissions that the key lacks, as Stripe's dashboard names them. Raise CallFailed for other failures.

    An object that Stripe does not know is the answer to a call that is allowed.
    """
    missing = set()
    calls = dict(zip(NEEDED_PERMISSIONS, _harmless_calls(client), strict=True))
    try:
        for permission, call in calls.items():
            try:
                await client.fetch(CallPriority.RECONCILE, call, _ignore_answer)
            except KeyRefused as refusal:
                if refusal.access != "permission":
                    raise
                missing.add(permission)
            except Refused:
                continue
    finally:
        for call in calls.values():
            call.close()
    return frozenset(missing)


def _ignore_answer(_raw: RawObject) -> None:
    """Ignore what a harmless call returns."""
