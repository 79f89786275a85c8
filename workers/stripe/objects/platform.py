"""The platform's own account, its webhook endpoints, and its payment methods."""

from collections.abc import Iterator
from dataclasses import dataclass

from workers.stripe.objects.raw_object import RawObject, nested, optional_text

ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformAccount:
    """The account that the key belongs to. `bank_currencies` is None where Stripe does not list its bank accounts."""

    id: str
    country: str | None
    default_currency: str | None
    can_charge: bool
    can_pay_out: bool
    is_submitted: bool  # its owner answered Stripe's questions
    capabilities: frozenset[str]  # the active ones
    overdue: tuple[str, ...]  # what Stripe asks, and has waited for too long
    bank_currencies: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """An endpoint that Stripe sends events to; it listens to connected accounts, or to the platform's own events."""

    id: str
    url: str
    event_types: frozenset[str]  # "*" is every type
    is_enabled: bool
    is_connect: bool
    api_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodSettings:
    """Which payment methods are switched on in the dashboard, by Stripe's names."""

    switched_on: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedObject:
    """An object that was deleted, or closed."""

    id: str


def parse_platform(raw: RawObject) -> PlatformAccount:
    """Return the platform's account. Raise KeyError when its id is missing."""
    banks = raw.get("external_accounts")
    return PlatformAccount(
        id=raw["id"],
        country=optional_text(raw.get("country")),
        default_currency=optional_text(raw.get("default_currency")),
        can_charge=bool(raw.get("charges_enabled")),
        can_pay_out=bool(raw.get("payouts_enabled")),
        is_submitted=bool(raw.get("details_submitted")),
        capabilities=frozenset(name for name, status in nested(raw, "capabilities").items() if status == ACTIVE),
        overdue=tuple(str(each) for each in nested(raw, "requirements").get("past_due") or ()),
        bank_currencies=None if banks is None else frozenset(bank["currency"] for bank in banks.get("data", ())),
    )


def _parse_webhook_endpoint(raw: RawObject) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=raw["id"],
        url=raw["url"],
        event_types=frozenset(raw.get("enabled_events") or ()),
        is_enabled=raw.get("status") == "enabled",
        is_connect=raw.get("application") is not None,
        api_version=optional_text(raw.get("api_version")),
    )


def parse_removed(raw: RawObject) -> RemovedObject:
    """Return what was removed. Raise KeyError when its id is missing."""
    return RemovedObject(id=raw["id"])


def parse_webhook_endpoints(raw: RawObject) -> tuple[WebhookEndpoint, ...]:
    """Return all webhook endpoints of a list. Raise KeyError when an id or address is missing."""
    return tuple(_parse_webhook_endpoint(each) for each in raw["data"])


def parse_payment_method_settings(raw: RawObject) -> PaymentMethodSettings:
    """Return what the configurations of payment methods of a list switch on."""
    return PaymentMethodSettings(
        switched_on=frozenset(name for each in raw["data"] if each.get("active") for name in _switched_on(each))
    )


def _switched_on(configuration: RawObject) -> Iterator[str]:
    for name, value in configuration.items():
        if isinstance(value, dict) and nested(value, "display_preference").get("value") == "on":
            yield name
