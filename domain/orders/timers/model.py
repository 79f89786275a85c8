"""Timers of orders: their kinds, statuses and transitions, and the deadlines that they keep."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.campuses.windows import Windows
from domain.orders.states import Order, OrderPhase, OrderStatus, phase_of

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


def claim_ends_at(order: Order, windows: Windows) -> datetime | None:
    """Return until when the runner of a claimed order has to buy, whatever they answer; None without such an order.

    The last question to them leaves the window `check_in_answer` before it.
    """
    if phase_of(order.status) is not OrderPhase.CLAIMED or order.accepted_at is None:
        return None
    return order.accepted_at + windows.length("purchase")


def check_in_due(order: Order, windows: Windows, now: datetime) -> datetime | None:
    """Return when the runner is asked next, or the admins are told of a long delivery; None without a runner.

    However often the runner says that all is well, neither is put off beyond its time.
    """
    window = check_in_window(order.status)
    if window is None:
        return None
    usual, claim_ends = now + windows.length(window), claim_ends_at(order, windows)
    if claim_ends is not None:
        return max(now, min(usual, claim_ends - windows.length("check_in_answer")))
    late = None if order.bought_at is None else order.bought_at + windows.length("delivery")
    return usual if late is None or late <= now else min(usual, late)


def reopened_deadline(placed_at: datetime, now: datetime, windows: Windows) -> datetime:
    """Return the new deadline of a released order: a full window, limited by `open_at_most` from placing."""
    return min(now + windows.length("unclaimed"), placed_at + windows.length("open_at_most"))
