"""Tests of opening hours on the clock of the campus: nights belong to the day they begin on."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campuses.campus import WEEKDAYS, DropPoint, OpeningHours, is_within_opening_hours
from domain.campuses.opening import NextOpening, next_opening

NIGHT: OpeningHours = {"fri": ("18:00", "02:00")}
DAY: OpeningHours = {"mon": ("08:00", "20:00"), "tue": ("00:00", "24:00")}
MONDAY = datetime(2026, 3, 2)  # noqa: DTZ001 - local time of a campus, as is_open takes it


@pytest.mark.parametrize(
    ("hours", "day", "clock", "expected"),
    [
        (DAY, 0, "07:59", False),
        (DAY, 0, "08:00", True),
        (DAY, 0, "19:59", True),
        (DAY, 0, "20:00", False),
        (DAY, 1, "00:00", True),
        (DAY, 1, "23:59", True),
        (DAY, 2, "12:00", False),
        (NIGHT, 4, "17:59", False),
        (NIGHT, 4, "18:00", True),
        (NIGHT, 4, "23:59", True),
        (NIGHT, 5, "01:59", True),
        (NIGHT, 5, "02:00", False),
        (NIGHT, 5, "18:00", False),
        (NIGHT, 4, "01:00", False),
    ],
)
def test_open_from_the_first_minute_to_before_the_last(
    hours: OpeningHours, day: int, clock: str, expected: bool
) -> None:
    hour, minute = clock.split(":")
    at = MONDAY + timedelta(days=day, hours=int(hour), minutes=int(minute))
    assert is_within_opening_hours(hours, at) is expected


@given(minutes=st.integers(0, 7 * 24 * 60 - 1))
def test_no_hours_at_all_is_always_open(minutes: int) -> None:
    assert is_within_opening_hours({}, MONDAY + timedelta(minutes=minutes))


@given(
    day=st.sampled_from(range(7)),
    opens=st.integers(0, 24 * 60 - 1),
    length=st.integers(1, 24 * 60 - 1),
    minutes=st.integers(0, 7 * 24 * 60 - 1),
)
def test_a_place_is_open_exactly_as_long_as_it_says(day: int, opens: int, length: int, minutes: int) -> None:
    closes = (opens + length) % (24 * 60)
    hours = {WEEKDAYS[day]: (f"{opens // 60:02d}:{opens % 60:02d}", f"{closes // 60:02d}:{closes % 60:02d}")}
    since = (minutes - day * 24 * 60 - opens) % (7 * 24 * 60)
    assert is_within_opening_hours(hours, MONDAY + timedelta(minutes=minutes)) is (since < length)


def test_a_drop_point_is_named_by_building_and_spot() -> None:
    assert DropPoint(id=1, building="Library", spot="lobby").name == "Library, lobby"
    assert DropPoint(id=1, building="Library", spot="").name == "Library"


@pytest.mark.parametrize(
    ("hours", "day", "clock", "opens"),
    [
        (DAY, 0, "07:59", NextOpening(0, "08:00")),
        (DAY, 0, "20:00", NextOpening(1, "00:00")),
        (NIGHT, 0, "12:00", NextOpening(4, "18:00")),
        (NIGHT, 4, "17:59", NextOpening(0, "18:00")),
        (NIGHT, 5, "02:00", NextOpening(6, "18:00")),
        ({"mon": ("08:00", "09:00")}, 0, "09:00", NextOpening(7, "08:00")),
        ({}, 0, "12:00", None),
    ],
)
def test_a_closed_place_says_when_it_opens(
    hours: OpeningHours, day: int, clock: str, opens: NextOpening | None
) -> None:
    hour, minute = map(int, clock.split(":"))
    assert next_opening(hours, MONDAY + timedelta(days=day, hours=hour, minutes=minute)) == opens
