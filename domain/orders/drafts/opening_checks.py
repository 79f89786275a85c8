"""Whether the campus and the store of a draft take orders now."""

from domain.campuses.campus import Campus, is_within_opening_hours
from domain.campuses.opening import require_campus_open
from domain.campuses.repository import find_store
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrdersPaused
from domain.orders.drafts.draft import Draft


async def require_open(work: UnitOfWork, campus: Campus, draft: Draft) -> None:
    """Raise as require_campus_open, and OrdersPaused when the listed store is closed at this hour."""
    require_campus_open(campus, work.now)
    if draft.store_id is None:
        return
    store = await find_store(work, campus.id, draft.store_id)
    if not is_within_opening_hours(store.hours, work.now.astimezone(campus.zone)):
        raise OrdersPaused
