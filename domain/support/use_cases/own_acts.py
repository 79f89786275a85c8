"""[Yes, I do it myself]: the only admin of a campus agrees to one act on an own order, or about themselves."""

from typing import assert_never

from domain.campuses.campus import Campus
from domain.campuses.own_acts import use_cases as own_acts
from domain.campuses.own_acts.subjects import ActSubject, ActSubjectKind, person_subject
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.orders.repository import find_order
from domain.orders.use_cases.act_subjects import subject_of_order


async def agree_to_own_act(work: UnitOfWork, campus: Campus, admin: Member, kind: ActSubjectKind, number: int) -> None:
    """Agree to one act on this order, or on oneself.

    Raise NotAllowed when it is not the admin's own matter, AnotherAdminNeeded while the campus has a second admin.
    """
    require_permission(admin, Action.ACT_ON_OWN)
    await own_acts.agree_to_own_act(work, campus, admin, await _find_subject(work, campus, admin, kind, number))


async def _find_subject(
    work: UnitOfWork, campus: Campus, admin: Member, kind: ActSubjectKind, number: int
) -> ActSubject:
    match kind:
        case ActSubjectKind.ORDER:
            return subject_of_order(await find_order(work, campus.id, number))
        case ActSubjectKind.PERSON:
            return person_subject(number, admin.first_name)
        case ActSubjectKind.NOTHING:
            raise Stale
        case _:
            assert_never(kind)
