"""What an admin does: approve runners, look at an order, cancel it with a reason, wake what is stuck, bind groups."""

from collections.abc import Sequence

from domain.campus import Campus
from domain.errors import GroupTaken, OrderClosed, Stale
from domain.order import Order, OrderEvent, OrderStatus, allowed
from domain.people import Action, Member, Role, RunnerStatus
from domain.store.campuses import bind_group
from domain.store.events import Actor, Event, history, log
from domain.store.messages import redraw_order, tell
from domain.store.orders import find_order, lock_order, orders_in
from domain.store.people import change_runner, runners_in
from domain.store.saga_rows import StuckSaga, retry_stuck, stuck_sagas
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.ordering import close
from domain.store.use_cases.permission import require
from domain.store.use_cases.running import deliver


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


async def look_at(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> tuple[Order, Sequence[Event]]:
    """An order and all that happened to it."""
    require(admin, Action.SEE_ANY_ORDER)
    return await find_order(work, campus.id, order_id), await history(work, campus.id, order_id)


async def cancel(work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str) -> Order:
    """End somebody else's order before the purchase; OrderClosed later."""
    require(admin, Action.CANCEL_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    require(admin, Action.CANCEL_ANY, own=admin.person_id in (order.customer_id, order.runner_id))
    await close(work, campus, admin, order, role=Role.ADMIN, reason=reason)
    return await find_order(work, campus.id, order_id)


async def finish(work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str) -> Order:
    """Say in the runner's place that an arrived order was handed over, when the PIN can't; OrderClosed otherwise.

    NotAllowed for an admin's own job: the PIN would guard nothing where the runner's word is enough.
    """
    require(admin, Action.FINISH_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    require(admin, Action.FINISH_ANY, own=order.runner_id == admin.person_id)
    if not allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    await deliver(work, campus, order, {"reason": reason, "admin": admin.person_id})
    return await find_order(work, campus.id, order_id)


async def stuck(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[StuckSaga]:
    """Every saga of this campus that needs a human, oldest first."""
    require(admin, Action.SEE_STUCK)
    return await stuck_sagas(work, campus.id)


async def retry(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> None:
    """[Retry] of a stuck saga: a new attempt with a new key; Stale when it is not stuck."""
    require(admin, Action.RETRY_STUCK)
    saga = await retry_stuck(work, campus.id, number)
    if saga is None:
        raise Stale
    await log(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=saga.order_id,
        subject="saga",
        subject_id=saga.name,
        happened="retried",
        before="stuck",
        after="running",
        reason=saga.error,
    )


async def bind(
    work: UnitOfWork, campus: Campus, admin: Member, *, chat_id: int, invite: str | None, admins: bool
) -> None:
    """Make this chat the runner group, or the admin chat; a runner group gets the jobs that are open by then."""
    require(admin, Action.BIND_GROUP)
    if chat_id == (campus.runner_group if admins else campus.admin_chat):
        raise GroupTaken
    await bind_group(work, campus.id, chat_id=chat_id, invite=invite, admins=admins)
    if not admins:
        for order in await orders_in(work, campus.id, OrderStatus.CREATED):
            await redraw_order(work, order)
