"""A slice of `make frauds`: a week of one seed hinders few honest orders, and each fraud loses most of its gain."""

import pytest

from tests.domain.risk.fraud_traffic import FRAUDS
from tests.domain.risk.frauds import (
    MAX_GAIN_SHARE,
    MAX_HINDERED_PERCENT,
    exit_code,
    gain,
    main,
    play_fraud,
    play_honest,
)

pytestmark = pytest.mark.drill

SEED = 1
WEEK = 7  # days


def test_a_launch_week_in_which_everybody_is_new_hinders_few_honest_orders() -> None:
    outcome = play_honest(SEED, WEEK)
    assert outcome.orders > 1_000
    assert outcome.hindered_share <= MAX_HINDERED_PERCENT


@pytest.mark.parametrize("name", FRAUDS)
def test_a_week_of_a_fraud_gains_less_than_a_quarter(name: str) -> None:
    before, after = play_fraud(name, SEED, WEEK)
    assert 0 <= gain(name, after) < gain(name, before) * MAX_GAIN_SHARE


@pytest.mark.parametrize(
    ("gains", "hindered", "code"),
    [([0.1, 0.2], [0.5, 0.1], 0), ([0.1, 0.25], [0.1], 1), ([0.1], [0.1, 0.51], 1)],
    ids=["neither", "a fraud", "honest people"],
)
def test_the_exit_code_says_whether_a_fraud_keeps_much_or_many_are_hindered(
    gains: list[float], hindered: list[float], code: int
) -> None:
    assert exit_code(gains, hindered) == code


def test_a_run_prints_every_fraud_and_ends_with_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SEED), "--days", "1"]) == 1, "on the first day no rule knows a fraud yet"
    printed = capsys.readouterr().out
    assert [name for name in FRAUDS if name not in printed] == []
    assert f"seed {SEED}: " in printed
