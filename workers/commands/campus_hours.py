"""The opening hours of a campus file: by weekday and by date, with breaks and closed days, always, and never."""

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import cast

from domain.campuses.campus import WEEKDAYS, DayHours, OpeningHours
from workers.commands.campus_values import Section, check_keys, format_value

MAX_DATES = 366  # that a file may name, each day of a range counted
DAILY = "daily"  # the hours of the weekdays that the file does not name
CLOSED = "closed"

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_RANGE = re.compile(r"\s*(\S+?)\s*[-–]\s*(\S+)\s*")
_DATES = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")


def read_hours(section: Section, key: str) -> OpeningHours:
    """Return opening hours by weekday and date; a missing weekday is closed, and a table without any is never open."""
    value = section.content.get(key, "always")
    if value == "always":
        return {}
    if value == "never":
        value = {}
    if not isinstance(value, dict):
        section.add_error(
            key, f'{format_value(value)} are no hours; write "always" or days, like {{ mon = "08:00-20:00" }}'
        )
        return {}
    days = Section(path=section.path_of(key), content=value, errors=section.errors)
    dated = {name: found for name in value if (found := _DATES.fullmatch(name)) is not None}
    check_keys(Section(path=days.path, content=_without(value, dated), errors=days.errors), (*WEEKDAYS, DAILY))
    usual = _read_day(days, DAILY) if DAILY in value else ()
    hours = {day: _read_day(days, day) if day in value else usual for day in WEEKDAYS if day in value or usual}
    for name, found in dated.items():
        for day in _read_dates(days, name, found):
            hours[day.isoformat()] = _read_day(days, name)
    return hours or {WEEKDAYS[0]: ()}


def _without(content: dict[str, object], names: object) -> dict[str, object]:
    return {name: value for name, value in content.items() if name not in cast(dict[str, object], names)}


def _read_dates(days: Section, name: str, found: re.Match[str]) -> list[date]:
    """Return the dates of `2026-12-25` or `2026-12-24..2027-01-02`; none after an error."""
    try:
        first = date.fromisoformat(found[1])
        last = date.fromisoformat(found[2] or found[1])
    except ValueError:
        days.add_error(name, "is no date of the calendar; write it like 2026-12-25")
        return []
    count = (last - first).days + 1
    if not 1 <= count <= MAX_DATES:
        days.add_error(name, f"has to go from an earlier to a later date, over at most {MAX_DATES} days")
        return []
    return [first + timedelta(days=number) for number in range(count)]


def _read_day(days: Section, day: str) -> DayHours:
    """Return the hours of a day: one pair, several after a comma, or none for "closed"."""
    value = days.content[day]
    if value == CLOSED:
        return ()
    if isinstance(value, str) and "," in value:
        pairs = [_read_pair(days, day, part) for part in value.split(",")]
        return _in_order(days, day, [pair for pair in pairs if pair is not None])
    pair = _read_pair(days, day, value)
    return ("00:00", "24:00") if pair is None else pair


def _in_order(days: Section, day: str, pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the pairs; add an error where one begins before the former ends, or where one but the last is a night."""
    for (opens, closes), (next_opens, _) in pairwise(pairs):
        if not opens < closes <= next_opens:
            days.add_error(day, f"{format_value(days.content[day])} are not one after the other")
            break
    return tuple(pairs)


def _read_pair(days: Section, day: str, value: object) -> tuple[str, str] | None:
    found = _RANGE.fullmatch(value) if isinstance(value, str) else None
    pair = found.groups() if found else tuple(value) if isinstance(value, list) else ()
    if len(pair) != 2 or not all(isinstance(clock, str) for clock in pair):
        days.add_error(day, f'{format_value(value)} are no hours; write them like "08:00-20:00"')
        return None
    opens, closes = cast(tuple[str, str], pair)
    if not _CLOCK.fullmatch(opens) or not (_CLOCK.fullmatch(closes) or closes == "24:00"):
        days.add_error(day, f'{format_value(value)} is not on the clock; write it like "08:00-20:00"')
        return None
    if opens == closes:
        days.add_error(day, f'{format_value(value)} opens when it closes; for all day write "00:00-24:00"')
        return None
    return (opens, closes)
