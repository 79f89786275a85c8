"""What an admin does about pay that waits for a person: look at it, let it go."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import refresh_existing_order_messages
from domain.orders.repository import lock_order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.screening.review import Review
from domain.screening.review_repository import decide_review, list_open_reviews

MAX_REVIEWS = 20


async def view_reviews(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Review]:
    """Return what waits for a decision, oldest first, at most MAX_REVIEWS."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_open_reviews(work, campus.id, MAX_REVIEWS)


async def let_pay_go(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> None:
    """[Let it go]: the pay for this order is sent at once, or when another reason to hold it has passed.

    Raise Stale when nothing waits, or somebody was faster, and NotAllowed for an order that the admin has a part in.
    """
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    await require_uninvolved(work, campus, admin, Action.REFUND_ANY, subject_of_order(order))
    if not await decide_review(work, order_id, admin.person_id):
        raise Stale
    await refresh_existing_order_messages(work, order_id)
    await tell_admin_act(work, campus, admin, AdminAct.LET_PAY_GO, subject_of_order(order))
