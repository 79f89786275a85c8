"""The groups of a campus in which its bot may not write now: why, and since when."""

from sqlalchemy import update

from domain.campuses.campus import Campus, CampusGroup
from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork

_WHY = {CampusGroup.RUNNERS: campus.c.runner_group_lost, CampusGroup.ADMINS: campus.c.admin_chat_lost}
_SINCE = {CampusGroup.RUNNERS: campus.c.runner_group_lost_at, CampusGroup.ADMINS: campus.c.admin_chat_lost_at}


def find_group(found: Campus, chat_id: int) -> CampusGroup | None:
    """Return which group of the campus this chat is; None for any other chat."""
    if chat_id == found.runner_group:
        return CampusGroup.RUNNERS
    return CampusGroup.ADMINS if chat_id == found.admin_chat else None


def why_lost(found: Campus, group: CampusGroup) -> str | None:
    """Return why the bot may not write in this group; None when nothing is known against it."""
    return found.runner_group_lost if group is CampusGroup.RUNNERS else found.admin_chat_lost


async def try_lose_group(work: UnitOfWork, campus_id: int, group: CampusGroup, why: str) -> bool:
    """Record that the bot may not write in this group. Return False, and change nothing, when that was known."""
    statement = update(campus).where(campus.c.id == campus_id, _WHY[group].is_(None))
    changed = {_WHY[group]: why, _SINCE[group]: work.now}
    return (await work.connection.execute(statement.values(changed))).rowcount == 1


async def try_regain_group(work: UnitOfWork, campus_id: int, group: CampusGroup) -> bool:
    """Record that the bot may write in this group. Return False, and change nothing, when it was not lost."""
    statement = update(campus).where(campus.c.id == campus_id, _WHY[group].is_not(None))
    return (await work.connection.execute(statement.values({_WHY[group]: None, _SINCE[group]: None}))).rowcount == 1
