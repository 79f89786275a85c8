"""Feedback about an order: ratings, reported problems, and the messages of a case until it is closed."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import ActSubject
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import LoggedEvent, log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed, Stale, TooLateToRate, TooLateToReport
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import find_order, lock_order
from domain.orders.sent_photos.photo_repository import use_photo
from domain.orders.sent_photos.sent_photo import PhotoUse, SentPhoto
from domain.orders.states import DELIVERED_STATUSES, STATUSES_WITH_RUNNER, Order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.quotes import shorten_text
from domain.support.case_messages import (
    tell_case_addition,
    tell_case_answer,
    tell_case_closed,
    tell_case_opened,
    tell_other_admins,
)
from domain.support.feedback import (
    MAX_STORY_LENGTH,
    REASONS_BY_RATING,
    Case,
    CaseStatus,
    ProblemKind,
    Rating,
    RatingReason,
    is_within_feedback_window,
)
from domain.support.repository import (
    find_case,
    find_open_case,
    find_rating,
    insert_case,
    list_open_cases,
    read_case_history,
    save_rating,
    update_open_case,
)
from domain.support.writing_cap import require_within_cap


async def rate_order(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, *, good: bool, reason: RatingReason | None = None
) -> Rating:
    """Save the customer's rating of an own order, in place of a former one.

    Raise OrderClosed before the delivery, TooLateToRate after the time for feedback. Raise Stale when the reason does
    not fit the rating.
    """
    order = await _lock_delivered_order(work, campus, member, Action.RATE, order_id)
    if not is_within_feedback_window(order, work.now, campus.windows):
        raise TooLateToRate(hours=feedback_window_hours(campus))
    if reason is not None and reason not in REASONS_BY_RATING[good]:
        raise Stale
    given = Rating(good=good, reason=reason)
    if given != await find_rating(work, order.id):
        await save_rating(work, order, given)
        await log_event(
            work,
            Actor(role=Role.CUSTOMER, person_id=member.person_id),
            campus_id=order.campus_id,
            order_id=order.id,
            subject="rating",
            subject_id=order.id,
            happened="good" if given.good else "bad",
            reason=given.reason,
        )
        await refresh_order_messages(work, order, group=False)
    return given


async def give_rating_reason(work: UnitOfWork, campus: Campus, member: Member, order_id: int, number: int) -> Rating:
    """Add the reason with this number (from 1; 0 is none) to the rating that was given.

    Raise Stale when there is no rating, or no such reason.
    """
    order = await _lock_delivered_order(work, campus, member, Action.RATE, order_id)
    given = await find_rating(work, order.id)
    if given is None or not 0 <= number <= len(REASONS_BY_RATING[given.good]):
        raise Stale
    reason = REASONS_BY_RATING[given.good][number - 1] if number else None
    return await rate_order(work, campus, member, order_id, good=given.good, reason=reason)


async def lock_reportable_order(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int
) -> tuple[Order, Case | None]:
    """Return the customer's own order, locked, and its open case.

    Raise OrderClosed before a runner has the order. Raise TooLateToReport when it is too late for a new case.
    """
    order = await lock_order(work, campus.id, order_id)
    require_permission(member, Action.REPORT_PROBLEM, own=order.customer_id == member.person_id)
    if order.status not in DELIVERED_STATUSES | STATUSES_WITH_RUNNER:
        raise OrderClosed
    case = await find_open_case(work, order.id)
    if (
        case is None
        and order.status in DELIVERED_STATUSES
        and not is_within_feedback_window(order, work.now, campus.windows)
    ):
        raise TooLateToReport(hours=feedback_window_hours(campus))
    return order, case


async def report_problem(
    work: UnitOfWork,
    campus: Campus,
    member: Member,
    order_id: int,
    kind: ProblemKind,
    story: str,
    sent: SentPhoto | None,
) -> Case:
    """Open a case and tell the campus team; while a case is open, add the report to it. Raise as `add_to_case` does."""
    order, open_case = await lock_reportable_order(work, campus, member, order_id)
    if open_case is not None:
        return await add_to_case(work, campus, member, open_case.id, story, sent)
    photo = await _use_photo(work, order.id, sent)
    await require_within_cap(work, member, order_id, campus.admin_chat, photo=photo)
    kept = shorten_text(story, MAX_STORY_LENGTH)
    case = await insert_case(work, order, opened_by=member.person_id, kind=kind, story=kept, photo=photo)
    await _log(work, Role.CUSTOMER, member, case, "opened", kept, after=CaseStatus.OPEN)
    await tell_case_opened(work, campus, case, order)
    await refresh_order_messages(work, order, group=False)
    return case


async def add_to_case(
    work: UnitOfWork, campus: Campus, member: Member, case_id: int, words: str, sent: SentPhoto | None
) -> Case:
    """Add what the customer writes to the case.

    Raise CaseClosed when the campus team has closed it, WroteTooMuch above the cap, PhotoUsedBefore for a photo that
    was sent about another order.
    """
    before = await find_case(work, campus.id, case_id)
    require_permission(member, Action.REPORT_PROBLEM, own=before.opened_by == member.person_id)
    photo = await _use_photo(work, before.order_id, sent)
    await require_within_cap(work, member, before.order_id, campus.admin_chat, photo=photo)
    case = await update_open_case(work, campus.id, case_id)
    kept = shorten_text(words, MAX_STORY_LENGTH)
    await _log(work, Role.CUSTOMER, member, case, "added", kept)
    await tell_case_addition(work, case, member, kept, photo)
    return case


async def _use_photo(work: UnitOfWork, order_id: int, sent: SentPhoto | None) -> str | None:
    """Return Telegram's file id of the photo, which proves a problem of this order and of no other."""
    if sent is None:
        return None
    await use_photo(work, order_id, sent, PhotoUse.PROBLEM)
    return sent.file_id


async def view_open_cases(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Case]:
    """Return every open case, oldest first."""
    require_permission(admin, Action.SEE_CASES)
    return await list_open_cases(work, campus.id)


async def view_case(
    work: UnitOfWork, campus: Campus, admin: Member, case_id: int
) -> tuple[Case, Sequence[LoggedEvent]]:
    """Return a case and its history."""
    require_permission(admin, Action.SEE_CASES)
    case = await find_case(work, campus.id, case_id)
    return case, await read_case_history(work, case)


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
    """Send the campus team's answer to the customer.

    Raise CaseClosed when the case is closed, NotAllowed for an order that the admin has a part in, WroteTooMuch above
    the cap.
    """
    subject = await _require_answerable_case(work, campus, admin, case_id)
    case = await update_open_case(work, campus.id, case_id)
    await require_within_cap(work, admin, case.order_id, case.opened_by, photo=photo)
    kept = shorten_text(words, MAX_STORY_LENGTH)
    await _log(work, Role.ADMIN, admin, case, "answered", kept)
    await tell_case_answer(work, case, admin, kept, photo)
    if not in_admin_chat:
        await tell_other_admins(work, case, admin, kept, closed=False)
    if subject.is_own(admin.person_id):
        await tell_admin_act(work, campus, admin, AdminAct.ANSWER_CASE, subject, kept)
    return case


async def close_case(
    work: UnitOfWork, campus: Campus, admin: Member, case_id: int, outcome: str, *, in_admin_chat: bool
) -> Case:
    """Close the case; the customer reads the outcome.

    Raise CaseClosed the second time, NotAllowed for an order that the admin has a part in.
    """
    subject = await _require_answerable_case(work, campus, admin, case_id)
    kept = shorten_text(outcome, MAX_STORY_LENGTH)
    ended = {"status": CaseStatus.CLOSED, "outcome": kept, "closed_by": admin.person_id, "closed_at": work.now}
    case = await update_open_case(work, campus.id, case_id, **ended)
    await _log(work, Role.ADMIN, admin, case, "closed", kept, before=CaseStatus.OPEN, after=CaseStatus.CLOSED)
    await tell_case_closed(work, case)
    if not in_admin_chat:
        await tell_other_admins(work, case, admin, kept, closed=True)
    if subject.is_own(admin.person_id):
        await tell_admin_act(work, campus, admin, AdminAct.CLOSE_CASE, subject, kept)
    await refresh_order_messages(work, await find_order(work, campus.id, case.order_id), group=False)
    return case


def feedback_window_hours(campus: Campus) -> int:
    """Return for how many hours after a delivery feedback is taken."""
    return max(1, campus.windows.problem // 3600)


async def _lock_delivered_order(
    work: UnitOfWork, campus: Campus, member: Member, action: Action, order_id: int
) -> Order:
    """Return the customer's own order, locked; raise OrderClosed before the delivery."""
    order = await lock_order(work, campus.id, order_id)
    require_permission(member, action, own=order.customer_id == member.person_id)
    if order.status not in DELIVERED_STATUSES:
        raise OrderClosed
    return order


async def _require_answerable_case(work: UnitOfWork, campus: Campus, admin: Member, case_id: int) -> ActSubject:
    """Return the order of the case as a subject, if the admin may act on it."""
    require_permission(admin, Action.ANSWER_CASE, own=False)
    case = await find_case(work, campus.id, case_id)
    subject = subject_of_order(await find_order(work, campus.id, case.order_id))
    await require_uninvolved(work, campus, admin, Action.ANSWER_CASE, subject)
    return subject


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
    await log_event(
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
