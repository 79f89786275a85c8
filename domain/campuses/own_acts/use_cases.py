"""The check before every act of an admin that moves money or standing, and the agreement of a campus' only admin."""

from domain.campuses.campus import Campus
from domain.campuses.own_acts.repository import AGREED, has_agreed, has_other_admins, log_own_act
from domain.campuses.own_acts.subjects import ActSubject
from domain.campuses.people import Member
from domain.campuses.permissions import Action, is_permitted, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import AnotherAdminNeeded, OwnActUnconfirmed


async def require_uninvolved(
    work: UnitOfWork, campus: Campus, admin: Member, action: Action, subject: ActSubject
) -> None:
    """Raise unless the admin may act on this subject.

    Raise NotAllowed for a person who is no admin. For the admin's own matter raise AnotherAdminNeeded while the campus
    has a second admin, and OwnActUnconfirmed until the only one has agreed.
    """
    if is_permitted(admin.roles, action, own=subject.is_own(admin.person_id)):
        return
    require_permission(admin, action, own=False)
    if await has_other_admins(work, campus.id, admin.person_id):
        raise AnotherAdminNeeded
    if not await has_agreed(work, campus.id, admin.person_id, subject):
        raise OwnActUnconfirmed(subject.kind, subject.number)


async def agree_to_own_act(work: UnitOfWork, campus: Campus, admin: Member, subject: ActSubject) -> None:
    """Let the only admin of a campus do one act on their own matter, within ten minutes.

    Raise NotAllowed when it is not their own, AnotherAdminNeeded while the campus has a second admin.
    """
    require_permission(admin, Action.ACT_ON_OWN, own=subject.is_own(admin.person_id))
    if await has_other_admins(work, campus.id, admin.person_id):
        raise AnotherAdminNeeded
    await log_own_act(work, campus.id, admin.person_id, subject, AGREED)
