"""A slice of `make frauds`: a week of one seed hinders few honest orders, and each fraud loses most of its gain."""

from datetime import timedelta

import pytest

from tests.domain.risk.fraud_traffic import FRAUDS, fraud_month
from tests.domain.risk.honest_traffic import START, honest_month
from tests.domain.risk.simulation import PlayedOrder, play

SEED = 1
WEEK = timedelta(days=7)
MAX_HINDERED_PERCENT = 0.5


def test_a_launch_week_in_which_everybody_is_new_hinders_few_honest_orders() -> None:
    week = [PlayedOrder(order=order) for order in honest_month(SEED) if order.at < START + WEEK]
    outcome = play(week, SEED)
    assert outcome.orders > 1_000
    assert outcome.hindered_share <= MAX_HINDERED_PERCENT


@pytest.mark.parametrize("name", [name for name in FRAUDS if name != "debt shedding"])
def test_a_week_of_a_fraud_gains_less_than_a_quarter(name: str) -> None:
    orders = [played for played in fraud_month(name, SEED) if played.order.at < START + WEEK]
    before, after = play(orders, SEED, has_rules=False), play(orders, SEED)
    if name == "card testing":
        assert sum(after.cards_tried.values()) < sum(before.cards_tried.values()) / 4
    else:
        assert 0 <= sum(after.loss.values()) < sum(before.loss.values()) / 4
