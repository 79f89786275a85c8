"""Escalations: what each stage does when its timer is due.

A stage runs in the transaction that marks its timer as fired. It locks the order and checks it again. It raises a
CampusGError when the stage no longer applies. It returns the saga to start, if any, and never starts it itself: the
steps of sagas set and stop stages, so that would be an import cycle.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from domain.store.escalations import absent_customer_escalation, silent_runner_escalation, unclaimed_order_escalation
from domain.store.saga_run import SagaStart
from domain.store.timer_repository import DueTimer, stop_escalations
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind

__all__ = ["ESCALATION_STAGES", "EscalationStage", "stop_escalations"]

EscalationStage = Callable[[UnitOfWork, DueTimer], Awaitable[SagaStart | None]]

ESCALATION_STAGES: Mapping[TimerKind, EscalationStage] = MappingProxyType(
    {
        TimerKind.NUDGE: unclaimed_order_escalation.nudge_customer,
        TimerKind.ODDS: unclaimed_order_escalation.tell_claim_odds,
        TimerKind.RUNNER_CHECK_IN: silent_runner_escalation.ask_runner_check_in,
        TimerKind.CHECK_IN_DEADLINE: silent_runner_escalation.escalate_silent_runner,
        TimerKind.REMINDER: absent_customer_escalation.remind_absent_customer,
        TimerKind.ABSENT: absent_customer_escalation.allow_leaving_food,
    }
)
