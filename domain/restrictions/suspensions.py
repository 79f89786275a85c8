"""The suspension of a runner: because of money it holds on every campus, until the one that decided it ends it."""

from domain.campuses.campus import Campus
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import change_runner_status
from domain.database.actors import Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError, Stale
from domain.messaging.outbox_repository import notify
from domain.restrictions import repository
from domain.restrictions.elsewhere import tell_other_campuses, tell_other_campuses_ended
from domain.restrictions.errors import NotSuspendedHere
from domain.restrictions.model import (
    Restriction,
    RestrictionKind,
    RestrictionReason,
    RestrictionState,
    RestrictionTerms,
)
from domain.restrictions.notifications import still_restricted
from domain.restrictions.runner_groups.membership import follow_ended_restriction, follow_new_restriction, try_welcome
from domain.restrictions.runner_groups.repository import request_removal

LET_BACK = "let back"  # why a suspension ended: its command has no reason


async def begin_suspension(work: UnitOfWork, campus: Campus, person_id: int, reason: str, *, decided_by: int) -> None:
    """Suspend an approved runner: they leave the runner group. Raise Stale for a person who is none.

    A reason that begins with the word "money" holds on every campus; the admins of the others read so.
    """
    actor = Actor(role=Role.ADMIN, person_id=decided_by)
    before, after = RunnerStatus.APPROVED, RunnerStatus.SUSPENDED
    if not await change_runner_status(work, actor, campus.id, person_id, before=before, after=after, reason=reason):
        raise Stale
    if reason.split()[0].strip(":,.").lower() != RestrictionReason.MONEY:
        await request_removal(work, campus.id, person_id)
        return
    terms = RestrictionTerms(kind=RestrictionKind.SUSPENSION, reason=RestrictionReason.MONEY, note=reason, until=None)
    made = await repository.insert_proposal(work, campus.id, person_id, terms, proposed_by=decided_by)
    await repository.activate_restriction(work, made, decided_by=decided_by)
    await follow_new_restriction(work, made)
    await tell_other_campuses(work, made)


async def end_suspension(work: UnitOfWork, campus: Campus, person_id: int, *, ended_by: int) -> RestrictionState:
    """End the suspension of this campus, wherever it held. Return what holds for the person here now.

    A runner who may take jobs again is sent the way into the group; one who may not reads what still holds. Raise
    NotSuspendedHere when another campus suspended them and not this one, Stale when nobody did.
    """
    actor = Actor(role=Role.ADMIN, person_id=ended_by)
    before, after = RunnerStatus.SUSPENDED, RunnerStatus.APPROVED
    if not await change_runner_status(work, actor, campus.id, person_id, before=before, after=after):
        raise await _refusal(work, campus, person_id)
    ended = [each for each in await _own_suspensions(work, campus, person_id) if await _lift(work, each, ended_by)]
    for each in ended:
        await tell_other_campuses_ended(work, each, LET_BACK)
        await follow_ended_restriction(work, each)
    cause = f"unsuspended:{work.now.timestamp()}"
    if not ended:
        await try_welcome(work, campus.id, person_id, cause)
    state = await repository.find_restriction_state(work, campus.id, person_id)
    if (held := state.keeps_from_running) is not None:
        await notify(work, still_restricted(campus, held, cause))
    return state


async def _own_suspensions(work: UnitOfWork, campus: Campus, person_id: int) -> list[Restriction]:
    held = await repository.list_restrictions_of(work, campus.id, person_id)
    return [each for each in held if each.campus_id == campus.id and each.terms.kind is RestrictionKind.SUSPENSION]


async def _lift(work: UnitOfWork, suspension: Restriction, ended_by: int) -> bool:
    return await repository.lift_restriction(work, suspension, lifted_by=ended_by, why=LET_BACK)


async def _refusal(work: UnitOfWork, campus: Campus, person_id: int) -> CampusGError:
    suspension = (await repository.find_restriction_state(work, campus.id, person_id)).suspension
    if suspension is None or suspension.campus_id == campus.id:
        return Stale()
    return NotSuspendedHere(team=suspension.campus_title, number=str(person_id))
