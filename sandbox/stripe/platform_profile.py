"""What Stripe knows of the platform and lets it do; it comes from a file, or by a control call."""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from sandbox.stripe.documents import Document, DocumentStore
from sandbox.stripe.stripe_refusals import StripeRefusal, invalid_request, missing_permission

PROFILE_KIND, PROFILE_ID = "platform_profile", "profile"
# Stripe's names of the permissions of a restricted key, by the part of the path that they open.
PERMISSION_BY_RESOURCE = {
    "account": "account",
    "accounts": "accounts",
    "account_links": "account_links",
    "balance": "balance",
    "balance_transactions": "balance_transaction_source",
    "charges": "charge",
    "checkout": "checkout_session",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "files": "file",
    "payment_intents": "payment_intent",
    "payment_method_configurations": "payment_method_configurations",
    "payment_methods": "payment_method",
    "payouts": "payout",
    "refunds": "refund",
    "setup_intents": "setup_intent",
    "transfers": "transfer",
    "webhook_endpoints": "webhook",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformProfile:
    """The platform as Stripe sees it; the defaults are those of one that is set up and approved."""

    account: str = "acct_sandboxplatform"
    country: str = "US"
    is_transfers_approved: bool = True  # for accounts that only receive transfers
    is_complete: bool = True  # the questions of the platform profile are answered
    can_charge: bool = True  # else charges_enabled is false: only test charges are possible
    payment_methods: tuple[str, ...] = ("card",)  # as switched on in the dashboard
    settlement: tuple[str, ...] = ()  # currencies of its bank accounts, the default one first; empty: all settle
    settlement_rate: float = 0.5  # of what is converted to the first of them
    takes_card_fees: bool = True  # from each charge; else its fees are billed apart
    past_due: tuple[str, ...] = ()  # what Stripe asked of its owner, and waits for
    capabilities: tuple[str, ...] = ("card_payments", "transfers")  # the active ones
    webhook_endpoints: tuple[Document, ...] = ()  # {"url", "events", "connect"?, "status"?}
    key_permissions: tuple[str, ...] | None = None  # of a restricted key, such as customer_write; None: a full key


def read_profile(documents: DocumentStore) -> PlatformProfile:
    """Return the profile, which is the default until it is changed."""
    stored = documents.get(PROFILE_KIND, PROFILE_ID)
    return PlatformProfile() if stored is None else change_profile(PlatformProfile(), stored["profile"])


def change_profile(profile: PlatformProfile, changes: Document) -> PlatformProfile:
    """Return the profile with these changes. Raise ValueError for a name that it has not."""
    if unknown := changes.keys() - {field.name for field in fields(PlatformProfile)}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    lists = {name: tuple(value) for name, value in changes.items() if isinstance(value, list)}
    return replace(profile, **{**changes, **lists})


def save_profile(documents: DocumentStore, profile: PlatformProfile) -> None:
    """Keep the profile with the objects."""
    documents.put(PROFILE_KIND, {"id": PROFILE_ID, "profile": asdict(profile)})


def load_profile(documents: DocumentStore, path: Path) -> None:
    """Take the profile from a JSON file. Raise ValueError for a name that it has not."""
    save_profile(documents, change_profile(PlatformProfile(), json.loads(path.read_text(encoding="utf-8"))))


def require_permission(profile: PlatformProfile, key: str, verb: str, path: str) -> None:
    """Raise StripeRefusal (403, without a code) when the key lacks the permission for this call."""
    if profile.key_permissions is None:
        return
    resource = PERMISSION_BY_RESOURCE.get(path.strip("/").split("/")[1], "unknown")
    allowed = {f"{resource}_write"} if verb != "GET" else {f"{resource}_read", f"{resource}_write"}
    if not allowed & set(profile.key_permissions):
        raise missing_permission(key, profile.account, f"rak_{min(allowed)}")


def refuse_account(profile: PlatformProfile, capabilities: list[str]) -> StripeRefusal | None:
    """Return why the platform may not create an account with these capabilities; None when it may."""
    if not profile.is_complete:
        return invalid_request(
            "You must complete your platform profile to use Connect and create live connected accounts. Visit"
            " https://dashboard.stripe.com/connect/accounts/overview to answer the questionnaire."
        )
    if "transfers" in capabilities and "card_payments" not in capabilities and not profile.is_transfers_approved:
        return invalid_request(
            "Your platform needs approval for accounts to have requested the `transfers` capability without the"
            " `card_payments` capability. If you would like to request transfers without card_payments, please contact"
            " us via https://support.stripe.com/contact."
        )
    return None


def require_charges(profile: PlatformProfile) -> None:
    """Raise StripeRefusal when Stripe has not activated the platform for charges."""
    if not profile.can_charge:
        raise invalid_request(
            "Your account cannot currently make live charges. If you are a site owner, please activate your account at"
            " https://dashboard.stripe.com/account/onboarding to remove this limitation.",
            code="testmode_charges_only",
        )
