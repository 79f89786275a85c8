"""What an admin does with stuck sagas: list them, retry one, or resolve one by hand where the books explain it."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import ActSubject, person_subject
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import NewEvent, log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CannotResolve, Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.questions.settling import settle_by_events
from domain.orders.repository import find_order, lock_order
from domain.orders.sagas.complete_order import COMPLETE_ORDER, CompleteOrderData
from domain.orders.sagas.resolve_completion import build_completion_resolution_start
from domain.orders.use_cases.act_subjects import find_act_subject
from domain.saga.start import start_saga
from domain.saga.stuck_repository import (
    StuckSaga,
    find_stuck_saga,
    list_stuck_sagas,
    read_resolved_data,
    resolve_stuck_saga,
    retry_stuck_saga,
)
from domain.support.half_done_repository import is_order_half_done


async def view_stuck_sagas(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[StuckSaga]:
    """Return every stuck saga of this campus, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_stuck_sagas(work, campus.id)


async def view_stuck_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> StuckSaga:
    """Return a stuck saga of this campus; raise Stale when none with this number is stuck."""
    require_permission(admin, Action.SEE_STUCK)
    found = await find_stuck_saga(work, campus.id, number)
    if found is None:
        raise Stale
    return found


async def retry_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> None:
    """[Retry]: start a new attempt of a stuck saga, under a new key.

    Raise Stale when it is not stuck, and what `require_uninvolved` raises.
    """
    subject = await _require_actionable(work, campus, admin, number)
    saga = await retry_stuck_saga(work, campus.id, number)
    if saga is None:
        raise Stale
    await _log_stuck(work, campus, admin, saga, "retried", after="running", reason=saga.error)
    await tell_admin_act(work, campus, admin, AdminAct.RETRY, subject, saga.error)


async def resolve_saga(
    work: UnitOfWork, campus: Campus, admin: Member, number: int, reason: str, *, shown_to_admins: bool = False
) -> StuckSaga:
    """[Resolve by hand]: end a stuck saga that was settled elsewhere, and leave books that explain it.

    The completion of a delivered order is brought to its end by `resolve_completion`: what Stripe did not take, the
    customer owes. Any other saga only ends. Raise CannotResolve when it would leave something half done that nobody
    moves on. Raise Stale when it is not stuck, and what `require_uninvolved` raises.
    """
    subject = await _require_actionable(work, campus, admin, number)
    if subject.order_id is not None:
        await lock_order(work, campus.id, subject.order_id)
    saga = await resolve_stuck_saga(work, campus.id, number)
    if saga is None:
        raise Stale
    await _log_stuck(work, campus, admin, saga, "resolved", after="resolved", reason=reason)
    await _leave_books_explained(work, campus, admin, saga, reason)
    await tell_admin_act(work, campus, admin, AdminAct.RESOLVE, subject, reason, shown_to_admins=shown_to_admins)
    return saga


def is_completion(saga: StuckSaga) -> bool:
    """Return whether the saga completes a delivered order, so that resolving it books what was not taken."""
    return saga.kind == COMPLETE_ORDER.kind


async def _leave_books_explained(work: UnitOfWork, campus: Campus, admin: Member, saga: StuckSaga, reason: str) -> None:
    if saga.order_id is None:
        return
    if is_completion(saga):
        order = await find_order(work, campus.id, saga.order_id)
        data = await read_resolved_data(work, saga.name, CompleteOrderData)
        start = build_completion_resolution_start(order, data, admin_id=admin.person_id, reason=reason)
        await start_saga(work, start)
    elif await is_order_half_done(work, saga.order_id):
        raise CannotResolve


async def _require_actionable(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> ActSubject:
    """Return what the stuck saga is about, if the admin may act on it: its order, or the person without an order."""
    require_permission(admin, Action.RETRY_STUCK, own=False)
    saga = await view_stuck_saga(work, campus, admin, number)
    if saga.order_id is None and saga.person_id is not None:
        subject = person_subject(saga.person_id, (await find_member(work, campus.id, saga.person_id)).first_name)
    else:
        subject = await find_act_subject(work, campus.id, saga.order_id, number, f"{saga.kind} {number}")
    await require_uninvolved(work, campus, admin, Action.RETRY_STUCK, subject)
    return subject


async def _log_stuck(
    work: UnitOfWork, campus: Campus, admin: Member, saga: StuckSaga, happened: str, *, after: str, reason: str | None
) -> None:
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    await log_event(
        work,
        actor,
        campus_id=campus.id,
        order_id=saga.order_id,
        subject="saga",
        subject_id=saga.name,
        happened=happened,
        before="stuck",
        after=after,
        reason=reason,
    )
    # The buttons of the question carry its number, which is no name.
    event = NewEvent(
        campus_id=campus.id,
        order_id=saga.order_id,
        subject="saga",
        subject_id=saga.number,
        happened=happened,
    )
    await settle_by_events(work, actor, [event])
