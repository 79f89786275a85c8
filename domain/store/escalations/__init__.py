"""Silence has limits: what happens when a rung of a ladder is due, by the kind of its timer.

A rung runs in the commit that marks its timer fired. It looks at the order again (locked), raises a CampusGError when
nobody wants it any more, and returns the saga it asks for, if any: it never starts one itself, because the steps of
sagas set and stop rungs.
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
