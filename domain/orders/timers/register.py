"""What each timer of an order does when it is due: the one table of timers.

A handler runs in the transaction that marks its timer as fired. It locks the order and checks it again. It raises a
CampusGError when the timer does not apply any more. It returns the saga to start, if any, and never starts it itself:
the steps of sagas set and stop timers, so that would be an import cycle.

A kind of timer without a handler only starts a saga, whose first step checks the order. Many of it are fired together.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.database.unit_of_work import UnitOfWork
from domain.orders.escalations import absent_customer, silent_runner, unclaimed_order
from domain.orders.sagas.expire_order import build_expiry_start
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import DueTimer
from domain.saga.run import SagaStart

TimerHandler = Callable[[UnitOfWork, DueTimer], Awaitable[SagaStart | None]]
BuildSagaStart = Callable[[DueTimer], SagaStart]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRegister:
    """The handler of every kind of timer, or the saga that it starts."""

    handlers: Mapping[TimerKind, TimerHandler]
    sagas: Mapping[TimerKind, BuildSagaStart]


def expire_order(due: DueTimer) -> SagaStart:
    """Return the saga that expires the order; its first step checks whether the order is still open."""
    return build_expiry_start(campus_id=due.campus_id, order_id=due.order_id, timer_id=due.id)


TIMER_SAGAS: Mapping[TimerKind, BuildSagaStart] = MappingProxyType({TimerKind.EXPIRE: expire_order})
TIMER_HANDLERS: Mapping[TimerKind, TimerHandler] = MappingProxyType(
    {
        TimerKind.NUDGE: unclaimed_order.nudge_customer,
        TimerKind.ODDS: unclaimed_order.tell_claim_odds,
        TimerKind.RUNNER_CHECK_IN: silent_runner.ask_runner_check_in,
        TimerKind.CHECK_IN_DEADLINE: silent_runner.escalate_silent_runner,
        TimerKind.REMINDER: absent_customer.remind_absent_customer,
        TimerKind.ABSENT: absent_customer.allow_leaving_food,
    }
)
