"""How one becomes a member of a campus, and what a member keeps here: the place her food usually goes to."""

import hmac
from dataclasses import dataclass

from domain.campus import Campus, DropPoint
from domain.errors import Stale
from domain.people import Action, Member
from domain.store.campuses import drop_points_of
from domain.store.people import admit, keep_default_place
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


@dataclass(frozen=True, slots=True)
class Entered:
    """The code was right; `place` is the drop point whose poster she scanned."""

    place: str | None


async def enter(work: UnitOfWork, campus: Campus, member: Member, code: str) -> Entered | None:
    """Admit who brings the campus' code, `CODE` or `CODE_12` with a drop point's number; None for any other code.

    A number that is no drop point any more still admits: the poster hangs where it hangs.
    """
    word, _, number = code.partition("_")
    if not hmac.compare_digest(word.encode(), campus.invite_code.encode()):
        return None
    await admit(work, campus.id, member.person_id)
    point = await _drop_point(work, campus, number)
    if point is None:
        return Entered(None)
    await keep_default_place(work, campus.id, member.person_id, point.name)
    return Entered(point.name)


async def choose_place(work: UnitOfWork, campus: Campus, member: Member, drop_point: int) -> str:
    """Her food usually goes to this drop point of the list; Stale when it is not on the list any more."""
    require(member, Action.PLACE)
    point = await _drop_point(work, campus, str(drop_point))
    if point is None:
        raise Stale
    await keep_default_place(work, campus.id, member.person_id, point.name)
    return point.name


async def forget_place(work: UnitOfWork, campus: Campus, member: Member) -> None:
    """She is asked for the place with every order again."""
    require(member, Action.PLACE)
    await keep_default_place(work, campus.id, member.person_id, None)


async def _drop_point(work: UnitOfWork, campus: Campus, number: str) -> DropPoint | None:
    return next((point for point in await drop_points_of(work, campus.id) if str(point.id) == number), None)
