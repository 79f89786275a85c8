"""When a place that is closed opens again."""

from dataclasses import dataclass
from datetime import datetime

from domain.campus import WEEKDAYS, OpeningHours


@dataclass(frozen=True, slots=True)
class NextOpening:
    """A time of day (HH:MM, local), so many days from today."""

    days: int
    clock: str


def next_opening(hours: OpeningHours, local: datetime) -> NextOpening | None:
    """The next time after this local one at which a day's hours begin; None for a place without hours."""
    clock = local.strftime("%H:%M")
    for days in range(len(WEEKDAYS) + 1):
        day = WEEKDAYS[(local.weekday() + days) % len(WEEKDAYS)]
        if day in hours and (days or hours[day][0] > clock):
            return NextOpening(days, hours[day][0])
    return None
