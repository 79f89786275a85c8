"""Who runs here: an admin approves those who ask, suspends with a reason, lets back, and sees how everybody does."""

from collections.abc import Sequence

from domain.campus import Campus
from domain.errors import Stale
from domain.people import Action, Member, Role, RunnerStatus
from domain.store.events import Actor
from domain.store.messages import tell
from domain.store.people import change_runner, find_member, runners_in
from domain.store.runners import RunnerLine, all_runners
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


async def approve(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> None:
    """Make an asking member a runner and send her the invitation; Stale when she does not ask (any more)."""
    require(admin, Action.APPROVE_RUNNER)
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    approved = await change_runner(
        work, actor, campus.id, person_id, before=RunnerStatus.ASKED, after=RunnerStatus.APPROVED
    )
    if not approved:
        raise Stale
    buttons = [{"key": "button-set-up-payout", "data": "v1:set_up_payout:0:0"}]
    if campus.runner_invite is not None:
        buttons.insert(0, {"key": "button-join-group", "url": campus.runner_invite})
    await tell(
        work,
        campus_id=campus.id,
        chat_id=person_id,
        name=f"approved:{campus.id}:{person_id}",
        key="push-approved",
        buttons=buttons,
        words={"campus": campus.title},
    )


async def asking(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Member]:
    """Everybody who waits for an approval."""
    require(admin, Action.APPROVE_RUNNER)
    return await runners_in(work, campus.id, RunnerStatus.ASKED)


async def runners(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[RunnerLine]:
    """Everybody who runs, asks to, or is suspended, with what each did lately."""
    require(admin, Action.SEE_RUNNERS)
    return await all_runners(work, campus.id)


async def look_at(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> Member:
    """A runner an admin wants to suspend; Stale for everybody who is none, NotAllowed for herself."""
    require(admin, Action.SUSPEND_RUNNER, own=person_id == admin.person_id)
    try:
        member = await find_member(work, campus.id, person_id)
    except LookupError:
        raise Stale from None
    if member.runner_status is not RunnerStatus.APPROVED:
        raise Stale
    return member


async def suspend(work: UnitOfWork, campus: Campus, admin: Member, person_id: int, reason: str) -> Member:
    """She claims nothing new from now on, finishes what she has, and reads why; Stale when she is no runner."""
    member = await look_at(work, campus, admin, person_id)
    await _move(work, campus, admin, person_id, RunnerStatus.APPROVED, RunnerStatus.SUSPENDED, reason)
    await tell(
        work,
        campus_id=campus.id,
        chat_id=person_id,
        name=f"suspended:{campus.id}:{person_id}:{work.now.timestamp()}",
        key="push-suspended",
        words={"reason": reason},
    )
    return member


async def unsuspend(work: UnitOfWork, campus: Campus, admin: Member, person_id: int) -> None:
    """She may claim again; Stale when she is not suspended, NotAllowed for the admin's own case."""
    require(admin, Action.SUSPEND_RUNNER, own=person_id == admin.person_id)
    await _move(work, campus, admin, person_id, RunnerStatus.SUSPENDED, RunnerStatus.APPROVED, None)
    await tell(
        work,
        campus_id=campus.id,
        chat_id=person_id,
        name=f"unsuspended:{campus.id}:{person_id}:{work.now.timestamp()}",
        key="push-unsuspended",
        words={"campus": campus.title},
    )


async def _move(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    person_id: int,
    before: RunnerStatus,
    after: RunnerStatus,
    reason: str | None,
) -> None:
    actor = Actor(role=Role.ADMIN, person_id=admin.person_id)
    if not await change_runner(work, actor, campus.id, person_id, before=before, after=after, reason=reason):
        raise Stale
