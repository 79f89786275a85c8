"""The rules for customers: how many orders, how much money, and how often a bank may be asked."""

from collections.abc import Sequence
from datetime import datetime

from domain.risk.facts import DAY, CustomerFacts, PastOrder
from domain.risk.limits import RiskLimits
from domain.risk.verdicts import ALLOW, Allow, RefusalReason, Refuse

_REFUNDED_SHARE = 5  # one in so many orders of the last month: fewer refunds than that are bad luck


def is_new(known_since: datetime | None, limits: RiskLimits, now: datetime) -> bool:
    """Return whether an account or a card is new: no order of it was completed, or the first one lately.

    Neither a first message nor a saved card makes it older: both cost nothing, and can be prepared in any number.
    """
    return known_since is None or now - known_since < limits.length("new_days")


def is_new_customer(known_since: datetime | None, completed: int, limits: RiskLimits, now: datetime) -> bool:
    """Return whether an account is new: its first completed order is none or of late, or it has few of them."""
    return is_new(known_since, limits, now) or completed < limits.new_orders


def judge_order(facts: CustomerFacts, limits: RiskLimits, amount: int, now: datetime) -> Allow | Refuse:
    """Return whether the customer may place an order of this ceiling (minor units)."""
    most = limits.new_open_orders if _is_new(facts, limits, now) else limits.open_orders
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
    taken = _judge_card(facts, limits, now)
    return taken if isinstance(taken, Refuse) else _judge_sums(facts, limits, more, now)


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


def _is_new(facts: CustomerFacts, limits: RiskLimits, now: datetime) -> bool:
    return is_new_customer(facts.known_since, facts.completed, limits, now)


def _judge_card(facts: CustomerFacts, limits: RiskLimits, now: datetime) -> Allow | Refuse:
    """Refuse one more card that the customer never used, after so many of them in a day.

    Cancelled and declined orders count too: who tries stolen cards wants to know that they work, and no food.
    """
    new = [card.at for card in facts.new_cards if now - card.at < DAY]
    if facts.card is not None and facts.card.is_unused and len(new) >= limits.cards:
        return Refuse(reason=RefusalReason.CARDS, most=limits.cards, until=min(new) + DAY)
    return ALLOW


def _judge_sums(facts: CustomerFacts, limits: RiskLimits, more: int, now: datetime) -> Allow | Refuse:
    today = [order for order in facts.orders if order.is_open or now - order.placed_at < DAY]
    most = limits.new_customer_day if _is_new(facts, limits, now) else limits.customer_day
    if sum(order.amount for order in today) + more > most:
        until = _find_room(_leaving(today), most - more, now)
        return Refuse(reason=RefusalReason.CUSTOMER_DAY, most=most, until=until)
    card = facts.card
    if card is not None and is_new(card.known_since, limits, now):
        own = [order for order in today if order.card == card.fingerprint]
        if sum(order.amount for order in own) + card.spent_by_others + more > limits.new_customer_day:
            others = [] if card.others_last is None else [(card.others_last + DAY, card.spent_by_others)]
            until = _find_room([*_leaving(own), *others], limits.new_customer_day - more, now)
            return Refuse(reason=RefusalReason.CARD_DAY, most=limits.new_customer_day, until=until)
    return ALLOW


def _leaving(today: Sequence[PastOrder]) -> list[tuple[datetime, int]]:
    return [(order.placed_at + DAY, order.amount) for order in today]


def _find_room(leaving: Sequence[tuple[datetime, int]], room: int, now: datetime) -> datetime | None:
    """Return when so many of these amounts have left the day that the others fit into `room`.

    None when no wait helps: this order alone is too much, or an order of long ago is still open.
    """
    counted = sum(amount for _, amount in leaving)
    for moment, amount in sorted(leaving):
        counted -= amount
        if counted <= room:
            return moment if moment > now and room >= 0 else None
    return None
