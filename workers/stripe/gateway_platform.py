"""The calls to Stripe about the platform itself: what it is, what its key may do, what its dashboard says."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from workers.engine.call_failures import KeyRefused, Refused
from workers.stripe.gateway import MAX_PAGE_SIZE, StripeCall, StripeGateway
from workers.stripe.objects.platform import (
    PaymentMethodSettings,
    PlatformAccount,
    WebhookEndpoint,
    parse_payment_method_settings,
    parse_platform,
    parse_webhook_endpoints,
)
from workers.stripe.objects.raw_object import RawObject
from workers.stripe.rate_limit import CallPriority

ONE: Any = {"limit": 1}
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


def _calls_by_permission(client: StripeGateway) -> Mapping[str, StripeCall]:
    """Return a harmless call for each permission that we need: reads, and writes to objects that nobody has."""
    v1, link = client.v1, {"account": f"acct_{NOBODY}", "type": "account_onboarding"}
    pages: Any = {**link, "refresh_url": "https://t.me", "return_url": "https://t.me"}
    return MappingProxyType(
        {
            "Customers: write": v1.customers.update_async(f"cus_{NOBODY}", {"metadata": {"check": "1"}}),
            "Checkout Sessions: write": v1.checkout.sessions.expire_async(f"cs_test_{NOBODY}"),
            "Setup Intents: read": v1.setup_intents.list_async(ONE),
            "PaymentMethods: write": v1.payment_methods.detach_async(f"pm_{NOBODY}"),
            "PaymentIntents: write": v1.payment_intents.cancel_async(f"pi_{NOBODY}"),
            "Charges: read": v1.charges.list_async(ONE),
            "Refunds: write": v1.refunds.update_async(f"re_{NOBODY}", {"metadata": {"check": "1"}}),
            "Disputes: write": v1.disputes.update_async(f"dp_{NOBODY}", {"metadata": {"check": "1"}}),
            "Transfers: write": v1.transfers.update_async(f"tr_{NOBODY}", {"metadata": {"check": "1"}}),
            "Accounts: write": v1.accounts.update_async(f"acct_{NOBODY}", {"metadata": {"check": "1"}}),
            "Account Links: write": v1.account_links.create_async(pages),
            "Login Links: write": v1.accounts.login_links.create_async(f"acct_{NOBODY}"),
            "Payouts: read": v1.payouts.list_async(ONE),
            "Balance: read": v1.balance.retrieve_async(),
            "Balance transactions: read": v1.balance_transactions.list_async(ONE),
            "Events: read": v1.events.list_async(ONE),
        }
    )


async def find_missing_permissions(client: StripeGateway) -> frozenset[str]:
    """Return the permissions that the key lacks, as Stripe's dashboard names them. Raise CallFailed for other failures.

    An object that Stripe does not know is the answer to a call that is allowed.
    """
    missing = set()
    calls = _calls_by_permission(client)
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
