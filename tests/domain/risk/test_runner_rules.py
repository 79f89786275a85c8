"""The rules for runners, each at its boundary, with the shipped limits of a campus whose orders are S$200 at most."""

from datetime import UTC, datetime, timedelta

from domain.risk.facts import PairDelivery
from domain.risk.limits import build_limits
from domain.risk.runner_rules import judge_claim, judge_given_back
from domain.risk.verdicts import ALLOW, RefusalReason, Refuse

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIMITS = build_limits(20_000, {})
HOUR = timedelta(hours=1)


def brought(amount: int, hours: int = 1) -> PairDelivery:
    """A delivery of the pair so many hours ago."""
    return PairDelivery(at=NOW - hours * HOUR, amount=amount)


def test_one_runner_brings_one_customer_five_orders_in_a_day() -> None:
    assert judge_claim((brought(1_000),) * 4, LIMITS, 1_000, NOW) == ALLOW
    refused = judge_claim((brought(1_000, 2), *(brought(1_000),) * 4), LIMITS, 1_000, NOW)
    assert refused == Refuse(reason=RefusalReason.PAIR, most=5, until=NOW + 22 * HOUR)
    assert judge_claim((brought(1_000, 24),) * 5, LIMITS, 1_000, NOW) == ALLOW


def test_the_sum_of_a_pair_is_limited_from_the_second_delivery_on() -> None:
    assert judge_claim((), LIMITS, 20_000, NOW) == ALLOW
    assert judge_claim((brought(10_000),), LIMITS, 5_000, NOW) == ALLOW
    assert isinstance(judge_claim((brought(10_000),), LIMITS, 5_001, NOW), Refuse)


def test_a_runner_gives_four_orders_back_in_a_day_and_then_claims_none_until_one_of_them_is_a_day_old() -> None:
    earlier = [NOW - hours * HOUR for hours in (24, 3, 2, 1)]
    assert judge_given_back(earlier, LIMITS, NOW) == ALLOW
    four = [NOW - hours * HOUR for hours in (1, 2, 3, 4)]
    refused = Refuse(reason=RefusalReason.GIVEN_BACK, most=4, until=NOW + 20 * HOUR)
    assert judge_given_back(four, LIMITS, NOW) == refused
    five = judge_given_back([*four, NOW - 5 * HOUR], LIMITS, NOW)
    assert five == Refuse(reason=RefusalReason.GIVEN_BACK, most=5, until=NOW + 20 * HOUR), "of two old ones, both go"
