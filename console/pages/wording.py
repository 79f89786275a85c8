"""Words for what the database calls by a short name: statuses, timers, messages; and for how long something took."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from domain.messaging.lane import Lane
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import OrderStatus
from domain.orders.timers.model import TimerKind
from domain.payouts.model import PayoutStatus
from domain.words import say_plain

LANGUAGE = "en"  # as the admin chat
TIMER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        TimerKind.EXPIRE: "the order ends, as nobody took it",
        TimerKind.NUDGE: "the customer is asked whether to wait",
        TimerKind.ODDS: "the customer reads how likely a runner is",
        TimerKind.RUNNER_CHECK_IN: "the runner is asked for a sign of life",
        TimerKind.CHECK_IN_DEADLINE: "the silent runner loses the job, or the admins are told",
        TimerKind.REMINDER: "the customer reads again that the runner is there",
        TimerKind.ABSENT: "the runner may leave the food",
    }
)
DELAY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        PayDelay.LEFT: "handed over without the PIN",
        PayDelay.FINISHED: "ended by an admin's word",
        PayDelay.NO_RECEIPT: "no photo of a high receipt",
        PayDelay.FIRST: "one of the runner's first deliveries",
        PayDelay.REVIEW: "an admin looks at it first",
        PayDelay.UNPAID: "the customer has not paid",
        PayDelay.CLOSED: "an admin closed the purchase",
    }
)
PAYOUT_WORDS: Mapping[PayoutStatus, str] = MappingProxyType(
    {
        PayoutStatus.OPEN: "not sent",
        PayoutStatus.SENDING: "being sent",
        PayoutStatus.PAID: "sent",
        PayoutStatus.ANNULLED: "not owed",
    }
)
LANE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Lane.MONEY: "messages about money, and alerts",
        Lane.ORDER: "messages about orders",
        Lane.CORRESPONDENCE: "what people write to each other",
    }
)


def status_words(status: OrderStatus) -> str:
    """Return the status of an order as the admin chat says it."""
    return say_plain(LANGUAGE, "bot-order-status", status=status)


def timer_words(kind: str) -> str:
    """Return what happens when a timer of this kind fires."""
    return TIMER_WORDS.get(kind, _spaced(kind))


def delay_words(held_for: str) -> str:
    """Return why a runner's pay is held back."""
    return DELAY_WORDS.get(held_for, _spaced(held_for))


def reason_words(reason: str) -> str:
    """Return a reason that a program wrote with spaces; what a person wrote stays."""
    return _spaced(reason) if reason.islower() and reason.replace("_", "").isalpha() else reason


def due_words(what: str) -> str:
    """Return what is due: of a lane what waits to be sent in it, and of anything else its own words."""
    return LANE_WORDS.get(what, what)


def message_words(key: str) -> str:
    """Return a name for the sentence of a notification."""
    return _spaced(key.removeprefix("notification-").replace("-", " "))


def duration_words(passed: timedelta | float) -> str:
    """Return about how long it was, of a span or of seconds, with the unit that fits."""
    seconds = passed.total_seconds() if isinstance(passed, timedelta) else passed
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{max(seconds, 0):.1f} s"


def _spaced(name: str) -> str:
    return name.replace("_", " ")
