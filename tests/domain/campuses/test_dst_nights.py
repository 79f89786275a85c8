"""The night in which clocks change: a day of 23 or 25 hours shortens or lengthens no window, and opens on time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.campuses.campus import OpeningHours
from domain.campuses.opening import NextOpening, is_within_opening_hours, next_opening
from domain.campuses.windows import Windows
from domain.orders.lateness import Lateness, lateness_of
from domain.orders.states import OrderStatus
from domain.orders.timers.model import reopened_deadline

ZURICH = ZoneInfo("Europe/Zurich")
SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=ZURICH), datetime(2026, 10, 25, tzinfo=ZURICH)  # both are Sundays
WINDOWS_OF_STATUSES = {OrderStatus.PENDING: "payment", OrderStatus.CREATED: "nudge", OrderStatus.ARRIVED: "absent"}
NIGHTS = [pytest.param(SPRING, 23, id="23 hours"), pytest.param(AUTUMN, 25, id="25 hours")]


def moments(midnight: datetime) -> list[datetime]:
    """Every quarter of an hour of this local day, as a worker reads it from the database and the campus shows it."""
    begin, end = midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)
    count = int((end - begin) / timedelta(minutes=15))
    return [(begin + timedelta(minutes=15) * number).astimezone(ZURICH) for number in range(count)]


def open_hours(midnight: datetime, hours: OpeningHours) -> float:
    """How many hours of this day the place is open."""
    return sum(is_within_opening_hours(hours, moment) for moment in moments(midnight)) / 4


@pytest.mark.parametrize(("midnight", "length"), NIGHTS)
def test_the_day_has_as_many_hours_as_the_clocks_say(midnight: datetime, length: int) -> None:
    assert len(moments(midnight)) == length * 4
    assert open_hours(midnight, {}) == length, "a place without opening hours is always open"


@pytest.mark.parametrize(("midnight", "length"), NIGHTS)
def test_a_place_is_open_by_the_clock_on_its_wall(midnight: datetime, length: int) -> None:
    assert open_hours(midnight, {"sun": ("09:00", "21:00")}) == 12, "the change is over by then"
    assert open_hours(midnight, {"sun": ("01:00", "04:00")}) == length - 24 + 3, "an hour is missing, or comes twice"
    over_midnight = {"sat": ("22:00", "04:00")}
    assert open_hours(midnight, over_midnight) == length - 24 + 4
    assert open_hours(midnight - timedelta(days=1), over_midnight) == 2


def test_hours_that_do_not_exist_in_spring_come_twice_in_autumn() -> None:
    hours = {"sun": ("02:00", "03:00")}
    assert (open_hours(SPRING, hours), open_hours(AUTUMN, hours)) == (0, 2)


@pytest.mark.parametrize(("midnight", "length"), NIGHTS)
def test_the_next_opening_is_told_by_the_clock_on_the_wall(midnight: datetime, length: int) -> None:
    hours = {"sun": ("09:00", "21:00"), "mon": ("08:00", "21:00")}
    told = {next_opening(hours, moment) for moment in moments(midnight)}
    assert told == {NextOpening(0, "09:00"), NextOpening(1, "08:00")}
    assert next_opening(hours, midnight - timedelta(hours=1)) == NextOpening(1, "09:00")


@pytest.mark.parametrize(("midnight", "length"), NIGHTS)
def test_an_order_is_late_after_its_window_and_not_an_hour_sooner_or_later(midnight: datetime, length: int) -> None:
    windows, second = Windows(), timedelta(seconds=1)
    for moment in moments(midnight):
        now = moment.astimezone(UTC)
        for status, name in WINDOWS_OF_STATUSES.items():
            since = now - windows.length(name)
            assert lateness_of(status, since, moment, windows, silent=False) is not Lateness.NONE
            assert lateness_of(status, since + second, moment, windows, silent=False) is Lateness.NONE
        placed_at = now - timedelta(minutes=80)
        assert reopened_deadline(placed_at, now, windows) - now == timedelta(minutes=10), "90 minutes from placing"
