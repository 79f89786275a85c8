"""The guard of what bars and suspensions forbid."""

from domain.campuses.campus import Campus
from domain.database.unit_of_work import UnitOfWork
from domain.restrictions.errors import PersonBarred, RunnerSuspendedElsewhere
from domain.restrictions.model import RestrictionState, describe_to_person
from domain.restrictions.repository import find_restriction_state


async def require_not_barred(work: UnitOfWork, campus: Campus, person_id: int) -> RestrictionState:
    """Return what else holds for a person who is not barred on this campus.

    Raise PersonBarred while they are: why in general words, until when, by whom.
    """
    state = await find_restriction_state(work, campus.id, person_id)
    if state.bar is not None:
        refusal = PersonBarred(**describe_to_person(campus, state.bar))
        refusal.restriction_id = state.bar.id
        raise refusal
    return state


async def require_may_run(work: UnitOfWork, campus: Campus, person_id: int) -> None:
    """Raise PersonBarred, or RunnerSuspendedElsewhere, while something keeps the person from taking jobs here."""
    state = await require_not_barred(work, campus, person_id)
    if state.suspension is not None:
        refusal = RunnerSuspendedElsewhere(team=state.suspension.campus_title)
        refusal.restriction_id = state.suspension.id
        raise refusal
