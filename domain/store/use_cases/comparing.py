"""What an admin does about a difference between our rows and Stripe's: look at all, have one looked at, settle it."""

from collections.abc import Sequence

from domain.campus import Campus
from domain.difference import Difference, DifferenceEvent, DifferenceStatus
from domain.errors import Stale
from domain.people import Action, Member, Role
from domain.store.differences import ask_look, end, find_difference, open_differences
from domain.store.events import Actor
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


async def differing(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Difference]:
    """All that differs on this campus, oldest first."""
    require(admin, Action.SEE_STUCK)
    return await open_differences(work, campus.id)


async def look_at_one(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> Difference:
    """An open difference of this campus; Stale when it is over, or none."""
    require(admin, Action.SEE_STUCK)
    found = await find_difference(work, campus.id, number)
    if found is None or found.status is not DifferenceStatus.OPEN:
        raise Stale
    return found


async def have_looked_at(work: UnitOfWork, campus: Campus, admin: Member, number: int, chat_id: int) -> Difference:
    """[Look again]: a worker asks Stripe and answers in this chat; Stale when it is over."""
    require(admin, Action.SEE_STUCK)
    wanted = await ask_look(work, campus.id, number, chat_id)
    if wanted is None:
        raise Stale
    return wanted


async def settle(work: UnitOfWork, campus: Campus, admin: Member, number: int, reason: str) -> Difference:
    """[Settle by hand]: nothing moves, but somebody knows what it is and says so; Stale when it is over."""
    require(admin, Action.RETRY_STUCK)
    found = await look_at_one(work, campus, admin, number)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    settled = await end(work, found.id, DifferenceEvent.SETTLED, actor=actor, reason=reason)
    if settled is None:
        raise Stale
    return settled
