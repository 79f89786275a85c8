"""The guard of what bars and suspensions forbid."""

from domain.campuses.campus import Campus
from domain.database.unit_of_work import UnitOfWork
from domain.restrictions.errors import PersonBarred, RunnerSuspendedElsewhere
from domain.restrictions.model import describe_to_person
from domain.restrictions.repository import find_restriction_state


async def require_not_barred(work: UnitOfWork, campus: Campus, person_id: int) -> None:
    """Raise PersonBarred while the person is barred on this campus: why in general words, until when, by whom."""
    state = await find_restriction_state(work, campus.id, person_id)
    if state.bar is not None:
        raise PersonBarred(**describe_to_person(campus, state.bar))


async def require_may_run(work: UnitOfWork, campus: Campus, person_id: int) -> None:
    """Raise PersonBarred, or RunnerSuspendedElsewhere, while something keeps the person from taking jobs here."""
    state = await find_restriction_state(work, campus.id, person_id)
    if state.bar is not None:
        raise PersonBarred(**describe_to_person(campus, state.bar))
    if state.suspension is not None:
        raise RunnerSuspendedElsewhere(team=state.suspension.campus_title)
