"""The hold that a saga run works on: the replacement hold that it requested, or else the current hold of its order."""

from sqlalchemy import ColumnElement

from domain.database.unit_of_work import UnitOfWork
from domain.payments.hold_repository import find_hold, is_current_hold_of, move_hold_where
from domain.payments.model import Hold, HoldEvent
from domain.payments.replacement_hold_repository import is_replacement_hold_of
from domain.saga.run import SagaRun


async def find_hold_of_run(work: UnitOfWork, run: SagaRun) -> Hold | None:
    """Return the hold of this run, in any status."""
    return await find_hold(work, _is_hold_of(run))


async def move_hold_of_run(work: UnitOfWork, run: SagaRun, happened: HoldEvent, **changes: object) -> Hold | None:
    """Move the hold of this run and log it.

    Return None, and change nothing, when the event is not legal in its status.
    """
    return await move_hold_where(work, _is_hold_of(run), happened, **changes)


def _is_hold_of(run: SagaRun) -> ColumnElement[bool]:
    return (
        is_replacement_hold_of(run.id)
        if run.saga.has_step("authorize_replacement_hold")
        else is_current_hold_of(run.required_order_id)
    )
