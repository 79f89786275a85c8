"""People on a campus: their runner status, their roles and their saved card."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.database.actors import Role


class RunnerStatus(StrEnum):
    NONE = "none"
    ASKED = "asked"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class StrangerReply(StrEnum):
    """What a person is told who asks in the wrong place, each once in a while; mostly one without a place here."""

    ADMISSION = "admission"  # how to get in
    WRONG_LINK = "wrong_link"
    RUNNER_GROUP = "runner_group"  # to a runner there: where commands belong


def roles_of(runner_status: RunnerStatus, *, is_admin: bool, admitted: bool) -> frozenset[Role]:
    """Return all roles of a member. Runners and admins are customers too; others need the invitation."""
    holds = runner_status in (RunnerStatus.APPROVED, RunnerStatus.SUSPENDED)
    roles = {Role.CUSTOMER} if admitted or is_admin or holds else set()
    if runner_status is RunnerStatus.APPROVED:
        roles.add(Role.RUNNER)
    if holds:
        roles.add(Role.HOLDER)
    if is_admin:
        roles.add(Role.ADMIN)
    return frozenset(roles)


CARD_BRAND_NAMES: Mapping[str, str] = MappingProxyType(  # Stripe's name -> the name that people know
    {
        "amex": "American Express",
        "cartes_bancaires": "Cartes Bancaires",
        "diners": "Diners Club",
        "discover": "Discover",
        "eftpos_au": "eftpos",
        "jcb": "JCB",
        "mastercard": "Mastercard",
        "unionpay": "UnionPay",
        "unknown": "Card",
        "visa": "Visa",
    }
)


def card_brand_name(brand: str, wallet: str | None = None) -> str:
    """Return the brand of a card as people write it, with the wallet that it is in."""
    name = CARD_BRAND_NAMES.get(brand, brand.replace("_", " ").title())
    return name if wallet is None else f"{wallet.replace('_', ' ').title()}, {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCard:
    """What we keep of a customer's card: no number of it but the last four digits, and Stripe's fingerprint.

    The address goes with the card, when that is removed or replaced.
    """

    payment_method: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None = None  # one for each card number, whoever saves it; older releases kept none
    wallet: str | None = None  # Stripe's word of the wallet that the card is in, such as apple_pay
    receipt_email: str | None = None  # for Stripe's receipts, if its owner gave one on Stripe's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person on one campus."""

    campus_id: int
    person_id: int
    first_name: str
    username: str | None
    language: str
    runner_status: RunnerStatus
    is_admin: bool
    reachable: bool
    admitted: bool  # used the campus' invitation, or the campus is open to all
    default_place: str | None  # where their food usually goes
    stripe_customer: str | None
    stripe_account: str | None
    payouts_ready: bool
    card: SavedCard | None

    @property
    def telegram_contact(self) -> str:
        """The @name and id by which an admin finds the person on Telegram, or the id alone."""
        return f"@{self.username}, {self.person_id}" if self.username else str(self.person_id)

    @property
    def roles(self) -> frozenset[Role]:
        """All roles of this member on this campus."""
        return roles_of(self.runner_status, is_admin=self.is_admin, admitted=self.admitted)
