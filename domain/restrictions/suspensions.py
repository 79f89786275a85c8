"""The suspension of a runner because of money: it holds on every campus, until the campus that decided it ends it."""

from domain.campuses.campus import Campus
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.restrictions import repository
from domain.restrictions.model import Restriction, RestrictionKind, RestrictionReason, RestrictionTerms
from domain.restrictions.notifications import suspended_elsewhere
from domain.restrictions.runner_groups.membership import follow_ended_restriction, follow_new_restriction
from domain.restrictions.runner_groups.repository import list_runner_campuses


async def suspend_everywhere(
    work: UnitOfWork, campus: Campus, person_id: int, note: str, *, decided_by: int
) -> Restriction:
    """Let a suspension hold on every campus; the admins of the others where the person runs are told."""
    terms = RestrictionTerms(kind=RestrictionKind.SUSPENSION, reason=RestrictionReason.MONEY, note=note, until=None)
    made = await repository.insert_proposal(work, campus.id, person_id, terms, proposed_by=decided_by)
    await repository.activate_restriction(work, made, decided_by=decided_by)
    await follow_new_restriction(work, made)
    for other in await list_runner_campuses(work, person_id):
        if other != campus.id:
            await notify(work, suspended_elsewhere(await find_campus(work, other), made))
    return made


async def end_suspension(work: UnitOfWork, campus: Campus, person_id: int, *, lifted_by: int) -> None:
    """End what `suspend_everywhere` of this campus began; do nothing when it began nothing."""
    kinds = (RestrictionKind.SUSPENSION,)
    for each in await repository.list_restrictions(work, campus.id, person_id, kinds=kinds):
        if await repository.lift_restriction(work, each, lifted_by=lifted_by, why="let back"):
            await follow_ended_restriction(work, each)
