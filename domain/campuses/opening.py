"""The next opening of a closed place."""

from dataclasses import dataclass
from datetime import datetime

from domain.campuses.campus import WEEKDAYS, Campus, OpeningHours, is_within_opening_hours
from domain.errors import OrdersPaused, OrdersPausedBecause


@dataclass(frozen=True, slots=True)
class NextOpening:
    """A local time of day (`clock`, as HH:MM), `days` days from today."""

    days: int
    clock: str


def next_opening(hours: OpeningHours, local: datetime) -> NextOpening | None:
    """Return the next opening after this local time; None for a place without opening hours."""
    clock = local.strftime("%H:%M")
    for days in range(len(WEEKDAYS) + 1):
        day = WEEKDAYS[(local.weekday() + days) % len(WEEKDAYS)]
        if day in hours and (days or hours[day][0] > clock):
            return NextOpening(days, hours[day][0])
    return None


def require_campus_open(campus: Campus, now: datetime) -> None:
    """Raise OrdersPaused when the campus is paused or closed at this hour.

    Raise OrdersPausedBecause when an admin paused it and gave a reason.
    """
    if campus.paused and campus.pause_reason:
        raise OrdersPausedBecause(reason=campus.pause_reason)
    if campus.paused or not is_within_opening_hours(campus.hours, now.astimezone(campus.zone)):
        raise OrdersPaused
