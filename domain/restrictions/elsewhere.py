"""What other campuses learn of a restriction because of money, and how an admin there lifts it for theirs alone."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.repository import find_campus, list_other_places
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.repository import find_notification_status
from domain.messaging.outbox_repository import notify
from domain.restrictions.exemption_repository import insert_exemption, list_exempt_campuses
from domain.restrictions.model import Restriction, RestrictionReason
from domain.restrictions.notifications import (
    elsewhere_name,
    ended_elsewhere,
    exempted_elsewhere,
    restricted_elsewhere,
    restriction_lifted_here,
)
from domain.restrictions.repository import find_active_restriction
from domain.restrictions.runner_groups.membership import welcome_back


async def tell_other_campuses(work: UnitOfWork, made: Restriction) -> None:
    """Tell the admins of all other campuses where the person has a place of a new restriction because of money."""
    if made.terms.reason is RestrictionReason.MONEY:
        for campus_id in await list_other_places(work, made.person_id, but=made.campus_id):
            await notify(work, restricted_elsewhere(await find_campus(work, campus_id), made))


async def tell_campus_of_refusal(work: UnitOfWork, campus_id: int, restriction_id: int) -> None:
    """Tell the admins of a campus, once, why somebody was refused there, if another campus decided it."""
    found = await find_active_restriction(work, restriction_id)
    if found is not None and found.campus_id != campus_id:
        await notify(work, restricted_elsewhere(await find_campus(work, campus_id), found))


async def tell_other_campuses_ended(work: UnitOfWork, ended: Restriction, why: str) -> None:
    """Tell the admins who read of a restriction of another campus, and did not lift it on theirs, that it was ended."""
    exempt = await list_exempt_campuses(work, ended.id)
    for campus_id in await list_other_places(work, ended.person_id, but=ended.campus_id):
        was_told = await find_notification_status(work, elsewhere_name(campus_id, ended.id)) is not None
        if was_told and campus_id not in exempt:
            await notify(work, ended_elsewhere(campus_id, ended, why))


async def exempt_here(work: UnitOfWork, campus: Campus, admin: Member, held: Restriction, why: str) -> bool:
    """Lift what another campus decided for this one alone; both teams and the person are told.

    Return False when it did not hold here before.
    """
    if not await insert_exemption(work, campus.id, held, made_by=admin.person_id, why=why):
        return False
    await notify(work, exempted_elsewhere(held, campus, admin.first_name, why))
    await notify(work, restriction_lifted_here(campus, held))
    await welcome_back(work, held, {campus.id})
    return True
