"""Opening hours on the clock of the campus: whether a place is open, when it opens next, and when it closes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.campuses.campus import WEEKDAYS, Campus, DayHours, OpeningHours
from domain.errors import OrdersPaused, OrdersPausedBecause

FAR_AHEAD = 400  # days: a place that does not open within them has no opening in sight
CLOSING_SOON = timedelta(minutes=60)  # a runner has to come, and to queue


class NoRunnerGroup(OrdersPaused):
    """No runner would see an order: the campus has no runner group, or its bot may not write there."""

    key = "error-no-runner-group"


@dataclass(frozen=True, slots=True)
class NextOpening:
    """A local time of day (`clock`, as HH:MM), `days` days from today; -1 days when no opening is in sight."""

    days: int
    clock: str


NEVER = NextOpening(-1, "-")


def hours_from_json(stored: Mapping[str, Sequence[Any]]) -> OpeningHours:
    """Return stored hours: of each day a pair of times, or a list of pairs."""
    return {
        day: tuple(parts) if all(isinstance(part, str) for part in parts) else tuple((o, c) for o, c in parts)
        for day, parts in stored.items()
    }


def is_within_opening_hours(hours: OpeningHours, local: datetime) -> bool:
    """Return whether a place is open at this local time. Hours over midnight belong to the day they start."""
    return not hours or _find_closing(hours, local) is not None


def next_opening(hours: OpeningHours, local: datetime) -> NextOpening | None:
    """Return the next opening after this local time; None for a place without opening hours."""
    if not hours:
        return None
    now = local.replace(tzinfo=None)
    for days in range(FAR_AHEAD):
        later = [opens for opens, _ in _intervals(hours, now.date() + timedelta(days=days)) if opens > now]
        if later:
            return NextOpening(days, f"{min(later):%H:%M}")
    return NEVER


def find_closing_soon(hours: OpeningHours, local: datetime) -> str | None:
    """Return the clock (HH:MM) at which an open place closes within CLOSING_SOON; None while it stays open."""
    closes = _find_closing(hours, local)
    if closes is None or closes - local.replace(tzinfo=None) > CLOSING_SOON:
        return None
    return f"{closes:%H:%M}"


def _find_closing(hours: OpeningHours, local: datetime) -> datetime | None:
    """Return when a place that is open now closes; None when it is closed, or has no hours.

    What begins when the former ends is one time: from 20:00 to 24:00 and from 00:00 to 02:00 of the next day.
    """
    now = local.replace(tzinfo=None)
    open_now = [closes for opens, closes in _around(hours, now.date()) if opens <= now < closes]
    if not open_now:
        return None
    closes = max(open_now)
    for opens, later in sorted(_around(hours, closes.date())):
        if opens <= closes < later:
            closes = later
    return closes


def _around(hours: OpeningHours, day: date) -> list[tuple[datetime, datetime]]:
    """Return the times of this day, with what began the day before and what begins the day after."""
    return [each for days in (-1, 0, 1) for each in _intervals(hours, day + timedelta(days=days))]


def _intervals(hours: OpeningHours, day: date) -> list[tuple[datetime, datetime]]:
    of_day = hours.get(day.isoformat(), hours.get(WEEKDAYS[day.weekday()], ()))
    midnight = datetime.combine(day, time.min)
    found = []
    for opens, closes in pairs_of_day(of_day):
        begin, end = midnight + _since_midnight(opens), midnight + _since_midnight(closes)
        found.append((begin, end if end > begin else end + timedelta(days=1)))
    return found


def pairs_of_day(of_day: DayHours) -> Sequence[tuple[str, str]]:
    """Return the openings and closings of a day, also where it has one pair only."""
    match of_day:
        case (str() as opens, str() as closes):
            return ((opens, closes),)
        case _:
            return [(opens, closes) for opens, closes in of_day]


def _since_midnight(clock: str) -> timedelta:
    hour, minute = clock.split(":")
    return timedelta(hours=int(hour), minutes=int(minute))


def require_campus_open(campus: Campus, now: datetime) -> None:
    """Raise OrdersPaused when the campus is paused or closed at this hour.

    Raise OrdersPausedBecause when an admin paused it and gave a reason, NoRunnerGroup when no runner would see it.
    """
    if campus.paused and campus.pause_reason:
        raise OrdersPausedBecause(reason=campus.pause_reason)
    if campus.paused or not is_within_opening_hours(campus.hours, now.astimezone(campus.zone)):
        raise OrdersPaused
    if not campus.reaches_runners:
        raise NoRunnerGroup
