"""The rules for runners: how much they may bring one customer, and how often they may give an order back."""

from collections.abc import Sequence
from datetime import datetime

from domain.risk.facts import DAY, PairDelivery
from domain.risk.limits import RiskLimits
from domain.risk.verdicts import ALLOW, Allow, RefusalReason, Refuse


def judge_claim(pair: tuple[PairDelivery, ...], limits: RiskLimits, amount: int, now: datetime) -> Allow | Refuse:
    """Return whether a runner may take one more order of this customer; `pair` holds those of the last day."""
    today = [each for each in pair if now - each.at < DAY]
    until = min((each.at + DAY for each in today), default=None)
    if len(today) >= limits.pair_orders:
        return Refuse(reason=RefusalReason.PAIR, most=limits.pair_orders, until=until)
    if today and sum(each.amount for each in today) + amount > limits.pair_day:
        return Refuse(reason=RefusalReason.PAIR, most=limits.pair_orders, until=until)
    return ALLOW


def judge_given_back(given_back: Sequence[datetime], limits: RiskLimits, now: datetime) -> Allow | Refuse:
    """Return whether a runner may take one more order after what they gave back; `given_back` is of the last day.

    Who claims an order reads where its customer waits, so claims without a purchase are counted.
    """
    today = sorted(each for each in given_back if now - each < DAY)
    if len(today) < limits.given_back:
        return ALLOW
    until = today[len(today) - limits.given_back] + DAY
    return Refuse(reason=RefusalReason.GIVEN_BACK, most=len(today), until=until)
