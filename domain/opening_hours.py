"""The next opening of a closed place."""

from dataclasses import dataclass
from datetime import datetime

from domain.campus import WEEKDAYS, OpeningHours


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
