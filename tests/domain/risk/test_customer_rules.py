"""The rules for customers, each at its boundary, with the shipped limits of a campus whose orders are S$200 at most."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.risk.customer_rules import judge_attempt, judge_charge, judge_order
from domain.risk.facts import CardAttempt, CardUse, CustomerFacts, NewCard, PastOrder
from domain.risk.limits import build_limits
from domain.risk.verdicts import ALLOW, Allow, RefusalReason, Refuse

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LIMITS = build_limits(20_000, {})
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KNOWN = CustomerFacts(known_since=NOW - 30 * DAY, completed=20, completed_lately=20)
NEW = CustomerFacts(known_since=None, completed=0)


def past(amount: int, *, ago: timedelta = HOUR, is_open: bool = False, card: str | None = None) -> PastOrder:
    """An order of the last day."""
    return PastOrder(placed_at=NOW - ago, amount=amount, is_open=is_open, card=card)


def answers(*declined: bool, ago: timedelta = MINUTE) -> tuple[CardAttempt, ...]:
    """What the bank said, the newest so long ago."""
    count = len(declined)
    return tuple(CardAttempt(at=NOW - ago - (count - at - 1) * MINUTE, declined=no) for at, no in enumerate(declined))


def reason(verdict: Allow | Refuse) -> RefusalReason | None:
    """Why something is refused, or None when it is not."""
    return verdict.reason if isinstance(verdict, Refuse) else None


@pytest.mark.parametrize(("facts", "most"), [(KNOWN, 4), (NEW, 3)])
def test_open_orders_are_counted_and_a_new_account_has_fewer(facts: CustomerFacts, most: int) -> None:
    fewer = replace(facts, orders=(past(500, is_open=True),) * (most - 1))
    assert judge_order(fewer, LIMITS, 500, NOW) == ALLOW
    full = replace(facts, orders=(past(500, is_open=True),) * most)
    assert judge_order(full, LIMITS, 500, NOW) == Refuse(reason=RefusalReason.OPEN_ORDERS, most=most)


@pytest.mark.parametrize(("facts", "most"), [(KNOWN, 25_000), (NEW, 12_000)])
def test_the_sum_of_a_day_is_limited_and_says_when_there_is_room(facts: CustomerFacts, most: int) -> None:
    facts = replace(facts, orders=(past(most - 1_000, ago=20 * HOUR),))
    assert judge_order(facts, LIMITS, 1_000, NOW) == ALLOW
    refused = judge_order(facts, LIMITS, 1_001, NOW)
    assert refused == Refuse(reason=RefusalReason.CUSTOMER_DAY, most=most, until=NOW + 4 * HOUR)


def test_the_time_that_is_said_is_when_enough_has_left_the_day_and_not_when_the_first_order_has() -> None:
    facts = replace(NEW, orders=(past(2_000, ago=20 * HOUR), past(9_000, ago=2 * HOUR), past(500)))
    assert judge_order(facts, LIMITS, 2_500, NOW) == refused_until(NOW + 4 * HOUR)
    assert judge_order(facts, LIMITS, 2_501, NOW) == refused_until(NOW + 22 * HOUR)
    assert judge_order(facts, LIMITS, 12_001, NOW) == refused_until(None), "this order alone is too much"


def test_no_time_is_said_while_an_order_of_long_ago_is_open() -> None:
    facts = replace(NEW, orders=(past(9_000, ago=30 * HOUR, is_open=True),))
    assert judge_order(facts, LIMITS, 5_000, NOW) == refused_until(None)


def refused_until(until: datetime | None) -> Refuse:
    """The refusal of an order above the sum of a new account."""
    return Refuse(reason=RefusalReason.CUSTOMER_DAY, most=12_000, until=until)


def test_a_day_is_the_last_24_hours_and_midnight_opens_no_second_one() -> None:
    facts = replace(KNOWN, orders=(past(25_000, ago=DAY - MINUTE),))
    assert reason(judge_order(facts, LIMITS, 500, NOW)) is RefusalReason.CUSTOMER_DAY
    assert judge_order(facts, LIMITS, 500, NOW + MINUTE) == ALLOW


@pytest.mark.parametrize(
    ("first_ago", "completed", "is_new"),
    [(None, 0, True), (3 * DAY - MINUTE, 3, True), (3 * DAY, 2, True), (3 * DAY, 3, False)],
)
def test_an_account_is_new_for_three_orders_and_for_three_days_from_the_first(
    first_ago: timedelta | None, completed: int, is_new: bool
) -> None:
    facts = CustomerFacts(known_since=None if first_ago is None else NOW - first_ago, completed=completed)
    assert (judge_order(facts, LIMITS, 12_001, NOW) != ALLOW) is is_new


def test_an_order_that_is_too_much_by_itself_has_no_time_at_which_there_is_room() -> None:
    refused = judge_order(NEW, LIMITS, 12_001, NOW)
    assert refused == Refuse(reason=RefusalReason.CUSTOMER_DAY, most=12_000, until=None)


@pytest.mark.parametrize(
    ("said", "is_allowed"),
    [
        ((True,) * 4, True),
        ((True,) * 5, False),
        ((True, True, True, True, False), True),
        ((False, *(True,) * 5), False),
        ((True, True, False, True, True, True), False),  # a good card in between changes nothing
    ],
)
def test_five_refusals_in_a_day_pause_every_charge(said: Sequence[bool], is_allowed: bool) -> None:
    facts = replace(KNOWN, attempts=answers(*said))
    for verdict in (
        judge_attempt(facts, LIMITS, NOW),
        judge_charge(facts, LIMITS, 0, NOW),
        judge_charge(facts, LIMITS, 100, NOW),
        judge_order(facts, LIMITS, 100, NOW),
    ):
        assert reason(verdict) is (None if is_allowed else RefusalReason.DECLINES)


def test_refusals_of_yesterday_count_no_more() -> None:
    facts = replace(KNOWN, attempts=(*answers(True, True, ago=25 * HOUR), *answers(*(True,) * 4)))
    assert judge_attempt(facts, LIMITS, NOW) == ALLOW


def test_the_pause_ends_six_hours_after_the_last_refusal() -> None:
    facts = replace(KNOWN, attempts=answers(*(True,) * 6, ago=6 * HOUR - MINUTE))
    assert judge_attempt(facts, LIMITS, NOW) == Refuse(reason=RefusalReason.DECLINES, most=5, until=NOW + MINUTE)
    assert judge_attempt(facts, LIMITS, NOW + MINUTE) == ALLOW


@pytest.mark.parametrize(
    ("refunded", "completed", "is_allowed"), [(2, 2, True), (3, 15, False), (3, 16, True), (8, 40, False)]
)
def test_many_refunds_wait_for_a_word_unless_the_customer_orders_much(
    refunded: int, completed: int, is_allowed: bool
) -> None:
    facts = replace(KNOWN, refunded=refunded, completed_lately=completed)
    assert reason(judge_order(facts, LIMITS, 500, NOW)) is (None if is_allowed else RefusalReason.REFUNDS)


def test_a_debt_can_be_paid_whatever_was_ordered_or_refunded() -> None:
    facts = replace(NEW, orders=(past(90_000, is_open=True),) * 9, refunded=9)
    assert judge_charge(facts, LIMITS, 0, NOW) == ALLOW


def test_a_higher_price_counts_towards_the_day_like_an_order() -> None:
    facts = replace(KNOWN, orders=(past(24_500, is_open=True),))
    assert judge_charge(facts, LIMITS, 500, NOW) == ALLOW
    assert reason(judge_charge(facts, LIMITS, 501, NOW)) is RefusalReason.CUSTOMER_DAY


def test_a_card_of_somebody_who_owes_pays_for_no_order() -> None:
    owing = CardUse(fingerprint="a", known_since=NOW - 30 * DAY, owes=True)
    facts = replace(KNOWN, card=owing)
    assert reason(judge_order(facts, LIMITS, 500, NOW)) is RefusalReason.CARD_OWES
    assert judge_charge(facts, LIMITS, 0, NOW) == ALLOW, "two who owe and share a card may both pay with it"


@pytest.mark.parametrize("known_since", [None, NOW - 3 * DAY + MINUTE])
def test_a_new_card_has_one_limit_over_all_accounts_that_use_it(known_since: datetime | None) -> None:
    others = NOW - 4 * HOUR
    card = CardUse(fingerprint="a", known_since=known_since, spent_by_others=10_000, others_last=others)
    facts = replace(KNOWN, orders=(past(1_000, card="a"), past(1_000, card="b")), card=card)
    assert judge_order(facts, LIMITS, 1_000, NOW) == ALLOW
    refused = judge_order(facts, LIMITS, 1_001, NOW)
    assert refused == Refuse(reason=RefusalReason.CARD_DAY, most=12_000, until=NOW + 20 * HOUR)


def test_a_card_is_new_for_three_days_from_the_first_order_that_it_paid() -> None:
    card = CardUse(fingerprint="a", known_since=NOW - 3 * DAY, spent_by_others=90_000)
    assert judge_order(replace(KNOWN, card=card), LIMITS, 10_000, NOW) == ALLOW


def test_a_fourth_new_card_in_a_day_is_refused_and_those_that_were_used_are_not() -> None:
    tried = tuple(NewCard(fingerprint=name, at=NOW - ago * HOUR) for name, ago in (("a", 23), ("b", 2), ("c", 1)))
    fourth = CardUse(fingerprint="d", known_since=None, is_unused=True)
    facts = replace(KNOWN, new_cards=tried, card=fourth)
    refused = Refuse(reason=RefusalReason.CARDS, most=3, until=NOW + HOUR)
    assert judge_order(facts, LIMITS, 500, NOW) == judge_charge(facts, LIMITS, 500, NOW) == refused
    assert judge_charge(facts, LIMITS, 0, NOW) == ALLOW, "a debt may be paid with any card"
    assert judge_order(facts, LIMITS, 500, NOW + HOUR) == ALLOW
    assert judge_order(replace(facts, new_cards=tried[1:]), LIMITS, 500, NOW) == ALLOW
    assert judge_order(replace(facts, card=replace(fourth, is_unused=False)), LIMITS, 500, NOW) == ALLOW


def test_what_a_campus_leaves_out_is_a_share_of_its_highest_order() -> None:
    limits = build_limits(8_000, {"open_orders": 2, "pair_day": 9_999})
    assert (limits.customer_day, limits.new_customer_day, limits.pair_day) == (10_000, 4_800, 9_999)
    assert (limits.open_orders, limits.new_open_orders) == (2, 2)
