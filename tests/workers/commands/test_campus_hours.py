"""Opening hours in a campus file: breaks, closed days, dates, every day, always and never."""

import pytest

from domain.campuses.opening import NEVER, is_within_opening_hours, next_opening
from tests.domain.campuses.test_opening_hours import MONDAY
from tests.workers.commands.test_campus_file import changed_file, file_errors

NIGHTS = '{ fri = "18:00-02:00" }'


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ('{ mon = "08:00-14:00, 17:00-20:00" }', {"mon": (("08:00", "14:00"), ("17:00", "20:00"))}),
        ('{ mon = "08:00-20:00", tue = "closed" }', {"mon": ("08:00", "20:00"), "tue": ()}),
        ('{ mon = "08:00-20:00", 2026-12-25 = "closed" }', {"mon": ("08:00", "20:00"), "2026-12-25": ()}),
        (
            '{ mon = "08:00-20:00", "2026-12-31..2027-01-01" = "10:00-12:00" }',
            {"mon": ("08:00", "20:00"), "2026-12-31": ("10:00", "12:00"), "2027-01-01": ("10:00", "12:00")},
        ),
        ('{ fri = "10:00-12:00, 18:00-02:00" }', {"fri": (("10:00", "12:00"), ("18:00", "02:00"))}),
        ('"always"', {}),
        ("{}", {"mon": ()}),
        ('"never"', {"mon": ()}),
    ],
)
def test_hours_are_what_the_file_says(written: str, hours: object) -> None:
    assert changed_file(NIGHTS, written).stores[1].hours == hours


def test_a_table_without_a_day_is_never_open_and_daily_fills_the_days_that_are_not_named() -> None:
    never = changed_file(NIGHTS, "{}").stores[1].hours
    assert not is_within_opening_hours(never, MONDAY)
    assert next_opening(never, MONDAY) == NEVER
    daily = changed_file(NIGHTS, '{ daily = "08:00-20:00", sun = "closed" }').stores[1].hours
    assert [daily[day] for day in ("mon", "sat", "sun")] == [("08:00", "20:00"), ("08:00", "20:00"), ()]


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ('{ mon = "08:00-14:00, 13:00-20:00" }', 'hours.mon: "08:00-14:00, 13:00-20:00" are not one after the other'),
        ('{ mon = "18:00-02:00, 10:00-12:00" }', 'hours.mon: "18:00-02:00, 10:00-12:00" are not one after the other'),
        ('{ mon = "08:00-14:00, soon" }', 'hours.mon: " soon" are no hours; write them like "08:00-20:00"'),
        ('{ 2026-02-30 = "closed" }', "hours.2026-02-30: is no date of the calendar; write it like 2026-12-25"),
        ('{ "2026-12-26..2026-12-24" = "closed" }', "hours.2026-12-26..2026-12-24: has to go from an earlier"),
        ('{ "2026-01-01..2028-01-01" = "closed" }', "hours.2026-01-01..2028-01-01: has to go from an earlier"),
        ('{ dayly = "08:00-20:00" }', "hours.dayly: is unknown; did you mean daily?"),
        ('"sometimes"', 'hours: "sometimes" are no hours; write "always" or days'),
    ],
)
def test_a_mistake_in_hours_is_one_sentence(written: str, mistake: str) -> None:
    (said,) = file_errors(NIGHTS, written)
    assert said.startswith(f"stores[1].{mistake}")
