"""The kinds of lateness of an open order, for the admins' board."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from domain.campuses.windows import Windows
from domain.orders.states import OrderStatus
from domain.settings.timeouts import Timeout

SETTLEMENT_TIMEOUT = Timeout.SETTLEMENT.delta


class Lateness(StrEnum):
    NONE = "none"
    UNPAID = "unpaid"  # the bank's approval is overdue
    UNCLAIMED = "unclaimed"
    SILENT = "silent"  # the runner was asked and has not answered
    ABSENT = "absent"  # the customer does not come
    UNSETTLED = "unsettled"  # delivered, and the money is not captured


def lateness_of(status: OrderStatus, since: datetime, now: datetime, windows: Windows, *, silent: bool) -> Lateness:
    """Return how an order is late that has had this status since `since`; NONE while it is in time."""
    match status:
        case OrderStatus.PENDING:
            return _late_after(windows.length("payment"), since, now, Lateness.UNPAID)
        case OrderStatus.CREATED:
            return _late_after(windows.length("nudge"), since, now, Lateness.UNCLAIMED)
        case OrderStatus.ACCEPTED | OrderStatus.PLACED | OrderStatus.ON_THE_WAY:
            return Lateness.SILENT if silent else Lateness.NONE
        case OrderStatus.ARRIVED if silent:
            return Lateness.SILENT
        case OrderStatus.ARRIVED:
            return _late_after(windows.length("absent"), since, now, Lateness.ABSENT)
        case OrderStatus.DELIVERED:
            return _late_after(SETTLEMENT_TIMEOUT, since, now, Lateness.UNSETTLED)
        case OrderStatus.COMPLETED | OrderStatus.CANCELLED | OrderStatus.EXPIRED:
            return Lateness.NONE
        case _:
            assert_never(status)


def _late_after(window: timedelta, since: datetime, now: datetime, late: Lateness) -> Lateness:
    return late if now - since >= window else Lateness.NONE


def whole_minutes(since: datetime, now: datetime) -> int:
    """Return the whole minutes from `since` to `now`, at least 0."""
    return max(0, int((now - since).total_seconds()) // 60)
