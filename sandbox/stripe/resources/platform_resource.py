"""The platform itself: its account, its webhook endpoints, and the payment methods that are switched on."""

from sandbox.stripe.documents import Document
from sandbox.stripe.platform_profile import PlatformProfile
from sandbox.stripe.resources.account_resource import list_requirements
from sandbox.stripe.resources.list_pages import list_object
from sandbox.stripe.stripe_events import API_VERSION
from sandbox.stripe.stripe_world import StripeCall, define_endpoint

OFFERED_METHODS = ("alipay", "card", "grabpay", "link", "paynow", "us_bank_account")


def handle_retrieve_platform(call: StripeCall) -> Document:
    """GET /v1/account: the account that the key belongs to."""
    profile = call.world.profile
    banks = [
        {"id": f"ba_sandbox{currency}", "object": "bank_account", "country": profile.country, "currency": currency}
        for currency in profile.settlement
    ]
    return {
        "id": profile.account,
        "object": "account",
        "business_profile": {"name": "Sandbox", "url": None},
        "business_type": "company",
        "capabilities": {name: _status(profile, name) for name in ("card_payments", "transfers")},
        "charges_enabled": profile.can_charge,
        "country": profile.country,
        "default_currency": next(iter(profile.settlement), "usd"),
        "details_submitted": profile.is_complete,
        "email": "platform@example.com",
        "external_accounts": list_object(banks, f"/v1/accounts/{profile.account}/external_accounts"),
        "payouts_enabled": not profile.past_due,
        "requirements": {**list_requirements(list(profile.past_due)), "eventually_due": []},
        "settings": {"dashboard": {"display_name": "Sandbox", "timezone": "Etc/UTC"}},
        "type": "standard",
    }


def handle_list_webhook_endpoints(call: StripeCall) -> Document:
    """GET /v1/webhook_endpoints: as in the profile; one for connected accounts names the platform's application."""
    found = [
        {
            "id": f"we_sandbox{number}",
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": "ca_sandbox" if endpoint.get("connect") else None,
            "created": 0,
            "description": None,
            "enabled_events": list(endpoint["events"]),
            "livemode": False,
            "metadata": {},
            "status": endpoint.get("status", "enabled"),
            "url": endpoint["url"],
        }
        for number, endpoint in enumerate(call.world.profile.webhook_endpoints, start=1)
    ]
    return list_object(found, "/v1/webhook_endpoints")


def handle_list_payment_method_configurations(call: StripeCall) -> Document:
    """GET /v1/payment_method_configurations: the default one, with what the profile switches on."""
    methods = {
        name: {
            "available": name in call.world.profile.payment_methods,
            "display_preference": {
                "overridable": None,
                "preference": "none",
                "value": "on" if name in call.world.profile.payment_methods else "off",
            },
        }
        for name in sorted({*OFFERED_METHODS, *call.world.profile.payment_methods})
    }
    default: Document = {
        "id": "pmc_sandbox",
        "object": "payment_method_configuration",
        "active": True,
        "application": None,
        "is_default": True,
        "livemode": False,
        "name": "Default",
        "parent": None,
        **methods,
    }
    return list_object([default], "/v1/payment_method_configurations")


def _status(profile: PlatformProfile, capability: str) -> str:
    return "active" if capability in profile.capabilities else "inactive"


ENDPOINTS = (
    define_endpoint("GET /v1/account", "account_retrieve_current", handle_retrieve_platform),
    define_endpoint("GET /v1/webhook_endpoints", "webhook_endpoint_list", handle_list_webhook_endpoints, "limit"),
    define_endpoint(
        "GET /v1/payment_method_configurations",
        "payment_method_configuration_list",
        handle_list_payment_method_configurations,
        "limit",
    ),
)
