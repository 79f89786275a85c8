"""What people do with a campus: accept its invitation, choose a default place; an admin pauses and resumes orders."""

import hmac
from dataclasses import dataclass

from domain.campuses.campus import Campus, DropPoint
from domain.campuses.people import Member
from domain.campuses.people_repository import admit_member, save_default_place
from domain.campuses.permissions import Action, require_permission
from domain.campuses.repository import list_drop_points, set_paused
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.typed import fold_name


@dataclass(frozen=True, slots=True)
class InviteAccepted:
    """The code was right; `place` is the drop point of the poster that was scanned.

    It is `offered` to a member who has a usual place of their own; for anybody else it became the usual place.
    """

    place: DropPoint | None
    offered: bool = False


MAX_REASON_LENGTH = 200  # characters of the reason that an admin gives


async def accept_invite(work: UnitOfWork, campus: Campus, member: Member, code: str) -> InviteAccepted | None:
    """Admit a person who brings the code of the campus; return None for any other code.

    The code is `CODE`, or `CODE_12` with the number of a drop point. A number that is no drop point any more still
    admits, because old posters stay on the walls.
    """
    word, _, number = code.partition("_")
    if not hmac.compare_digest(word.encode(), campus.invite_code.encode()):
        return None
    await admit_member(work, campus.id, member.person_id)
    point = await _drop_point(work, campus, number)
    if point is None:
        return InviteAccepted(None)
    if member.default_place is not None:
        return InviteAccepted(point, offered=member.default_place != point.name)
    await save_default_place(work, campus.id, member.person_id, point.name)
    return InviteAccepted(point)


async def choose_default_place(work: UnitOfWork, campus: Campus, member: Member, drop_point: int) -> str:
    """Make this drop point of the list the member's default place.

    Raise Stale when it is not on the list any more.
    """
    require_permission(member, Action.PLACE)
    point = await _drop_point(work, campus, str(drop_point))
    if point is None:
        raise Stale
    await save_default_place(work, campus.id, member.person_id, point.name)
    return point.name


async def type_default_place(work: UnitOfWork, campus: Campus, member: Member, words: str) -> str:
    """Make the typed place the member's default place; return it.

    A drop point of the list keeps the name it has there.
    """
    require_permission(member, Action.PLACE)
    points = await list_drop_points(work, campus.id)
    listed = [point for point in points if fold_name(words) in (fold_name(point.name), fold_name(point.building))]
    place = listed[0].name if len(listed) == 1 else words
    await save_default_place(work, campus.id, member.person_id, place)
    return place


async def clear_default_place(work: UnitOfWork, campus: Campus, member: Member) -> None:
    """Clear the default place: every order asks for the place again."""
    require_permission(member, Action.PLACE)
    await save_default_place(work, campus.id, member.person_id, None)


async def _drop_point(work: UnitOfWork, campus: Campus, number: str) -> DropPoint | None:
    return next((point for point in await list_drop_points(work, campus.id) if str(point.id) == number), None)


async def pause_orders(work: UnitOfWork, campus: Campus, admin: Member, reason: str | None) -> None:
    """Take no new orders; open ones go on. Customers read the reason, if there is one."""
    require_permission(admin, Action.PAUSE_ORDERS)
    if await set_paused(work, campus.id, paused=True, reason=reason):  # pausing again may change the reason
        await _log_campus(work, campus, admin, "paused", reason)


async def resume_orders(work: UnitOfWork, campus: Campus, admin: Member) -> None:
    """Take orders again; raise Stale when they are not paused."""
    require_permission(admin, Action.PAUSE_ORDERS)
    if not await set_paused(work, campus.id, paused=False, reason=None):
        raise Stale
    await _log_campus(work, campus, admin, "resumed", None)


async def _log_campus(work: UnitOfWork, campus: Campus, admin: Member, happened: str, reason: str | None) -> None:
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=None,
        subject="campus",
        subject_id=campus.id,
        happened=happened,
        before="paused" if campus.paused else "open",
        after="paused" if happened == "paused" else "open",
        reason=reason,
    )
