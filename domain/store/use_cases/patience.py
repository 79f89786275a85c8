"""What the two sides answer when they are asked about the silence: she waits on; her runner is on it."""

from domain.campus import Campus
from domain.errors import Stale
from domain.order import WITH_RUNNER, Order, OrderStatus
from domain.people import Action, Member, Role
from domain.store.events import Actor, log
from domain.store.ladders.silence import hear_from
from domain.store.orders import lock_order
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require, require_job


async def wait(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[I'll wait]: nothing changes, but it is in the order's history. Stale when nobody needs to wait any more."""
    order = await lock_order(work, campus.id, order_id)
    require(member, Action.WAIT, own=order.customer_id == member.person_id)
    if order.status is not OrderStatus.CREATED:
        raise Stale
    await _log(work, Actor(role=Role.CUSTOMER, person_id=member.person_id), order, "waits")
    return order


async def show_life(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Yes, on it]: her silence counts from now on anew. Stale when nobody holds the job any more."""
    order = await lock_order(work, campus.id, order_id)
    if order.status not in WITH_RUNNER:
        require(member, Action.SHOW_LIFE)
        raise Stale
    require_job(member, Action.SHOW_LIFE, order)
    await hear_from(work, order)
    await _log(work, Actor(role=Role.RUNNER, person_id=member.person_id), order, "showed_life")
    return order


async def _log(work: UnitOfWork, actor: Actor, order: Order, happened: str) -> None:
    await log(
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
