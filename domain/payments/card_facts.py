"""What is known of a card: Stripe's fingerprint, Radar's outcome, and why it is not taken from somebody."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What Stripe said of the card of one payment, in Stripe's words; None where it said nothing."""

    card_fingerprint: str | None = None
    risk_level: str | None = None  # normal, elevated, highest, not_assessed, unknown
    risk_score: int | None = None  # 0 to 99
    outcome_type: str | None = None  # authorized, manual_review, issuer_declined, blocked, invalid
    network_status: str | None = None
    seller_message: str | None = None


class CardObjection(StrEnum):
    """Why a card is not saved for a person: what another person did who used it."""

    DEBT = "debt"  # who used it before owes for an order
    BAR = "bar"  # who used it before is barred because of money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCard:
    """A card that another person used, and why it is not taken."""

    other_id: int
    other_name: str
    objection: CardObjection
