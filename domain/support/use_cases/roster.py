"""The runners of a campus: a member applies; an admin approves, suspends, readmits, and sees how each of them does."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import ActSubject, person_subject
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member, RunnerStatus
from domain.campuses.people_repository import change_runner_status, find_member, list_members_by_runner_status
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import notify
from domain.restrictions.model import RestrictionState
from domain.restrictions.suspensions import begin_suspension, end_suspension
from domain.support.notifications.runners import runner_applied, runner_approved, runner_suspended
from domain.support.runner_overview_repository import RunnerSummary, list_runners


async def view_runners(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[RunnerSummary]:
    """Return everybody who runs, asks to, or is suspended, with what each of them did lately."""
    require_permission(admin, Action.SEE_RUNNERS)
    return await list_runners(work, campus.id)


async def approve_runner(
    work: UnitOfWork, campus: Campus, admin: Member, person_id: int, *, shown_to_admins: bool = False
) -> None:
    """Make a member who asked for it a runner, and send the invitation.

    Raise Stale when the member does not ask, or not any more, and what `require_uninvolved` raises for oneself.
    """
    require_permission(admin, Action.APPROVE_RUNNER, own=False)
    subject = await _find_subject(work, campus, person_id)
    await require_uninvolved(work, campus, admin, Action.APPROVE_RUNNER, subject)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    approved = await change_runner_status(
        work, actor, campus.id, person_id, before=RunnerStatus.ASKED, after=RunnerStatus.APPROVED
    )
    if not approved:
        raise Stale
    await notify(work, runner_approved(campus, person_id))
    await tell_admin_act(work, campus, admin, AdminAct.APPROVE, subject, shown_to_admins=shown_to_admins)


async def view_runner_applicants(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Member]:
    """Return everybody who waits for an approval."""
    require_permission(admin, Action.SEE_RUNNERS)
    return await list_members_by_runner_status(work, campus.id, RunnerStatus.ASKED)


async def view_suspendable_runner(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> Member:
    """Return a runner whom this admin may suspend.

    Raise Stale for a person who is no approved runner, and what `require_uninvolved` raises for oneself.
    """
    require_permission(admin, Action.SUSPEND_RUNNER, own=False)
    member = await _find_person(work, campus, person_id)
    subject = person_subject(person_id, member.first_name)
    await require_uninvolved(work, campus, admin, Action.SUSPEND_RUNNER, subject)
    if member.runner_status is not RunnerStatus.APPROVED:
        raise Stale
    return member


async def suspend_runner(
    work: UnitOfWork, campus: Campus, admin: Member, person_id: int, reason: str, *, shown_to_admins: bool = False
) -> Member:
    """Suspend a runner: no new claims from now on, while deliveries in flight go on. The runner reads why.

    They leave the runner group. A reason that begins with the word "money" holds on every campus of the deployment.
    Raise Stale for a person who is no approved runner, NotAllowed for the admin's own case.
    """
    member = await view_suspendable_runner(work, campus, admin, person_id)
    await begin_suspension(work, campus, person_id, reason, decided_by=admin.person_id)
    await notify(work, runner_suspended(campus, person_id, reason, work.now))
    subject = person_subject(person_id, member.first_name)
    await tell_admin_act(work, campus, admin, AdminAct.SUSPEND, subject, reason, shown_to_admins=shown_to_admins)
    return member


async def unsuspend_runner(
    work: UnitOfWork, campus: Campus, admin: Member, person_id: int, *, shown_to_admins: bool = False
) -> RestrictionState:
    """Let a suspended runner claim again, here and wherever this suspension held; return what else holds for them.

    Raise Stale when the person is not suspended, NotSuspendedHere when only another campus suspended them, NotAllowed
    for the admin's own case.
    """
    require_permission(admin, Action.SUSPEND_RUNNER, own=False)
    subject = await _find_subject(work, campus, person_id)
    await require_uninvolved(work, campus, admin, Action.SUSPEND_RUNNER, subject)
    state = await end_suspension(work, campus, person_id, ended_by=admin.person_id)
    await tell_admin_act(work, campus, admin, AdminAct.UNSUSPEND, subject, shown_to_admins=shown_to_admins)
    return state


async def _find_person(work: UnitOfWork, campus: Campus, person_id: int) -> Member:
    """Return the member; raise Stale for a person who is none."""
    try:
        return await find_member(work, campus.id, person_id)
    except LookupError:
        raise Stale from None


async def _find_subject(work: UnitOfWork, campus: Campus, person_id: int) -> ActSubject:
    return person_subject(person_id, (await _find_person(work, campus, person_id)).first_name)


async def apply_as_runner(work: UnitOfWork, campus: Campus, member: Member) -> RunnerStatus:
    """[Become a runner]: ask the admins once; return the member's status as a runner."""
    require_permission(member, Action.ASK_TO_RUN)
    actor = Actor(role=Role.CUSTOMER, person_id=member.person_id)
    asked = await change_runner_status(
        work, actor, campus.id, member.person_id, before=RunnerStatus.NONE, after=RunnerStatus.ASKED
    )
    if not asked:
        return member.runner_status
    await notify(work, runner_applied(campus, member))
    return RunnerStatus.ASKED
