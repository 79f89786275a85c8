"""Checks whether a campus takes orders now."""

from datetime import datetime

from domain.campus import Campus, is_within_opening_hours
from domain.draft import Draft
from domain.errors import OrdersPaused, OrdersPausedBecause
from domain.store.campus_repository import find_store
from domain.store.unit_of_work import UnitOfWork


def require_campus_open(campus: Campus, now: datetime) -> None:
    """Raise OrdersPaused when the campus is paused or closed at this hour.

    Raise OrdersPausedBecause when an admin paused it and gave a reason.
    """
    if campus.paused and campus.pause_reason:
        raise OrdersPausedBecause(reason=campus.pause_reason)
    if campus.paused or not is_within_opening_hours(campus.hours, now.astimezone(campus.zone)):
        raise OrdersPaused


async def require_open(work: UnitOfWork, campus: Campus, draft: Draft) -> None:
    """Raise as require_campus_open, and OrdersPaused when the listed store is closed at this hour."""
    require_campus_open(campus, work.now)
    if draft.store_id is None:
        return
    store = await find_store(work, campus.id, draft.store_id)
    if not is_within_opening_hours(store.hours, work.now.astimezone(campus.zone)):
        raise OrdersPaused
