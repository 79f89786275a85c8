"""The runners of a campus: a member applies; an admin approves, suspends, readmits, and sees how each of them does."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.people import Member, RunnerStatus
from domain.campuses.people_repository import change_runner_status, find_member, list_members_by_runner_status
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.outbox_repository import notify
from domain.support.notifications.runners import runner_applied, runner_approved, runner_suspended, runner_unsuspended
from domain.support.runner_overview_repository import RunnerSummary, list_runners


async def view_runners(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[RunnerSummary]:
    """Return everybody who runs, asks to, or is suspended, with what each of them did lately."""
    require_permission(admin, Action.SEE_RUNNERS)
    return await list_runners(work, campus.id)


async def approve_runner(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> None:
    """Make a member who asked for it a runner, and send the invitation.

    Raise Stale when the member does not ask, or not any more.
    """
    require_permission(admin, Action.APPROVE_RUNNER)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    approved = await change_runner_status(
        work, actor, campus.id, person_id, before=RunnerStatus.ASKED, after=RunnerStatus.APPROVED
    )
    if not approved:
        raise Stale
    await notify(work, runner_approved(campus, person_id))


async def view_runner_applicants(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Member]:
    """Return everybody who waits for an approval."""
    require_permission(admin, Action.APPROVE_RUNNER)
    return await list_members_by_runner_status(work, campus.id, RunnerStatus.ASKED)


async def view_suspendable_runner(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> Member:
    """Return a runner whom this admin may suspend.

    Raise Stale for a person who is no approved runner, NotAllowed for the admin's own case.
    """
    require_permission(admin, Action.SUSPEND_RUNNER, own=person_id == admin.person_id)
    try:
        member = await find_member(work, campus.id, person_id)
    except LookupError:
        raise Stale from None
    if member.runner_status is not RunnerStatus.APPROVED:
        raise Stale
    return member


async def suspend_runner(work: UnitOfWork, campus: Campus, admin: Member, person_id: int, reason: str) -> Member:
    """Suspend a runner: no new claims from now on, while deliveries in flight go on. The runner reads why.

    Raise Stale for a person who is no approved runner, NotAllowed for the admin's own case.
    """
    member = await view_suspendable_runner(work, campus, admin, person_id)
    await _change_runner_status(work, campus, admin, person_id, RunnerStatus.APPROVED, RunnerStatus.SUSPENDED, reason)
    await notify(work, runner_suspended(campus, person_id, reason, work.now))
    return member


async def unsuspend_runner(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> None:
    """Let a suspended runner claim again.

    Raise Stale when the person is not suspended, NotAllowed for the admin's own case.
    """
    require_permission(admin, Action.SUSPEND_RUNNER, own=person_id == admin.person_id)
    await _change_runner_status(work, campus, admin, person_id, RunnerStatus.SUSPENDED, RunnerStatus.APPROVED, None)
    await notify(work, runner_unsuspended(campus, person_id, work.now))


async def _change_runner_status(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    person_id: int,
    before: RunnerStatus,
    after: RunnerStatus,
    reason: str | None,
) -> None:
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    if not await change_runner_status(work, actor, campus.id, person_id, before=before, after=after, reason=reason):
        raise Stale


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
