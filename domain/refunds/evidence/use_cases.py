"""What an admin does about a dispute that is open: read what would be sent to the bank, and have it sent."""

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.orders.repository import find_order, lock_order
from domain.orders.states import Order
from domain.orders.use_cases.act_subjects import subject_of_order
from domain.refunds.dispute_repository import find_answerable_dispute
from domain.refunds.evidence.statement import Evidence, build_evidence
from domain.refunds.model import Dispute
from domain.refunds.sagas.answer_dispute import build_dispute_answer_start
from domain.saga.start import start_saga


async def view_evidence(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> tuple[Order, Evidence]:
    """Return what the bank would be sent about this order.

    Raise Stale when no dispute of it takes an answer, and NotAllowed for an order that the admin has a part in.
    """
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await find_order(work, campus.id, order_id)
    return order, await build_evidence(work, campus, order, await _find_dispute(work, campus, admin, order))


async def answer_dispute(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> Order:
    """Have the evidence sent to the bank, once; raise as view_evidence does."""
    require_permission(admin, Action.REFUND_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    opened = await _find_dispute(work, campus, admin, order)
    await start_saga(work, build_dispute_answer_start(opened, admin_id=admin.person_id))
    await tell_admin_act(work, campus, admin, AdminAct.ANSWER_DISPUTE, subject_of_order(order))
    return order


async def _find_dispute(work: UnitOfWork, campus: Campus, admin: Member, order: Order) -> Dispute:
    await require_uninvolved(work, campus, admin, Action.REFUND_ANY, subject_of_order(order))
    opened = await find_answerable_dispute(work, order.id)
    if opened is None:
        raise Stale
    return opened
