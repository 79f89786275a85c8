"""Finding out what a restricted key may do, by calls that change nothing."""

from collections.abc import Iterable
from typing import Any

from workers.engine.call_failures import KeyRefused, Refused
from workers.stripe.gateway import StripeCall, StripeGateway
from workers.stripe.objects.raw_object import RawObject
from workers.stripe.rate_limit import CallPriority

FILES_PERMISSION = "Files: write"  # without it a bank gets our text without photos, and all else works
NEEDED_PERMISSIONS = (  # as Stripe's dashboard names them
    "Customers: write",
    "Checkout Sessions: write",
    "Setup Intents: read",
    "PaymentMethods: write",
    "PaymentIntents: write",
    "Charges: read",
    "Refunds: write",
    "Disputes: write",
    FILES_PERMISSION,
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
ONE: Any = {"limit": 1}
NO_FILE: Any = {"purpose": "dispute_evidence"}


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
        v1.files.create_async(NO_FILE),
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
