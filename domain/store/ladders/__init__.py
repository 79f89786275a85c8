"""Silence has limits: what happens when a rung of a ladder is due, by the kind of its timer.

A rung runs in the commit that marks its timer fired. It looks at the order again (locked), raises a CampusGError when
nobody wants it any more, and returns the saga it asks for, if any: it never starts one itself, because the steps of
sagas set and stop rungs.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from domain.store.ladders import absent, silence, waiting
from domain.store.runs import Start
from domain.store.timers import DueTimer, stop_ladders
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind

__all__ = ["LADDERS", "Rung", "stop_ladders"]

Rung = Callable[[UnitOfWork, DueTimer], Awaitable[Start | None]]

LADDERS: Mapping[TimerKind, Rung] = MappingProxyType(
    {
        TimerKind.NUDGE: waiting.nudge,
        TimerKind.ODDS: waiting.tell_odds,
        TimerKind.SIGN_OF_LIFE: silence.ask_for_life,
        TimerKind.SILENCE: silence.act_on_silence,
        TimerKind.REMINDER: absent.remind,
        TimerKind.ABSENT: absent.allow_leaving,
    }
)
