"""Tests of opening hours on the clock of the campus: nights belong to the day they begin on."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campuses.campus import WEEKDAYS, DayHours, DropPoint, OpeningHours
from domain.campuses.opening import (
    NEVER,
    NextOpening,
    find_closing_soon,
    hours_from_json,
    is_within_opening_hours,
    next_opening,
)

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


SPLIT: OpeningHours = {
    "mon": (("08:00", "14:00"), ("17:00", "20:00")),
    "tue": ("20:00", "24:00"),
    "wed": (("00:00", "02:00"), ("10:00", "12:00")),
    "fri": ("18:00", "02:00"),
    "2026-03-09": (),
    "2026-03-13": ("10:00", "11:00"),
}


@pytest.mark.parametrize(
    ("days", "clock", "is_open", "opens"),
    [
        (0, "13:59", True, NextOpening(0, "17:00")),
        (0, "14:00", False, NextOpening(0, "17:00")),
        (0, "17:00", True, NextOpening(1, "20:00")),
        (0, "20:00", False, NextOpening(1, "20:00")),
        (2, "01:59", True, NextOpening(0, "10:00")),
        (7, "09:00", False, NextOpening(1, "20:00")),  # a Monday that is a holiday
        (11, "10:30", True, NextOpening(3, "08:00")),  # a Friday with hours of its own
        (11, "19:00", False, NextOpening(3, "08:00")),
        (12, "01:00", False, NextOpening(2, "08:00")),
    ],
)
def test_breaks_and_dates_go_before_the_weekday(days: int, clock: str, *, is_open: bool, opens: NextOpening) -> None:
    hour, minute = map(int, clock.split(":"))
    local = MONDAY + timedelta(days=days, hours=hour, minutes=minute)
    assert is_within_opening_hours(SPLIT, local) is is_open
    assert next_opening(SPLIT, local) == opens


def test_a_night_that_began_before_a_holiday_goes_on_into_it() -> None:
    hours: OpeningHours = {"fri": ("18:00", "02:00"), "2026-03-07": ()}
    assert is_within_opening_hours(hours, MONDAY + timedelta(days=5, hours=1))


def test_a_place_without_an_opening_in_sight_is_closed_and_says_so() -> None:
    for hours in ({"mon": ()}, {"2026-03-01": ("08:00", "20:00")}):
        assert not is_within_opening_hours(hours, MONDAY + timedelta(hours=12))
        assert next_opening(hours, MONDAY + timedelta(hours=12)) == NEVER


@pytest.mark.parametrize(
    ("days", "clock", "closes"),
    [
        (0, "12:59", None),
        (0, "13:00", "14:00"),
        (0, "13:59", "14:00"),
        (0, "14:00", None),
        (1, "23:30", None),  # it goes on after midnight
        (2, "01:15", "02:00"),
        (4, "23:30", None),
        (5, "01:30", "02:00"),
    ],
)
def test_a_place_that_closes_within_the_hour_says_when(days: int, clock: str, closes: str | None) -> None:
    hour, minute = map(int, clock.split(":"))
    assert find_closing_soon(SPLIT, MONDAY + timedelta(days=days, hours=hour, minutes=minute)) == closes
    assert find_closing_soon({}, MONDAY + timedelta(days=days, hours=hour, minutes=minute)) is None


CLOCKS = st.integers(0, 24 * 60 - 1)


@given(
    ranges=st.lists(st.tuples(st.sampled_from(WEEKDAYS), CLOCKS, CLOCKS), max_size=6), now=st.integers(0, 14 * 1440 - 1)
)
def test_any_hours_are_those_of_a_clock_that_is_asked_every_minute(
    ranges: list[tuple[str, int, int]], now: int
) -> None:
    by_day: dict[str, list[tuple[str, str]]] = {}
    open_minutes: set[int] = set()
    for day, opens, closes in ranges:
        if opens == closes:
            continue
        pair = (f"{opens // 60:02d}:{opens % 60:02d}", f"{closes // 60:02d}:{closes % 60:02d}")
        by_day.setdefault(day, []).append(pair)
        begin = WEEKDAYS.index(day) * 1440 + opens
        open_minutes |= {(begin + minute) % (7 * 1440) for minute in range((closes - opens) % 1440)}
    hours: dict[str, DayHours] = {day: tuple(pairs) for day, pairs in by_day.items()} or {"mon": ()}
    local = MONDAY + timedelta(minutes=now)
    is_open = is_within_opening_hours(hours, local)
    assert is_open is (now % (7 * 1440) in open_minutes)
    closes_soon = find_closing_soon(hours, local)
    if closes_soon is not None:
        hour, minute = map(int, closes_soon.split(":"))
        left = (hour * 60 + minute - now) % 1440
        assert left <= 60
        assert is_within_opening_hours(hours, local + timedelta(minutes=left - 1))
        assert not is_within_opening_hours(hours, local + timedelta(minutes=left))


def test_stored_hours_are_read_in_both_forms() -> None:
    assert hours_from_json({"mon": ["08:00", "20:00"], "tue": [], "wed": [["08:00", "14:00"], ["17:00", "20:00"]]}) == {
        "mon": ("08:00", "20:00"),
        "tue": (),
        "wed": (("08:00", "14:00"), ("17:00", "20:00")),
    }
