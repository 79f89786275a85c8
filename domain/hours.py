"""When a place that is closed opens again."""

from dataclasses import dataclass
from datetime import datetime

from domain.campus import WEEKDAYS, Hours


@dataclass(frozen=True, slots=True)
class Opening:
    """A time of day (HH:MM, local), so many days from today."""

    days: int
    clock: str


def next_opening(hours: Hours, local: datetime) -> Opening | None:
    """The next time after this local one at which a day's hours begin; None for a place without hours."""
    clock = local.strftime("%H:%M")
    for days in range(len(WEEKDAYS) + 1):
        day = WEEKDAYS[(local.weekday() + days) % len(WEEKDAYS)]
        if day in hours and (days or hours[day][0] > clock):
            return Opening(days, hours[day][0])
    return None
