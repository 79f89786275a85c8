"""Tests of late orders: by status, the campus' windows, and whether the runner answers."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.campuses.windows import Windows
from domain.orders.lateness import Lateness, lateness_of, whole_minutes
from domain.orders.states import FINAL_ORDER_STATUSES, STATUSES_WITH_RUNNER, OrderStatus

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WINDOWS = Windows(payment=600, nudge=120, absent=300)
SECOND = timedelta(seconds=1)


def late(status: OrderStatus, waited: timedelta, *, silent: bool = False) -> Lateness:
    return lateness_of(status, NOW - waited, NOW, WINDOWS, silent=silent)


@pytest.mark.parametrize(
    ("status", "seconds", "word"),
    [
        (OrderStatus.PENDING, 600, Lateness.UNPAID),
        (OrderStatus.CREATED, 120, Lateness.UNCLAIMED),
        (OrderStatus.ARRIVED, 300, Lateness.ABSENT),
        (OrderStatus.DELIVERED, 300, Lateness.UNSETTLED),
    ],
)
def test_an_order_is_late_from_the_end_of_its_window_on(status: OrderStatus, seconds: int, word: Lateness) -> None:
    window = timedelta(seconds=seconds)
    assert late(status, window) is word
    assert late(status, window - SECOND) is Lateness.NONE


@pytest.mark.parametrize("status", sorted(STATUSES_WITH_RUNNER))
def test_a_runner_who_does_not_answer_makes_it_late_at_once(status: OrderStatus) -> None:
    assert late(status, timedelta(), silent=True) is Lateness.SILENT
    assert late(status, timedelta()) is Lateness.NONE


@pytest.mark.parametrize("status", sorted(FINAL_ORDER_STATUSES))
def test_what_is_over_is_never_late(status: OrderStatus) -> None:
    assert late(status, timedelta(days=1), silent=True) is Lateness.NONE


def test_minutes_are_whole_ones_that_passed() -> None:
    assert whole_minutes(NOW - timedelta(seconds=119), NOW) == 1
    assert whole_minutes(NOW + SECOND, NOW) == 0
