"""Whether a campus takes this basket now."""

from domain.campus import Campus, is_open
from domain.draft import Draft
from domain.errors import OrdersPaused
from domain.store.campuses import find_store
from domain.store.unit_of_work import UnitOfWork


async def require_open(work: UnitOfWork, campus: Campus, draft: Draft) -> None:
    """OrdersPaused when an admin paused the campus, or campus or store are closed at this hour."""
    local = work.now.astimezone(campus.zone)
    hours = [campus.hours]
    if draft.store_id is not None:
        hours.append((await find_store(work, campus.id, draft.store_id)).hours)
    if campus.paused or not all(is_open(each, local) for each in hours):
        raise OrdersPaused
