"""What an admin does about what is parked: look at all, have one tried again, drop one with a reason."""

from collections.abc import Sequence

from domain.campus import Campus
from domain.errors import Stale
from domain.parking import Parked, ParkedEnd
from domain.people import Action, Member, Role
from domain.store.events import Actor, log
from domain.store.parking import end_parked, find_parked, parked_things, try_anew
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


async def listed(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Parked]:
    """All that is parked on this campus, oldest first."""
    require(admin, Action.SEE_STUCK)
    return await parked_things(work, campus.id)


async def look_at_one(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> Parked:
    """One of them; Stale when it is over, or none."""
    require(admin, Action.SEE_STUCK)
    found = await find_parked(work, campus.id, number)
    if found is None:
        raise Stale
    return found


async def try_again(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> Parked:
    """[Try again]: due at once, with all its tries before it; gives it as it stood. Stale when it is not parked."""
    require(admin, Action.RETRY_STUCK)
    found = await look_at_one(work, campus, admin, number)
    await try_anew(work, found)
    await _end(work, campus, admin, found, ParkedEnd.TRIED, None)
    return found


async def drop(work: UnitOfWork, campus: Campus, admin: Member, number: int, reason: str) -> None:
    """[Drop]: it is never tried again, and the reason is kept; Stale when it is not parked."""
    require(admin, Action.RETRY_STUCK)
    found = await look_at_one(work, campus, admin, number)
    await _end(work, campus, admin, found, ParkedEnd.DROPPED, reason)


async def _end(
    work: UnitOfWork, campus: Campus, admin: Member, found: Parked, outcome: ParkedEnd, reason: str | None
) -> None:
    await end_parked(work, found.id, outcome, person_id=admin.person_id, reason=reason)
    await log(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=found.order_id,
        subject="parked",
        subject_id=f"{found.kind}:{found.subject}",
        happened=outcome,
        before="parked",
        after=outcome,
        reason=reason,
    )
