"""What an admin does about dead letters, and the operator about those of no campus: view, retry, drop with a reason."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import ActSubject
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import SYSTEM, Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.inbox.dead_letter import DeadLetter, DeadLetterOutcome
from domain.inbox.dead_letter_repository import (
    end_dead_letter,
    list_dead_letters,
    lock_dead_letter,
    requeue_dead_letter,
)
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.orders.use_cases.act_subjects import find_act_subject


async def view_dead_letters(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[DeadLetter]:
    """Return all dead letters of this campus, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_dead_letters(work, campus.id)


async def view_dead_letter(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> DeadLetter:
    """Return a dead letter, locked; raise Stale when it is over, or does not exist."""
    require_permission(admin, Action.SEE_STUCK)
    found = await lock_dead_letter(work, campus.id, number)
    if found is None:
        raise Stale
    return found


async def retry_dead_letter(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> DeadLetter:
    """[Try again]: make it due at once, with all its attempts again; return it as it was.

    Raise Stale when it is not a dead letter any more, and what `require_uninvolved` raises.
    """
    found, subject = await _find_actionable(work, campus, admin, number)
    await requeue_dead_letter(work, found)
    await _end_dead_letter(work, campus.id, _actor_of(admin), found, DeadLetterOutcome.TRIED, None)
    await tell_admin_act(work, campus, admin, AdminAct.RETRY_DEAD_LETTER, subject)
    return found


async def drop_dead_letter(
    work: UnitOfWork, campus: Campus, admin: Member, number: int, reason: str, *, shown_to_admins: bool = False
) -> None:
    """[Drop]: never retry it, and keep the reason.

    Raise Stale when it is not a dead letter any more, and what `require_uninvolved` raises.
    """
    found, subject = await _find_actionable(work, campus, admin, number)
    await _end_dead_letter(work, campus.id, _actor_of(admin), found, DeadLetterOutcome.DROPPED, reason)
    act = AdminAct.DROP_DEAD_LETTER
    await tell_admin_act(work, campus, admin, act, subject, reason, shown_to_admins=shown_to_admins)


async def view_dead_letters_as_operator(work: UnitOfWork) -> Sequence[DeadLetter]:
    """Return all dead letters of no campus, oldest first."""
    return await list_dead_letters(work, None)


async def retry_as_operator(work: UnitOfWork, number: int) -> bool:
    """Make a dead letter of no campus due at once; return False when there is none of this number."""
    found = await lock_dead_letter(work, None, number)
    if found is None:
        return False
    await requeue_dead_letter(work, found)
    await _end_dead_letter(work, None, SYSTEM, found, DeadLetterOutcome.TRIED, None)
    return True


async def drop_as_operator(work: UnitOfWork, number: int, reason: str) -> bool:
    """Never retry a dead letter of no campus, and keep the reason; return False when there is none of this number."""
    found = await lock_dead_letter(work, None, number)
    if found is None:
        return False
    await _end_dead_letter(work, None, SYSTEM, found, DeadLetterOutcome.DROPPED, reason)
    return True


async def _find_actionable(
    work: UnitOfWork, campus: Campus, admin: Member, number: int
) -> tuple[DeadLetter, ActSubject]:
    """Return the dead letter, locked, and what it is about, if the admin may act on it."""
    require_permission(admin, Action.RETRY_STUCK, own=False)
    found = await view_dead_letter(work, campus, admin, number)
    subject = await find_act_subject(work, campus.id, found.order_id, number, f"{found.kind} {number}")
    await require_uninvolved(work, campus, admin, Action.RETRY_STUCK, subject)
    return found, subject


def _actor_of(admin: Member) -> Actor:
    return Actor(role=Role.ADMIN, person_id=admin.person_id)


async def _end_dead_letter(
    work: UnitOfWork,
    campus_id: int | None,
    actor: Actor,
    found: DeadLetter,
    outcome: DeadLetterOutcome,
    reason: str | None,
) -> None:
    await end_dead_letter(work, found.id, outcome, person_id=actor.person_id, reason=reason)
    await log_event(
        work,
        actor,
        campus_id=campus_id,
        order_id=found.order_id,
        subject="parked",
        subject_id=f"{found.kind}:{found.subject}",
        happened=outcome,
        before="parked",
        after=outcome,
        reason=reason,
    )
