"""Timers of orders: their kinds, statuses and transitions, and the deadlines that they keep."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.campuses.windows import Windows
from domain.orders.states import OrderPhase, OrderStatus, phase_of

MAX_RELEASES = 2  # an order is offered again this often; the next release makes it expire


class TimerKind(StrEnum):
    EXPIRE = "expire"
    NUDGE = "nudge"
    ODDS = "odds"
    RUNNER_CHECK_IN = "runner_check_in"  # ask the runner to check in
    CHECK_IN_DEADLINE = "check_in_deadline"  # the runner did not answer
    REMINDER = "reminder"  # tell the customer again that the runner is there
    ABSENT = "absent"  # the runner may leave the food


class TimerStatus(StrEnum):
    SET = "set"
    FIRED = "fired"
    STOPPED = "stopped"


class TimerEvent(StrEnum):
    FIRED = "fired"
    STOPPED = "stopped"
    PUT_OFF = "put_off"  # it fired and failed through a fault of ours: tried again later
    RESUMED = "resumed"  # a claim was given back: the former deadline holds again


TIMER_TRANSITIONS: Mapping[tuple[TimerStatus, TimerEvent], TimerStatus] = MappingProxyType(
    {
        (TimerStatus.SET, TimerEvent.FIRED): TimerStatus.FIRED,
        (TimerStatus.SET, TimerEvent.STOPPED): TimerStatus.STOPPED,
        (TimerStatus.STOPPED, TimerEvent.RESUMED): TimerStatus.SET,
        (TimerStatus.FIRED, TimerEvent.PUT_OFF): TimerStatus.SET,
    }
)


def check_in_window(status: OrderStatus) -> str | None:
    """Return the name of the window before the runner's check-in; None without a runner. Each step starts it again."""
    match phase_of(status):
        case OrderPhase.CLAIMED:
            return "runner_check_in"
        case OrderPhase.BOUGHT:
            return "runner_check_in_bought"
        case OrderPhase.UNCLAIMED | OrderPhase.DELIVERED | OrderPhase.COMPLETED | OrderPhase.ABANDONED:
            return None


def reopened_deadline(placed_at: datetime, now: datetime, windows: Windows) -> datetime:
    """Return the new deadline of a released order: a full window, limited by `open_at_most` from placing."""
    return min(now + windows.length("unclaimed"), placed_at + windows.length("open_at_most"))
