"""Connected accounts of runners, their onboarding links, and pay-outs from them to a bank."""

from dataclasses import dataclass
from enum import StrEnum

from domain.payouts.model import AccountTrouble
from workers.stripe.objects.raw_object import RawObject, nested, optional_text, parse_status


class CapabilityStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    PENDING = "pending"
    UNKNOWN = "unknown"  # also where the capability was not requested


class BankPayoutStatus(StrEnum):
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAccount:
    """A connected account."""

    id: str
    transfers: CapabilityStatus
    country: str | None = None
    payouts_enabled: bool = True
    has_due: bool = False  # Stripe asks the owner for something
    has_past_due: bool = False

    @property
    def trouble(self) -> AccountTrouble | None:
        """Return what Stripe lacks of an account that can receive transfers; None for one that cannot, too."""
        if not self.can_receive_transfers:
            return None
        if self.has_past_due:
            return AccountTrouble.PAST_DUE
        if not self.payouts_enabled:
            return AccountTrouble.NO_PAYOUTS
        return AccountTrouble.DUE if self.has_due else None

    @property
    def needs_onboarding(self) -> bool:
        """Return whether its owner must answer something; else the link is the one to their dashboard at Stripe."""
        return self.has_due or self.has_past_due or not self.can_receive_transfers

    @property
    def can_receive_transfers(self) -> bool:
        """Return whether Stripe says that transfers to this account are possible."""
        return self.transfers is CapabilityStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """A link to the onboarding of an account; it works once, for a few minutes."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPayout:
    """A pay-out of `amount` minor units from a connected account to its bank."""

    id: str
    status: BankPayoutStatus
    amount: int
    currency: str


def parse_account(raw: RawObject) -> StripeAccount:
    """Return a connected account. Raise KeyError when its id is missing."""
    due = nested(raw, "requirements")
    return StripeAccount(
        id=raw["id"],
        transfers=parse_transfers_capability(raw),
        country=optional_text(raw.get("country")),
        payouts_enabled=bool(raw.get("payouts_enabled", True)),
        has_due=bool(due.get("currently_due")),
        has_past_due=bool(due.get("past_due")),
    )


def parse_transfers_capability(raw: RawObject) -> CapabilityStatus:
    """Return whether an account can receive transfers."""
    return parse_status(CapabilityStatus, nested(raw, "capabilities").get("transfers"), CapabilityStatus.UNKNOWN)


def parse_account_link(raw: RawObject) -> AccountLink:
    """Return an onboarding link. Raise KeyError when its URL is missing."""
    return AccountLink(url=raw["url"])


def parse_bank_payout(raw: RawObject) -> BankPayout:
    """Return a pay-out to a bank. Raise KeyError when a field that every pay-out has is missing."""
    return BankPayout(
        id=raw["id"],
        status=parse_status(BankPayoutStatus, raw["status"], BankPayoutStatus.UNKNOWN),
        amount=raw["amount"],
        currency=raw["currency"],
    )
