"""The rules for customers: how many orders, how much money, and how often a bank may be asked."""

from collections.abc import Sequence
from datetime import datetime

from domain.risk.facts import DAY, CustomerFacts, PastOrder
from domain.risk.limits import RiskLimits
from domain.risk.verdicts import ALLOW, Allow, RefusalReason, Refuse

_REFUNDED_SHARE = 5  # one in so many orders of the last month: fewer refunds than that are bad luck


def is_new_customer(since: datetime, completed: int, limits: RiskLimits, now: datetime) -> bool:
    """Return whether an account is new: it came lately, or has completed few orders."""
    return now - since < limits.length("new_days") or completed < limits.new_orders


def judge_order(facts: CustomerFacts, limits: RiskLimits, amount: int, now: datetime) -> Allow | Refuse:
    """Return whether the customer may place an order of this ceiling (minor units)."""
    is_new = is_new_customer(facts.since, facts.completed, limits, now)
    most = limits.new_open_orders if is_new else limits.open_orders
    if sum(order.is_open for order in facts.orders) >= most:
        return Refuse(reason=RefusalReason.OPEN_ORDERS, most=most)
    if facts.refunded >= limits.refunds and facts.refunded * _REFUNDED_SHARE >= facts.completed_lately:
        return Refuse(reason=RefusalReason.REFUNDS, most=limits.refunds)
    return judge_charge(facts, limits, amount, now)


def judge_charge(facts: CustomerFacts, limits: RiskLimits, more: int, now: datetime) -> Allow | Refuse:
    """Return whether the customer's bank may be asked for `more` minor units than their orders come to already."""
    if more > 0 and facts.card is not None and facts.card.owes:  # a debt may always be paid
        return Refuse(reason=RefusalReason.CARD_OWES)
    asked = judge_attempt(facts, limits, now)
    if isinstance(asked, Refuse) or more == 0:
        return asked
    return _judge_sums(facts, limits, more, now)


def judge_attempt(facts: CustomerFacts, limits: RiskLimits, now: datetime) -> Allow | Refuse:
    """Return whether a bank may be asked again: not while it refused many times in a day, whatever it is for.

    A success in between changes nothing: who tries stolen cards has a good one of their own.
    """
    declined = [attempt.at for attempt in facts.attempts if attempt.declined and now - attempt.at < DAY]
    if len(declined) >= limits.declines:
        until = declined[-1] + limits.length("decline_pause")
        if now < until:
            return Refuse(reason=RefusalReason.DECLINES, most=limits.declines, until=until)
    return ALLOW


def _judge_sums(facts: CustomerFacts, limits: RiskLimits, more: int, now: datetime) -> Allow | Refuse:
    today = [order for order in facts.orders if order.is_open or now - order.placed_at < DAY]
    used = {order.card for order in today if order.card is not None}
    if facts.card is not None and facts.card.fingerprint not in used and len(used) >= limits.cards:
        return Refuse(reason=RefusalReason.CARDS, most=limits.cards, until=_first_leaves(today))
    is_new = is_new_customer(facts.since, facts.completed, limits, now)
    most, spent = limits.new_customer_day if is_new else limits.customer_day, sum(order.amount for order in today)
    if spent + more > most:
        return Refuse(reason=RefusalReason.CUSTOMER_DAY, most=most, until=_first_leaves(today))
    card = facts.card
    if card is not None and now - card.known_since < limits.length("new_days"):
        with_card = sum(order.amount for order in today if order.card == card.fingerprint) + card.spent_by_others
        if with_card + more > limits.new_customer_day:
            return Refuse(reason=RefusalReason.CARD_DAY, most=limits.new_customer_day, until=_first_leaves(today))
    return ALLOW


def _first_leaves(today: Sequence[PastOrder]) -> datetime | None:
    return min((order.placed_at + DAY for order in today), default=None)
