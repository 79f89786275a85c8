"""The rules for pay, each at its boundary, with the shipped limits of a campus whose orders are S$200 at most."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.risk.facts import DeliveryFacts, PastDelivery
from domain.risk.limits import build_limits
from domain.risk.pay_rules import judge_pay
from domain.risk.verdicts import ALLOW, Allow, Hold, PayReason

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIMITS = build_limits(20_000, {})
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
USUAL = DeliveryFacts(
    accepted_at=NOW - 20 * 60 * SECOND,
    bought_at=NOW - 10 * 60 * SECOND,
    delivered_at=NOW,
    amount=1_200,
    by_pin=True,
    to_new_customer=False,
    handed_over_before=30,
)


def earlier(
    amount: int = 1_200, *, hours: int = 1, by_pin: bool = True, new: bool = False, same: bool = False
) -> PastDelivery:
    """A delivery of the runner so many hours ago."""
    at = NOW - hours * HOUR
    return PastDelivery(at=at, amount=amount, by_pin=by_pin, to_new_customer=new, to_same_customer=same)


def reason(verdict: Allow | Hold) -> PayReason | None:
    """Why the pay waits, or None when it does not."""
    return verdict.reason if isinstance(verdict, Hold) else None


def test_usual_pay_waits_for_nothing() -> None:
    assert judge_pay(replace(USUAL, deliveries=(earlier(),) * 12), LIMITS) == ALLOW


@pytest.mark.parametrize(("before", "waits"), [(0, True), (2, True), (3, False)])
def test_the_first_three_pay_outs_of_a_runner_wait_a_day_from_the_hand_over(before: int, waits: bool) -> None:
    held = Hold(reason=PayReason.FIRST_PAYOUTS, until=NOW + 24 * HOUR)
    assert judge_pay(replace(USUAL, handed_over_before=before), LIMITS) == (held if waits else ALLOW)


@pytest.mark.parametrize(
    ("bought_after", "delivered_after", "expected"),
    [(20, 180, None), (19, 180, PayReason.TOO_FAST), (20, 179, PayReason.TOO_FAST), (1, 2, PayReason.TOO_FAST)],
)
def test_nobody_shops_in_seconds_or_delivers_in_two_minutes(
    bought_after: int, delivered_after: int, expected: PayReason | None
) -> None:
    accepted_at = NOW - delivered_after * SECOND
    facts = replace(USUAL, accepted_at=accepted_at, bought_at=accepted_at + bought_after * SECOND)
    assert reason(judge_pay(facts, LIMITS)) is expected


@pytest.mark.parametrize(("disputes", "expected"), [(1, None), (2, PayReason.DISPUTES)])
def test_two_disputes_keep_the_pay_of_a_runner(disputes: int, expected: PayReason | None) -> None:
    assert reason(judge_pay(replace(USUAL, disputes=disputes), LIMITS)) is expected


def test_what_radar_doubts_waits_for_a_new_account_with_a_large_order_only() -> None:
    doubted = replace(USUAL, is_elevated=True, to_new_customer=True, amount=3_001)
    assert reason(judge_pay(doubted, LIMITS)) is PayReason.RADAR
    for usual in ({"is_elevated": False}, {"to_new_customer": False}, {"amount": 3_000}):
        assert judge_pay(replace(doubted, **usual), LIMITS) == ALLOW


def test_the_fourth_hand_over_without_the_pin_in_a_day_is_looked_at_if_it_is_one_in_four() -> None:
    left = replace(USUAL, by_pin=False)
    assert judge_pay(replace(left, deliveries=(earlier(by_pin=False),) * 2), LIMITS) == ALLOW
    three = (earlier(by_pin=False),) * 3
    assert reason(judge_pay(replace(left, deliveries=three), LIMITS)) is PayReason.UNPROVEN
    assert judge_pay(replace(USUAL, deliveries=three), LIMITS) == ALLOW
    assert judge_pay(replace(left, deliveries=(*three, *(earlier(),) * 13)), LIMITS) == ALLOW
    assert judge_pay(replace(left, deliveries=(earlier(by_pin=False, hours=24),) * 3), LIMITS) == ALLOW


@pytest.mark.parametrize(("amount", "expected"), [(10_000, None), (10_001, PayReason.NEW_CUSTOMERS)])
def test_much_for_new_accounts_in_a_day_is_looked_at(amount: int, expected: PayReason | None) -> None:
    facts = replace(USUAL, to_new_customer=True, amount=amount)
    brought = (earlier(15_000, new=True), earlier(15_000, new=True, hours=24), earlier(9_000))
    assert reason(judge_pay(replace(facts, deliveries=brought), LIMITS)) is expected
    assert judge_pay(replace(facts, deliveries=brought, to_new_customer=False), LIMITS) == ALLOW


@pytest.mark.parametrize(("amount", "expected"), [(10_000, None), (10_001, PayReason.PAIR_WEEK)])
def test_much_for_one_customer_in_a_week_is_looked_at(amount: int, expected: PayReason | None) -> None:
    brought = tuple(earlier(15_000, hours=30 * day, same=True) for day in (1, 2))
    assert reason(judge_pay(replace(USUAL, amount=amount, deliveries=brought), LIMITS)) is expected


@pytest.mark.parametrize(("amount", "expected"), [(10_000, None), (10_001, PayReason.RUNNER_DAY)])
def test_much_in_a_day_is_looked_at(amount: int, expected: PayReason | None) -> None:
    brought = (*(earlier(10_000),) * 4, earlier(20_000, hours=24))
    assert reason(judge_pay(replace(USUAL, amount=amount, deliveries=brought), LIMITS)) is expected
