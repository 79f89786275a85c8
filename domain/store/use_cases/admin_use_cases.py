"""What an admin does to orders, sagas and chats: view, cancel, release, finish, close, retry, resolve, pause, bind."""

from collections.abc import Sequence

from domain.campus import Campus
from domain.errors import AlreadyBought, GroupTaken, NotBoughtYet, OrderClosed, Stale
from domain.order import (
    FINAL_ORDER_STATUSES,
    STATUSES_BEFORE_PIVOT,
    Bearer,
    Order,
    OrderEvent,
    OrderStatus,
    is_event_allowed,
)
from domain.payment import Payable
from domain.people import Action, Member, Role
from domain.store.board_query import BoardLine, list_board_lines
from domain.store.campus_repository import save_bound_chat, set_paused
from domain.store.event_log import Actor, LoggedEvent, log_event, read_order_history
from domain.store.money_repository import can_start_payout, find_payable, list_unfunded_payables
from domain.store.order_repository import find_order, list_orders_in_status, lock_order
from domain.store.outbox import refresh_order_messages
from domain.store.saga_progress import start_saga
from domain.store.saga_run import SagaStart
from domain.store.steps.local_money_steps import build_payout_start
from domain.store.stuck_saga_repository import (
    StuckSaga,
    find_stuck_saga,
    list_stuck_sagas,
    resolve_stuck_saga,
    retry_stuck_saga,
)
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.ordering_use_cases import close_before_purchase
from domain.store.use_cases.permission_checks import require_permission
from domain.store.use_cases.runner_use_cases import start_completion

MAX_REASON_LENGTH = 200  # characters of the reason that an admin gives


async def view_order(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int
) -> tuple[Order, Sequence[LoggedEvent]]:
    """Return an order and its history."""
    require_permission(admin, Action.SEE_ANY_ORDER)
    return await find_order(work, campus.id, order_id), await read_order_history(work, campus.id, order_id)


async def view_board(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[BoardLine]:
    """Return every order that is not over, by status and oldest first."""
    require_permission(admin, Action.SEE_BOARD)
    return await list_board_lines(work, campus.id)


async def cancel_order_as_admin(work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str) -> Order:
    """Cancel an order before the purchase.

    Raise AlreadyBought after the purchase, OrderClosed when the order is over, NotAllowed for an order that the admin
    has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.CANCEL_ANY, order_id)
    if order.status not in STATUSES_BEFORE_PIVOT | FINAL_ORDER_STATUSES:
        raise AlreadyBought
    await close_before_purchase(work, campus, admin, order, role=Role.ADMIN, reason=reason)
    return await find_order(work, campus.id, order_id)


async def release_order_as_admin(work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str) -> Order:
    """Take an order back from its runner before the purchase; the runner reads why.

    Raise AlreadyBought after the purchase, OrderClosed when no runner has the order, NotAllowed for an order that the
    admin has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.RELEASE_ANY, order_id)
    if order.status not in STATUSES_BEFORE_PIVOT | FINAL_ORDER_STATUSES:
        raise AlreadyBought
    if not is_event_allowed(order.status, OrderEvent.RELEASED):
        raise OrderClosed
    start = SagaStart(
        kind="release_order",
        name=f"release_order:{order.id}:{order.releases + 1}",
        campus_id=campus.id,
        order_id=order.id,
        person_id=order.runner_id,
        data={"reason": reason, "admin": admin.person_id},
    )
    await start_saga(work, start)
    return await find_order(work, campus.id, order_id)


async def finish_order_as_admin(work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str) -> Order:
    """Confirm in the runner's place that the food was handed over; the money moves as after a PIN.

    Raise NotBoughtYet before the purchase, OrderClosed when the order is over. Raise NotAllowed for the admin's own
    delivery: the PIN would guard nothing if the runner's word were enough.
    """
    require_permission(admin, Action.FINISH_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    require_permission(admin, Action.FINISH_ANY, own=order.runner_id == admin.person_id)
    _require_bought(order, OrderEvent.FINISHED_BY_ADMIN)
    await start_completion(work, campus, order, {"reason": reason, "admin": admin.person_id})
    return await find_order(work, campus.id, order_id)


async def close_purchase_as_admin(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, bearer: Bearer, reason: str
) -> Order:
    """End an order that was bought and will not arrive.

    The customer pays nothing, and the admin says who bears the food. Raise NotBoughtYet before the purchase,
    OrderClosed when the order is over, NotAllowed for an order that the admin has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.CLOSE_ANY, order_id)
    _require_bought(order, OrderEvent.CLOSED_BY_ADMIN)
    start = SagaStart(
        kind="close_purchase",
        name=f"close_purchase:{order.id}",
        campus_id=campus.id,
        order_id=order.id,
        person_id=admin.person_id,
        data={"borne_by": bearer, "reason": reason},
    )
    await start_saga(work, start)
    return await find_order(work, campus.id, order_id)


async def _lock_uninvolved_order(
    work: UnitOfWork, campus: Campus, admin: Member, action: Action, order_id: int
) -> Order:
    """Return the order, locked, if the admin is neither its customer nor its runner."""
    require_permission(admin, action, own=False)
    order = await lock_order(work, campus.id, order_id)
    require_permission(admin, action, own=admin.person_id in (order.customer_id, order.runner_id))
    return order


def _require_bought(order: Order, happened: OrderEvent) -> None:
    if is_event_allowed(order.status, happened):
        return
    raise NotBoughtYet if order.status in STATUSES_BEFORE_PIVOT else OrderClosed


async def view_stuck_sagas(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[StuckSaga]:
    """Return every stuck saga of this campus, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_stuck_sagas(work, campus.id)


async def view_unfunded_payables(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[Payable]:
    """Return every payable that waits for funds of the platform, oldest first."""
    require_permission(admin, Action.SEE_STUCK)
    return await list_unfunded_payables(work, campus.id)


async def retry_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> None:
    """[Retry]: start a new attempt of a stuck saga, under a new key; raise Stale when it is not stuck."""
    require_permission(admin, Action.RETRY_STUCK)
    saga = await retry_stuck_saga(work, campus.id, number)
    if saga is None:
        raise Stale
    await _log_stuck(work, campus, admin, saga, "retried", after="running", reason=saga.error)


async def view_stuck_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int) -> StuckSaga:
    """Return a stuck saga of this campus; raise Stale when none with this number is stuck."""
    require_permission(admin, Action.SEE_STUCK)
    found = await find_stuck_saga(work, campus.id, number)
    if found is None:
        raise Stale
    return found


async def resolve_saga(work: UnitOfWork, campus: Campus, admin: Member, number: int, reason: str) -> StuckSaga:
    """[Resolve by hand]: end a stuck saga that was settled elsewhere; raise Stale when it is not stuck.

    Only the saga ends. Its order, hold and payout stay as they are, because nothing is guessed about money. What really
    differs from Stripe is still reported by reconciliation and audit.
    """
    require_permission(admin, Action.RETRY_STUCK)
    saga = await resolve_stuck_saga(work, campus.id, number)
    if saga is None:
        raise Stale
    await _log_stuck(work, campus, admin, saga, "resolved", after="resolved", reason=reason)
    return saga


async def _log_stuck(
    work: UnitOfWork, campus: Campus, admin: Member, saga: StuckSaga, happened: str, *, after: str, reason: str | None
) -> None:
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=saga.order_id,
        subject="saga",
        subject_id=saga.name,
        happened=happened,
        before="stuck",
        after=after,
        reason=reason,
    )


async def retry_payout(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> None:
    """[Send again]: start a payout that the platform lacked funds for; raise Stale when it cannot start."""
    require_permission(admin, Action.RETRY_STUCK)
    await lock_order(work, campus.id, order_id)
    payable = await find_payable(work, order_id)
    if payable is None or not await can_start_payout(work, payable.id):
        raise Stale
    await start_saga(work, build_payout_start(payable))


async def pause_orders(work: UnitOfWork, campus: Campus, admin: Member, reason: str | None) -> None:
    """Take no new orders; open ones go on. Customers read the reason, if there is one."""
    require_permission(admin, Action.PAUSE_ORDERS)
    if await set_paused(work, campus.id, paused=True, reason=reason):  # pausing again may change the reason
        await _log_campus(work, campus, admin, "paused", reason)


async def resume_orders(work: UnitOfWork, campus: Campus, admin: Member) -> None:
    """Take orders again; raise Stale when they are not paused."""
    require_permission(admin, Action.PAUSE_ORDERS)
    if not await set_paused(work, campus.id, paused=False, reason=None):
        raise Stale
    await _log_campus(work, campus, admin, "resumed", None)


async def _log_campus(work: UnitOfWork, campus: Campus, admin: Member, happened: str, reason: str | None) -> None:
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=campus.id,
        order_id=None,
        subject="campus",
        subject_id=campus.id,
        happened=happened,
        before="paused" if campus.paused else "open",
        after="paused" if happened == "paused" else "open",
        reason=reason,
    )


async def bind_chat(
    work: UnitOfWork, campus: Campus, admin: Member, *, chat_id: int, invite: str | None, admins: bool
) -> None:
    """Make this chat the runner group, or the admin chat (`admins`).

    A new runner group gets the orders that are open. Raise GroupTaken when the chat has the other role already.
    """
    require_permission(admin, Action.BIND_GROUP)
    if chat_id == (campus.runner_group if admins else campus.admin_chat):
        raise GroupTaken
    await save_bound_chat(work, campus.id, chat_id=chat_id, invite=invite, admins=admins)
    if not admins:
        for order in await list_orders_in_status(work, campus.id, OrderStatus.CREATED):
            await refresh_order_messages(work, order)
