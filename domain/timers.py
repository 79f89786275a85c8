"""Every deadline there is: its length when a campus says nothing else, and what it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.order import OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The deadlines a campus may set, in seconds."""

    payment: int = 15 * 60  # PENDING until the bank has said yes
    unclaimed: int = 30 * 60  # CREATED until a runner claims
    open_at_most: int = 90 * 60  # from placing, over all releases together
    hold_check: int = 2 * 60  # accept_order waits this long for Stripe before it gives the job back
    hold_margin: int = 12 * 60 * 60  # a job is not claimable when its hold ends sooner than this
    card_set_up: int = 24 * 60 * 60  # a Checkout link lives no longer
    auto_place: int = 30 * 60  # a draft waiting for its card places itself within this
    onboarding: int = 7 * 24 * 60 * 60  # a pay-out set-up link is watched this long
    nudge: int = 3 * 60  # CREATED this long: the customer may wait or cancel
    odds: int = 6 * 60  # CREATED this long: she is told how such orders fare
    runner_check_in: int = 8 * 60  # ACCEPTED without a word of the runner: she is asked
    check_in_answer: int = 4 * 60  # to that question, before the job goes back to the others
    runner_check_in_bought: int = (
        20 * 60
    )  # from the purchase on, without a word: the runner is asked, then the admins told
    reminder: int = 2 * 60  # ARRIVED, and the customer does not come: she is reminded
    absent: int = 5 * 60  # ARRIVED this long: the food may be left, with a photo
    relay: int = 30 * 60  # after the end of an order its two sides may write to each other
    problem: int = 24 * 60 * 60  # after delivery a problem may be reported
    refund: int = 30 * 24 * 60 * 60  # a bank may take this long before a human asks Stripe what became of a refund

    def length(self, name: str) -> timedelta:
        """The window of that name as a duration."""
        seconds: int = getattr(self, name)
        return timedelta(seconds=seconds)


WINDOW_NAMES = tuple(field.name for field in fields(Windows))
MAX_RELEASES = 2  # a job goes back to the group this often; given back once more, it expires
POLL_INTERVAL = timedelta(seconds=3)  # how often a wait on a person asks Stripe, so that no webhook is needed
ALERT_DELAY = timedelta(minutes=15)  # a step that keeps failing is told to the admins once


class TimerKind(StrEnum):
    EXPIRE = "expire"
    NUDGE = "nudge"
    ODDS = "odds"
    RUNNER_CHECK_IN = "runner_check_in"  # ask the runner
    CHECK_IN_DEADLINE = "check_in_deadline"  # she did not answer
    REMINDER = "reminder"  # tell the customer once more that her runner is here
    ABSENT = "absent"  # the runner may leave the food


class TimerStatus(StrEnum):
    SET = "set"
    FIRED = "fired"
    STOPPED = "stopped"


class TimerEvent(StrEnum):
    FIRED = "fired"
    STOPPED = "stopped"
    PUT_OFF = "put_off"  # it fired but could start nothing: a fault of ours
    RESUMED = "resumed"  # a claim was given back: the old deadline counts again


TIMER_TRANSITIONS: Mapping[tuple[TimerStatus, TimerEvent], TimerStatus] = MappingProxyType(
    {
        (TimerStatus.SET, TimerEvent.FIRED): TimerStatus.FIRED,
        (TimerStatus.SET, TimerEvent.STOPPED): TimerStatus.STOPPED,
        (TimerStatus.STOPPED, TimerEvent.RESUMED): TimerStatus.SET,
        (TimerStatus.FIRED, TimerEvent.PUT_OFF): TimerStatus.SET,
    }
)

SAGA_KIND_BY_TIMER: Mapping[TimerKind, str] = MappingProxyType({TimerKind.EXPIRE: "expire_order"})

# How long a runner may be silent in each state before she is asked; each step of hers begins it anew.
CHECK_IN_WINDOWS: Mapping[OrderStatus, str] = MappingProxyType(
    {
        OrderStatus.ACCEPTED: "runner_check_in",
        OrderStatus.PLACED: "runner_check_in_bought",
        OrderStatus.ON_THE_WAY: "runner_check_in_bought",
        OrderStatus.ARRIVED: "runner_check_in_bought",
    }
)


def reopened_deadline(placed_at: datetime, now: datetime, windows: Windows) -> datetime:
    """The fresh deadline of a job given back: a whole window, but never past the longest an order may stay open."""
    return min(now + windows.length("unclaimed"), placed_at + windows.length("open_at_most"))
