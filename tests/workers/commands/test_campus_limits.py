"""The limits against fraud of a campus file: what they may be, and one sentence for each that is wrong."""

import pytest

from domain.risk.limits import build_limits
from tests.workers.commands.test_campus_file import EXAMPLE, SMALL_FILE, changed_file, file_errors
from workers.commands.campus_file import CampusFileError, parse_campus_file


def test_the_limits_of_the_example_are_those_that_a_campus_gets_without_any() -> None:
    example = parse_campus_file(EXAMPLE)
    assert build_limits(example.fees.order_most, example.risk) == build_limits(example.fees.order_most, {})
    assert parse_campus_file(SMALL_FILE).risk == {}


def test_limits_are_counts_amounts_and_lengths_of_time() -> None:
    stated = changed_file("[windows]", '[risk]\nopen_orders = 9\npair_day = "99.50"\nnew_days = "2d"\n[windows]').risk
    assert stated == {"open_orders": 9, "pair_day": 9_950, "new_days": 172_800}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("open_order = 2", "risk.open_order: is unknown; did you mean open_orders?"),
        ("open_orders = 0", "risk.open_orders: 0 is no whole number from 1 to 10000"),
        ('customer_day = "a lot"', 'risk.customer_day: "a lot" is no amount; write it like 4.50'),
        ("decline_pause = -1", "risk.decline_pause: -1 is out of range; from 0s to 30d"),
        ("open_orders = 2\nnew_open_orders = 3", "risk.new_open_orders: is more than open_orders, 2"),
        (
            'customer_day = "50"\nnew_customer_day = "60"',
            "risk.new_customer_day: is more than customer_day, 50.00",
        ),
    ],
)
def test_a_wrong_limit_is_one_sentence(line: str, sentence: str) -> None:
    assert file_errors("[windows]", f"[risk]\n{line}\n[windows]") == (sentence,)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ('new_customer_day = "60"', ["fees.order_most"]),
        ('customer_day = "50"\nnew_customer_day = "60"', ["fees.order_most", "risk.new_customer_day"]),
        ("open_orders = 2\nnew_open_orders = 3", ["fees.order_most", "risk.new_open_orders"]),
    ],
)
def test_a_limit_is_not_compared_with_fees_that_could_not_be_read(lines: str, wrong: list[str]) -> None:
    unreadable = SMALL_FILE.replace('"200.00"', '"much"').replace("[windows]", f"[risk]\n{lines}\n[windows]")
    with pytest.raises(CampusFileError) as refused:
        parse_campus_file(unreadable)
    assert [error.partition(":")[0] for error in refused.value.errors] == wrong
