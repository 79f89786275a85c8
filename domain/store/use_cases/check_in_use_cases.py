"""What both sides answer when they are asked during a silence: the customer waits, the runner checks in."""

from domain.campus import Campus
from domain.errors import Stale
from domain.order import STATUSES_WITH_RUNNER, Order, OrderStatus
from domain.people import Action, Member, Role
from domain.store.escalations.silent_runner_escalation import record_runner_check_in
from domain.store.event_log import Actor, log_event
from domain.store.order_repository import lock_order
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission_checks import require_own_delivery, require_permission


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
    """[Yes, on it]: count the runner's silence anew from now; raise Stale when no runner has the order."""
    order = await lock_order(work, campus.id, order_id)
    if order.status not in STATUSES_WITH_RUNNER:
        require_permission(member, Action.CHECK_IN)
        raise Stale
    require_own_delivery(member, Action.CHECK_IN, order)
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
