"""What an admin does about pay that waits for a person: look at it, let it go, bar who ordered or brought it."""

from collections.abc import Sequence
from datetime import timedelta

from domain.campuses.campus import Campus
from domain.campuses.own_acts.repository import log_own_act
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import refresh_existing_order_messages
from domain.orders.repository import find_order, lock_order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.payouts.model import PayoutStatus
from domain.payouts.repository import lock_payable
from domain.restrictions.model import RestrictionKind, RestrictionReason, RestrictionTerms
from domain.restrictions.repository import find_restriction_state
from domain.restrictions.use_cases import restrict_person
from domain.screening.errors import AlreadyBarred, PayTakenBack
from domain.screening.review import Review, ReviewedOrder, ReviewedSide
from domain.screening.review_repository import decide_review, find_reviewed_order, list_open_reviews, log_decision

MAX_REVIEWS = 20


async def view_reviews(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Review]:
    """Return what waits for a decision, oldest first, at most MAX_REVIEWS."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_open_reviews(work, campus.id, MAX_REVIEWS)


async def let_pay_go(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> None:
    """[Let it go]: the pay for this order is sent at once, or when another reason to hold it has passed.

    Raise Stale when nothing waits, or somebody was faster; PayTakenBack when a refund took the pay meanwhile;
    NotAllowed for an order that the admin has a part in.
    """
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    await require_uninvolved(work, campus, admin, Action.REFUND_ANY, subject_of_order(order))
    payable = await lock_payable(work, order_id)
    if payable is not None and payable.status is PayoutStatus.ANNULLED:
        raise PayTakenBack(order=order_id)
    if not await decide_review(work, campus.id, order_id, admin.person_id):
        raise Stale
    await refresh_existing_order_messages(work, order_id)
    await tell_admin_act(work, campus, admin, AdminAct.LET_PAY_GO, subject_of_order(order))


async def view_reviewed_order(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> ReviewedOrder:
    """Return an order whose pay was held for a review; raise Stale for another one."""
    require_permission(admin, Action.SEE_STUCK)
    reviewed = await find_reviewed_order(work, campus.id, order_id)
    if reviewed is None:
        raise Stale
    return reviewed


async def view_barrable_sides(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int
) -> tuple[ReviewedOrder, Sequence[ReviewedSide]]:
    """Return a reviewed order, and those of its two sides who are not barred here.

    Raise what `view_reviewed_order` raises, AlreadyBarred when both are, and NotAllowed for an order that the admin has
    a part in.
    """
    require_permission(admin, Action.RESTRICT_PERSON, own=False)
    reviewed = await view_reviewed_order(work, campus, admin, order_id)
    subject = subject_of_order(await find_order(work, campus.id, order_id))
    await require_uninvolved(work, campus, admin, Action.RESTRICT_PERSON, subject)
    states = {side: await find_restriction_state(work, campus.id, reviewed.person_at(side)) for side in ReviewedSide}
    free = [side for side, state in states.items() if state.bar is None]
    if not free:
        raise AlreadyBarred
    return reviewed, free


async def bar_side(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, side: ReviewedSide, length: timedelta | None
) -> ReviewedOrder:
    """[Bar…]: bar who ordered or brought a reviewed order, for this long or without an end, because of money.

    The person is told in general words; the reason of the review is the note for admins. Raise AlreadyBarred when they
    are, and what `view_barrable_sides` and `restrict_person` raise.
    """
    await lock_order(work, campus.id, order_id)  # of two admins, the second one sees what the first one did
    reviewed, free = await view_barrable_sides(work, campus, admin, order_id)
    if side not in free:
        raise AlreadyBarred
    terms = RestrictionTerms(
        kind=RestrictionKind.BAR,
        reason=RestrictionReason.MONEY,
        note=f"#{order_id}: {reviewed.reason}",
        until=None if length is None else work.now + length,
    )
    await restrict_person(work, campus, admin, reviewed.person_at(side), terms)
    subject = subject_of_order(await find_order(work, campus.id, order_id))
    if subject.is_own(admin.person_id):  # it uses up the agreement to one act, and the audit lists it
        await log_own_act(work, campus.id, admin.person_id, subject, AdminAct.BAR, terms.note)
    await log_decision(work, campus.id, order_id, admin.person_id, f"barred_{side}")
    return reviewed
