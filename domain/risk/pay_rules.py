"""The rules for pay: what waits for a time, and what waits until a person has looked at it."""

from domain.risk.facts import DAY, DeliveryFacts, PastDelivery
from domain.risk.limits import RiskLimits
from domain.risk.verdicts import ALLOW, Allow, Hold, PayReason

_UNPROVEN_SHARE = 4  # one in so many hand-overs of the day: fewer without the PIN are usual
_USUAL_ORDER_SHARE = 4  # a payment that Radar doubts waits when it is above this part of a new account's day


def judge_pay(facts: DeliveryFacts, limits: RiskLimits) -> Allow | Hold:
    """Return whether the pay for a delivery waits: for a person first, and for a time otherwise."""
    for reason, applies in (
        (PayReason.TOO_FAST, _is_too_fast(facts, limits)),
        (PayReason.DISPUTES, facts.disputes >= limits.disputes),
        (PayReason.RADAR, _is_doubted(facts, limits)),
        (PayReason.UNPROVEN, _is_often_unproven(facts, limits)),
        (PayReason.NEW_CUSTOMERS, _brings_much_to_new_customers(facts, limits)),
        (PayReason.PAIR_WEEK, _sum_of_week(facts) > limits.pair_week),
        (PayReason.RUNNER_DAY, sum(each.amount for each in _today(facts)) + facts.amount > limits.runner_day),
    ):
        if applies:
            return Hold(reason=reason)
    if facts.handed_over_before < limits.first_payouts:
        return Hold(reason=PayReason.FIRST_PAYOUTS, until=facts.delivered_at + limits.length("first_payout_wait"))
    return ALLOW


def _is_too_fast(facts: DeliveryFacts, limits: RiskLimits) -> bool:
    purchase, delivery = facts.bought_at - facts.accepted_at, facts.delivered_at - facts.accepted_at
    return purchase < limits.length("least_purchase") or delivery < limits.length("least_delivery")


def _is_doubted(facts: DeliveryFacts, limits: RiskLimits) -> bool:
    is_usual = facts.amount * _USUAL_ORDER_SHARE <= limits.new_customer_day
    return facts.is_elevated and facts.to_new_customer and not is_usual


def _is_often_unproven(facts: DeliveryFacts, limits: RiskLimits) -> bool:
    today = _today(facts)
    unproven = sum(not each.by_pin for each in today) + 1
    return not facts.by_pin and unproven >= limits.unproven and unproven * _UNPROVEN_SHARE > len(today)


def _brings_much_to_new_customers(facts: DeliveryFacts, limits: RiskLimits) -> bool:
    brought = sum(each.amount for each in _today(facts) if each.to_new_customer)
    return facts.to_new_customer and brought + facts.amount > limits.new_customers_day


def _sum_of_week(facts: DeliveryFacts) -> int:
    return sum(each.amount for each in facts.deliveries if each.to_same_customer) + facts.amount


def _today(facts: DeliveryFacts) -> list[PastDelivery]:
    return [each for each in facts.deliveries if facts.delivered_at - each.at < DAY]
