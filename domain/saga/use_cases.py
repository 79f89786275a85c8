"""What an admin does with sagas: list the stuck ones, retry one, or resolve one by hand."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.saga.stuck_repository import (
    StuckSaga,
    find_stuck_saga,
    list_stuck_sagas,
    resolve_stuck_saga,
    retry_stuck_saga,
)


async def view_stuck_sagas(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[StuckSaga]:
    """Return every stuck saga of this campus, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_stuck_sagas(work, campus.id)


async def retry_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> None:
    """[Retry]: start a new attempt of a stuck saga, under a new key; raise Stale when it is not stuck."""
    require_permission(admin, Action.RETRY_STUCK)
    saga = await retry_stuck_saga(work, campus.id, number)
    if saga is None:
        raise Stale
    await _log_stuck(work, campus, admin, saga, "retried", after="running", reason=saga.error)


async def view_stuck_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> StuckSaga:
    """Return a stuck saga of this campus; raise Stale when none with this number is stuck."""
    require_permission(admin, Action.SEE_STUCK)
    found = await find_stuck_saga(work, campus.id, number)
    if found is None:
        raise Stale
    return found


async def resolve_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int, reason: str) -> StuckSaga:
    """[Resolve by hand]: end a stuck saga that was settled elsewhere; raise Stale when it is not stuck.

    Only the saga ends. Its order, hold and payout stay as they are, because nothing is guessed about money. What really
    differs from Stripe is still reported by reconciliation and audit.
    """
    require_permission(admin, Action.RETRY_STUCK)
    saga = await resolve_stuck_saga(work, campus.id, number)
    if saga is None:
        raise Stale
    await _log_stuck(work, campus, admin, saga, "resolved", after="resolved", reason=reason)
    return saga


async def _log_stuck(
    work: UnitOfWork, campus: Campus, admin: Member, saga: StuckSaga, happened: str, *, after: str, reason: str | None
) -> None:
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=saga.order_id,
        subject="saga",
        subject_id=saga.name,
        happened=happened,
        before="stuck",
        after=after,
        reason=reason,
    )
