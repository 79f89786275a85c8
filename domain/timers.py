"""Deadlines: their default lengths, the timers of orders, and what these start."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.order import OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The deadlines that a campus may set, in seconds."""

    payment: int = 15 * 60  # PENDING: until the bank approves
    unclaimed: int = 30 * 60  # CREATED: until a runner claims
    open_at_most: int = 90 * 60  # from placing to expiry, over all releases
    hold_check: int = 2 * 60  # accept_order waits this long for Stripe before it gives the order back
    hold_margin: int = 12 * 60 * 60  # an order is not claimable when its hold ends sooner than this
    card_set_up: int = 24 * 60 * 60  # a Checkout link is valid no longer
    auto_place: int = 30 * 60  # a draft that waits for a card is placed automatically within this time
    onboarding: int = 7 * 24 * 60 * 60  # how long the set-up of a payout account is polled
    nudge: int = 3 * 60  # CREATED this long: the customer is asked to wait or cancel
    odds: int = 6 * 60  # CREATED this long: the customer reads how often such orders were claimed
    runner_check_in: int = 8 * 60  # ACCEPTED, and the runner does nothing: check-in
    check_in_answer: int = 4 * 60  # from the check-in until the order is released or the admins are notified
    runner_check_in_bought: int = 20 * 60  # from the purchase on, and the runner does nothing: check-in
    reminder: int = 2 * 60  # ARRIVED this long: the customer is reminded
    absent: int = 5 * 60  # ARRIVED this long: the food may be left, with a photo
    relay: int = 30 * 60  # after the end of an order, its two sides may write to each other
    problem: int = 24 * 60 * 60  # after delivery, a problem may be reported
    refund: int = 30 * 24 * 60 * 60  # how long a bank may take for a refund before an admin has to ask Stripe

    def length(self, name: str) -> timedelta:
        """Return the window of this name as a duration."""
        seconds: int = getattr(self, name)
        return timedelta(seconds=seconds)


WINDOW_NAMES = tuple(field.name for field in fields(Windows))
MAX_RELEASES = 2  # an order is offered again this often; the next release makes it expire
POLL_INTERVAL = timedelta(seconds=3)  # between polls of Stripe while a saga waits for a person; no webhook is needed
ALERT_DELAY = timedelta(minutes=15)  # when a step fails this long, the admins are notified once


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

SAGA_KIND_BY_TIMER: Mapping[TimerKind, str] = MappingProxyType({TimerKind.EXPIRE: "expire_order"})

# The window before the check-in, by status. Each step of the runner starts it again.
CHECK_IN_WINDOWS: Mapping[OrderStatus, str] = MappingProxyType(
    {
        OrderStatus.ACCEPTED: "runner_check_in",
        OrderStatus.PLACED: "runner_check_in_bought",
        OrderStatus.ON_THE_WAY: "runner_check_in_bought",
        OrderStatus.ARRIVED: "runner_check_in_bought",
    }
)


def reopened_deadline(placed_at: datetime, now: datetime, windows: Windows) -> datetime:
    """Return the new deadline of a released order: a full window, limited by `open_at_most` from placing."""
    return min(now + windows.length("unclaimed"), placed_at + windows.length("open_at_most"))
