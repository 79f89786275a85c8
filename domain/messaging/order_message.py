"""The kinds of order messages."""

from datetime import timedelta
from enum import StrEnum

from domain.settings.timeouts import Timeout


class OrderMessageKind(StrEnum):
    CUSTOMER = "customer"
    RUNNER = "runner"
    GROUP = "group"  # in the campus' runner group: all runners read it


def unknown_send_rest(times: int) -> timedelta:
    """Return how long a message rests after its send had an unknown outcome for the `times`-th time, from 1."""
    seconds = Timeout.UNKNOWN_SEND_REST.seconds * 4.0 ** min(times - 1, 12)
    return timedelta(seconds=min(seconds, Timeout.UNKNOWN_SEND_REST_MAX.seconds))
