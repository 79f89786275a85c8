"""What an admin does to orders: view one or the board, cancel, release, finish, close a purchase."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.campuses.own_acts.use_cases import require_uninvolved
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import LoggedEvent, log_event, read_order_history
from domain.database.unit_of_work import UnitOfWork
from domain.errors import AlreadyBought, NotBoughtYet, OrderClosed, Stale
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.admin_acts.telling import tell_admin_act
from domain.messaging.outbox_repository import notify
from domain.orders.board_repository import BoardLine, UnreadableOrder, list_board_lines
from domain.orders.notifications.customer import pin_renewed, receipt_corrected
from domain.orders.notifications.runner import pin_renewed_runner, receipt_corrected_runner
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import find_order, lock_order, renew_pin
from domain.orders.sagas.close_purchase import build_purchase_closing_start
from domain.orders.sagas.complete_order import build_completion_start
from domain.orders.sagas.release_order import build_release_start
from domain.orders.states import (
    FINAL_ORDER_STATUSES,
    STATUSES_BEFORE_PIVOT,
    Bearer,
    Order,
    OrderEvent,
    is_event_allowed,
    is_pin_locked,
)
from domain.orders.steps.claims import draw_pin
from domain.orders.use_cases.act_subjects import subject_of_delivery, subject_of_order
from domain.orders.use_cases.ordering import close_before_purchase
from domain.orders.use_cases.running import write_receipt
from domain.saga.start import start_saga


async def view_order(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int
) -> tuple[Order, Sequence[LoggedEvent]]:
    """Return an order and its history."""
    require_permission(admin, Action.SEE_ANY_ORDER)
    return await find_order(work, campus.id, order_id), await read_order_history(work, campus.id, order_id)


async def view_board(work: UnitOfWork, campus: Campus, admin: Member) -> Sequence[BoardLine | UnreadableOrder]:
    """Return every order that is not over, by status and oldest first."""
    require_permission(admin, Action.SEE_BOARD)
    return await list_board_lines(work, campus.id)


async def cancel_order_as_admin(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str, *, shown_to_admins: bool = False
) -> Order:
    """Cancel an order before the purchase.

    Raise AlreadyBought after the purchase, OrderClosed when the order is over, NotAllowed for an order that the admin
    has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.CANCEL_ANY, order_id)
    if order.status not in STATUSES_BEFORE_PIVOT | FINAL_ORDER_STATUSES:
        raise AlreadyBought
    await close_before_purchase(work, campus, admin, order, role=Role.ADMIN, reason=reason)
    await _tell(work, campus, admin, AdminAct.CANCEL, order, reason, shown_to_admins=shown_to_admins)
    return await find_order(work, campus.id, order_id)


async def release_order_as_admin(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str, *, shown_to_admins: bool = False
) -> Order:
    """Take an order back from its runner before the purchase; the runner reads why.

    Raise AlreadyBought after the purchase, OrderClosed when no runner has the order, NotAllowed for an order that the
    admin has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.RELEASE_ANY, order_id)
    if order.status not in STATUSES_BEFORE_PIVOT | FINAL_ORDER_STATUSES:
        raise AlreadyBought
    if not is_event_allowed(order.status, OrderEvent.RELEASED):
        raise OrderClosed
    await start_saga(work, build_release_start(order, reason=reason, admin=admin.person_id))
    await _tell(work, campus, admin, AdminAct.RELEASE, order, reason, shown_to_admins=shown_to_admins)
    return await find_order(work, campus.id, order_id)


async def finish_order_as_admin(
    work: UnitOfWork, campus: Campus, admin: Member, order_id: int, reason: str, *, shown_to_admins: bool = False
) -> Order:
    """Confirm in the runner's place that the food was handed over; the money moves as after a PIN.

    Raise NotBoughtYet before the purchase, OrderClosed when the order is over. Raise NotAllowed for the admin's own
    delivery: the PIN would guard nothing if the runner's word were enough.
    """
    require_permission(admin, Action.FINISH_ANY, own=False)
    order = await lock_order(work, campus.id, order_id)
    subject = subject_of_delivery(order)
    await require_uninvolved(work, campus, admin, Action.FINISH_ANY, subject)
    _require_bought(order, OrderEvent.FINISHED_BY_ADMIN)
    await start_saga(work, build_completion_start(order, reason=reason, admin=admin.person_id))
    await tell_admin_act(work, campus, admin, AdminAct.FINISH, subject, reason, shown_to_admins=shown_to_admins)
    return await find_order(work, campus.id, order_id)


async def renew_pin_as_admin(work: UnitOfWork, campus: Campus, admin: Member, order_id: int) -> Order:
    """[Give a new PIN]: after five wrong PINs, tell the customer a new one, and the runner that there is one.

    Raise Stale when the PIN is not locked, NotAllowed for an order that the admin has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.RENEW_PIN, order_id)
    if not is_pin_locked(order.status, order.pin_tries):
        raise Stale
    renewed = await renew_pin(work, order.id, draw_pin())
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin.person_id),
        campus_id=order.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened="pin_renewed",
        before=order.status,
        after=order.status,
    )
    await refresh_order_messages(work, renewed, group=False)
    await notify(work, pin_renewed(renewed))
    customer = await find_member(work, campus.id, order.customer_id)
    await notify(work, pin_renewed_runner(renewed, customer.first_name))
    await tell_admin_act(work, campus, admin, AdminAct.RENEW_PIN, subject_of_order(order))
    return renewed


async def correct_receipt_as_admin(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    order_id: int,
    receipt: int,
    reason: str,
    *,
    shown_to_admins: bool = False,
) -> Order:
    """Correct the receipt (minor units) that the runner typed, until the food is handed over; both sides are told.

    Raise NotBoughtYet before the purchase, OrderClosed once the food was handed over, Stale for the amount that it has,
    ReceiptAboveLimit or ReceiptTooSmall as for the runner, NotAllowed for an order that the admin has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.CORRECT_RECEIPT, order_id)
    _require_bought(order, OrderEvent.FINISHED_BY_ADMIN)
    if order.receipt == receipt:
        raise Stale
    corrected = await write_receipt(work, order, receipt, Actor(role=Role.ADMIN, person_id=admin.person_id), reason)
    await notify(work, receipt_corrected(corrected, order.receipt or 0, reason))
    await notify(work, receipt_corrected_runner(corrected, order.receipt or 0, reason))
    await _tell(work, campus, admin, AdminAct.CORRECT_RECEIPT, order, reason, shown_to_admins=shown_to_admins)
    return corrected


async def close_purchase_as_admin(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    order_id: int,
    bearer: Bearer,
    reason: str,
    *,
    shown_to_admins: bool = False,
) -> Order:
    """End an order that was bought and will not arrive.

    The customer pays nothing, and the admin says who bears the food. Raise NotBoughtYet before the purchase,
    OrderClosed when the order is over, NotAllowed for an order that the admin has a part in.
    """
    order = await _lock_uninvolved_order(work, campus, admin, Action.CLOSE_ANY, order_id)
    _require_bought(order, OrderEvent.CLOSED_BY_ADMIN)
    start = build_purchase_closing_start(order, admin_id=admin.person_id, borne_by=bearer, reason=reason)
    await start_saga(work, start)
    reason = f"{bearer}: {reason}"
    await _tell(work, campus, admin, AdminAct.CLOSE, order, reason, shown_to_admins=shown_to_admins)
    return await find_order(work, campus.id, order_id)


async def _lock_uninvolved_order(
    work: UnitOfWork, campus: Campus, admin: Member, action: Action, order_id: int
) -> Order:
    """Return the order, locked, if the admin may act on it."""
    require_permission(admin, action, own=False)
    order = await lock_order(work, campus.id, order_id)
    await require_uninvolved(work, campus, admin, action, subject_of_order(order))
    return order


async def _tell(
    work: UnitOfWork,
    campus: Campus,
    admin: Member,
    act: AdminAct,
    order: Order,
    reason: str,
    *,
    shown_to_admins: bool,
) -> None:
    await tell_admin_act(work, campus, admin, act, subject_of_order(order), reason, shown_to_admins=shown_to_admins)


def _require_bought(order: Order, happened: OrderEvent) -> None:
    if is_event_allowed(order.status, happened):
        return
    raise NotBoughtYet if order.status in STATUSES_BEFORE_PIVOT else OrderClosed
