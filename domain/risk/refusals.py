"""The refusals of the risk rules, as the person reads them: what the limit is, and when it may be possible again."""

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from domain.errors import CampusGError
from domain.money import format_money
from domain.risk.verdicts import RefusalReason, Refuse


class RiskRefused(CampusGError):
    """A refusal by a risk rule. Its subclasses say by which."""


class TooManyOpenOrders(RiskRefused):
    key = "error-open-orders"


class DaySumReached(RiskRefused):
    key = "error-customer-day"


class CardDaySumReached(RiskRefused):
    key = "error-card-day"


class TooManyCards(RiskRefused):
    key = "error-cards"


class TooManyDeclines(RiskRefused):
    key = "error-declines"


class TooManyRefunds(RiskRefused):
    key = "error-refunds"


class CardOwes(RiskRefused):
    key = "error-card-owes"


class PairLimitReached(RiskRefused):
    key = "error-pair"


class TooManyQuestions(RiskRefused):
    """A runner asked the customer of an order very often for a higher shop limit."""

    key = "error-limit-questions"


class TooManyPayoutLinks(RiskRefused):
    """A runner asked very often for a link to set up an account; each is followed at Stripe for days."""

    key = "error-payout-links"


class GaveBackTooMany(RiskRefused):
    key = "error-given-back"


def build_refusal(refused: Refuse, currency: str, zone: ZoneInfo) -> RiskRefused:
    """Return the refusal that the person reads; a time is shown in the zone of the campus."""
    when = "never" if refused.until is None else _format_moment(refused.until, zone)  # this order alone is too much
    match refused.reason:
        case RefusalReason.OPEN_ORDERS:
            return TooManyOpenOrders(most=refused.most)
        case RefusalReason.CUSTOMER_DAY:
            return DaySumReached(limit=format_money(refused.most, currency), when=when)
        case RefusalReason.CARD_DAY:
            return CardDaySumReached(limit=format_money(refused.most, currency), when=when)
        case RefusalReason.CARDS:
            return TooManyCards(most=refused.most, when=when)
        case RefusalReason.DECLINES:
            return TooManyDeclines(most=refused.most, when=when)
        case RefusalReason.REFUNDS:
            return TooManyRefunds()
        case RefusalReason.CARD_OWES:
            return CardOwes()
        case RefusalReason.PAIR:
            return PairLimitReached()
        case RefusalReason.GIVEN_BACK:
            return GaveBackTooMany(most=refused.most, when=when)
    assert_never(refused.reason)


def _format_moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %H:%M}"
