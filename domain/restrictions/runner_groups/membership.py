"""Who may be in a runner group, and what follows when that changes."""

from collections.abc import Collection

from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.database.actors import Role
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.restrictions.exemption_repository import list_exempt_campuses
from domain.restrictions.model import GroupRemoval, Restriction, RestrictionKind, RestrictionReason
from domain.restrictions.repository import find_restriction_state
from domain.restrictions.runner_groups import repository
from domain.restrictions.runner_groups.notifications import removal_failed, runner_welcome_again


async def may_be_in_group(work: UnitOfWork, member: Member) -> bool:
    """Return whether this member may be in the runner group of the campus: admins, and runners who may take jobs."""
    if Role.ADMIN in member.roles:
        return True
    if Role.RUNNER not in member.roles:
        return False
    return (await find_restriction_state(work, member.campus_id, member.person_id)).may_run


async def find_group_to_remove_from(work: UnitOfWork, removal: GroupRemoval) -> int | None:
    """Return the runner group that the person must leave; None when they may be there, or none is bound."""
    member = await find_member(work, removal.campus_id, removal.person_id)
    if await may_be_in_group(work, member):
        return None
    return (await find_campus(work, removal.campus_id)).runner_group


async def follow_new_restriction(work: UnitOfWork, made: Restriction) -> None:
    """Have a person removed from the runner groups of the campuses where a new restriction keeps them from running."""
    if made.terms.kind is not RestrictionKind.LIMIT:
        for campus_id in await _held_campuses(work, made):
            await repository.request_removal(work, campus_id, made.person_id)


async def follow_ended_restriction(work: UnitOfWork, ended: Restriction) -> None:
    """Send a runner the way back into the groups of the campuses where nothing keeps them from running any more."""
    await welcome_back(work, ended, await _held_campuses(work, ended))


async def welcome_back(work: UnitOfWork, ended: Restriction, campus_ids: Collection[int]) -> None:
    """Send a runner the way back into the groups of those of these campuses where they may take jobs now."""
    if ended.terms.kind is RestrictionKind.LIMIT:
        return
    for campus_id in campus_ids:
        await try_welcome(work, campus_id, ended.person_id, f"restriction:{ended.id}")


async def try_welcome(work: UnitOfWork, campus_id: int, person_id: int, cause: str) -> bool:
    """Send a runner the way back into the group of a campus. Return False when they may not take jobs there."""
    member = await find_member(work, campus_id, person_id)
    if Role.RUNNER not in member.roles or not (await find_restriction_state(work, campus_id, person_id)).may_run:
        return False
    await notify(work, runner_welcome_again(await find_campus(work, campus_id), person_id, cause))
    return True


async def tell_removal_failed(work: UnitOfWork, removal: GroupRemoval, error: str) -> None:
    """Tell the admins once that somebody could not be removed, and why."""
    if await repository.mark_admins_told(work, removal):
        member = await find_member(work, removal.campus_id, removal.person_id)
        await notify(work, removal_failed(removal, member, error))


async def _held_campuses(work: UnitOfWork, restriction: Restriction) -> list[int]:
    campuses = await repository.list_runner_campuses(work, restriction.person_id)
    everywhere = restriction.terms.reason is RestrictionReason.MONEY
    exempt = await list_exempt_campuses(work, restriction.id)
    held = [campus_id for campus_id in campuses if everywhere or campus_id == restriction.campus_id]
    return [campus_id for campus_id in held if campus_id not in exempt]
