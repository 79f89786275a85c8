"""What both sides answer when they are asked during a silence: the customer waits, the runner checks in."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import PurchaseDue, Stale
from domain.orders.escalations.silent_runner import record_runner_check_in, was_asked_last
from domain.orders.repository import lock_order
from domain.orders.states import STATUSES_WITH_RUNNER, Order, OrderStatus
from domain.orders.use_cases.ownership import require_own_delivery


async def record_customer_waits(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[I'll wait]: record it in the history of the order, and change nothing else.

    Raise Stale when the order does not wait for a runner any more.
    """
    order = await lock_order(work, campus.id, order_id)
    require_permission(member, Action.WAIT, own=order.customer_id == member.person_id)
    if order.status is not OrderStatus.CREATED:
        raise Stale
    await _log(work, Actor(role=Role.CUSTOMER, person_id=member.person_id), order, "waits")
    return order


async def check_in_as_runner(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Yes, on it]: count the runner's silence anew from now.

    Raise Stale when no runner has the order, and PurchaseDue when only the purchase keeps it with them.
    """
    order = await lock_order(work, campus.id, order_id)
    if order.status not in STATUSES_WITH_RUNNER:
        require_permission(member, Action.CHECK_IN)
        raise Stale
    require_own_delivery(member, Action.CHECK_IN, order)
    if await was_asked_last(work, order):
        raise PurchaseDue
    await record_runner_check_in(work, order)
    await _log(work, Actor(role=Role.RUNNER, person_id=member.person_id), order, "showed_life")
    return order


async def _log(work: UnitOfWork, actor: Actor, order: Order, happened: str) -> None:
    await log_event(
        work,
        actor,
        campus_id=order.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened=happened,
        before=order.status,
        after=order.status,
    )
