"""After a delivery: a thumb with a reason, a problem that becomes a case, and what is said in it until it is closed."""

from collections.abc import Sequence

from domain.aftercare import (
    DELIVERED,
    MOST_STORY,
    REASONS,
    Case,
    CaseStatus,
    Praise,
    ProblemKind,
    Rating,
    in_time,
    shortened,
)
from domain.campus import Campus
from domain.errors import NotAllowed, OrderClosed, Stale, TooLateToRate, TooLateToReport
from domain.order import WITH_RUNNER, Order
from domain.people import Action, Member, Role
from domain.store.aftercare import (
    find_case,
    keep_rating,
    move_case,
    open_case,
    open_case_of,
    open_cases,
    rating_of,
    story_of,
)
from domain.store.case_messages import tell_answer, tell_closed, tell_colleagues, tell_more, tell_opened
from domain.store.events import Actor, Event, log
from domain.store.messages import redraw_order
from domain.store.orders import find_order, lock_order
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require


async def rate(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, *, good: bool, reason: Praise | None = None
) -> Rating:
    """One's own thumb for one's own order, in place of a former one; TooLateToRate when its time is over."""
    order = await _delivered(work, campus, member, Action.RATE, order_id)
    if not in_time(order, work.now, campus.windows):
        raise TooLateToRate(hours=hours(campus))
    if reason is not None and reason not in REASONS[good]:
        raise Stale
    given = Rating(good=good, reason=reason)
    if given != await rating_of(work, order.id):
        await keep_rating(work, order, given)
        await redraw_order(work, order, group=False)
    return given


async def give_reason(work: UnitOfWork, campus: Campus, member: Member, order_id: int, number: int) -> Rating:
    """The reason (from 1; 0 is none) behind the thumb that was given; Stale without one."""
    order = await _delivered(work, campus, member, Action.RATE, order_id)
    given = await rating_of(work, order.id)
    if given is None or not 0 <= number <= len(REASONS[given.good]):
        raise Stale
    reason = REASONS[given.good][number - 1] if number else None
    return await rate(work, campus, member, order_id, good=given.good, reason=reason)


async def ask_about(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> tuple[Order, Case | None]:
    """Before a report: one's own order, taken or delivered, and its open case; TooLateToReport for no new one."""
    order = await lock_order(work, campus.id, order_id)
    require(member, Action.REPORT_PROBLEM, own=order.customer_id == member.person_id)
    if order.status not in DELIVERED | WITH_RUNNER:
        raise OrderClosed
    case = await open_case_of(work, order.id)
    if case is None and order.status in DELIVERED and not in_time(order, work.now, campus.windows):
        raise TooLateToReport(hours=hours(campus))
    return order, case


async def report(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, kind: ProblemKind, story: str, photo: str | None
) -> Case:
    """Open a case and tell the campus team; what is reported while one is open becomes a part of it."""
    order, known = await ask_about(work, campus, member, order_id)
    if known is not None:
        return await add_to_case(work, campus, member, known.id, story, photo)
    kept = shortened(story, MOST_STORY)
    case = await open_case(work, order, opened_by=member.person_id, kind=kind, story=kept, photo=photo)
    await _log(work, Role.CUSTOMER, member, case, "opened", kept, after=CaseStatus.OPEN)
    await tell_opened(work, campus, case, order)
    await redraw_order(work, order, group=False)
    return case


async def add_to_case(
    work: UnitOfWork, campus: Campus, member: Member, case_id: int, words: str, photo: str | None
) -> Case:
    """The customer writes once more; CaseClosed when the campus team has said its last word."""
    known = await find_case(work, campus.id, case_id)
    require(member, Action.REPORT_PROBLEM, own=known.opened_by == member.person_id)
    case = await move_case(work, campus.id, case_id)
    kept = shortened(words, MOST_STORY)
    await _log(work, Role.CUSTOMER, member, case, "added", kept)
    await tell_more(work, case, member, kept, photo)
    return case


async def list_cases(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Case]:
    """Every open case, oldest first."""
    require(admin, Action.SEE_CASES)
    return await open_cases(work, campus.id)


async def look_at_case(work: UnitOfWork, campus: Campus, admin: Member, case_id: int) -> tuple[Case, Sequence[Event]]:
    """A case and all that was said in it."""
    require(admin, Action.SEE_CASES)
    case = await find_case(work, campus.id, case_id)
    return case, await story_of(work, case)


async def answer_case(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    case_id: int,
    words: str,
    photo: str | None = None,
    *,
    in_admin_chat: bool,
) -> Case:
    """The campus team's words go to the customer; CaseClosed after the last word, NotAllowed in one's own matter."""
    case = await _desk(work, campus, admin, case_id)
    case = await move_case(work, campus.id, case.id)
    kept = shortened(words, MOST_STORY)
    await _log(work, Role.ADMIN, admin, case, "answered", kept)
    await tell_answer(work, case, kept, photo)
    if not in_admin_chat:
        await tell_colleagues(work, case, admin, kept, closed=False)
    return case


async def close_case(
    work: UnitOfWork, campus: Campus, admin: Member, case_id: int, outcome: str, *, in_admin_chat: bool
) -> Case:
    """The last word: the customer reads it; CaseClosed the second time, NotAllowed in one's own matter."""
    case = await _desk(work, campus, admin, case_id)
    kept = shortened(outcome, MOST_STORY)
    ended = {"status": CaseStatus.CLOSED, "outcome": kept, "closed_by": admin.person_id, "closed_at": work.now}
    case = await move_case(work, campus.id, case.id, **ended)
    await _log(work, Role.ADMIN, admin, case, "closed", kept, before=CaseStatus.OPEN, after=CaseStatus.CLOSED)
    await tell_closed(work, case)
    if not in_admin_chat:
        await tell_colleagues(work, case, admin, kept, closed=True)
    await redraw_order(work, await find_order(work, campus.id, case.order_id), group=False)
    return case


def hours(campus: Campus) -> int:
    """How long after a delivery something may be said about it."""
    return max(1, campus.windows.problem // 3600)


async def _delivered(work: UnitOfWork, campus: Campus, member: Member, action: Action, order_id: int) -> Order:
    """One's own order, locked, once it is delivered; OrderClosed before."""
    order = await lock_order(work, campus.id, order_id)
    require(member, action, own=order.customer_id == member.person_id)
    if order.status not in DELIVERED:
        raise OrderClosed
    return order


async def _desk(work: UnitOfWork, campus: Campus, admin: Member, case_id: int) -> Case:
    """A case that is another's matter: neither the admin's own order nor her own delivery."""
    if Role.ADMIN not in admin.roles:
        raise NotAllowed
    case = await find_case(work, campus.id, case_id)
    order = await find_order(work, campus.id, case.order_id)
    require(admin, Action.ANSWER_CASE, own=admin.person_id in (order.customer_id, order.runner_id))
    return case


async def _log(
    work: UnitOfWork,
    role: Role,
    member: Member,
    case: Case,
    happened: str,
    words: str,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    await log(
        work,
        Actor(role=role, person_id=member.person_id),
        campus_id=case.campus_id,
        order_id=case.order_id,
        subject="case",
        subject_id=case.id,
        happened=happened,
        before=before,
        after=after,
        reason=words or None,
    )
