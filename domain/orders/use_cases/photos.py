"""The photos of an order (the receipt, the food where it was left), and the report of a price above the limit."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.unit_of_work import UnitOfWork
from domain.errors import LeavingTooEarly, OrderClosed, PhotoMissing, Stale
from domain.messaging.outbox_repository import notify
from domain.orders.escalations.silent_runner import record_runner_check_in
from domain.orders.notifications.admins import price_above_limit
from domain.orders.notifications.customer import proof_shown, receipt_shown
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import find_order, list_active_deliveries, lock_order, record_receipt_photo
from domain.orders.sagas.complete_order import build_completion_start
from domain.orders.sent_photos.photo_repository import use_photo
from domain.orders.sent_photos.sent_photo import PhotoUse, SentPhoto
from domain.orders.states import (
    BOUGHT_STATUSES,
    STATUSES_WITH_RUNNER,
    Order,
    OrderEvent,
    OrderStatus,
    can_leave_food,
    is_event_allowed,
)
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import has_timer_fired
from domain.orders.use_cases.ownership import require_own_delivery
from domain.saga.start import start_saga


async def save_receipt_photo(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, photo: SentPhoto
) -> Order:
    """Save the photo of the receipt, until the order is delivered.

    A newer photo replaces it. Raise OrderClosed when the order has no runner or is delivered. Raise LeavingTooEarly for
    a second photo after the arrival: it is no receipt any more, but the food that was left. Also raise what `use_photo`
    raises.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.BUY, order)
    if order.status not in STATUSES_WITH_RUNNER:
        raise OrderClosed
    if order.status is OrderStatus.ARRIVED and order.receipt_photo is not None:
        raise LeavingTooEarly
    await use_photo(work, order.id, photo, PhotoUse.RECEIPT)
    await record_receipt_photo(work, campus.id, order.id, photo.file_id)
    await record_runner_check_in(work, order)
    await refresh_order_messages(work, order, group=False)
    return await find_order(work, campus.id, order_id)


async def leave_food_with_photo(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, photo: SentPhoto | None
) -> Order:
    """Move ARRIVED -> DELIVERED, with this photo as proof; the money moves.

    Raise LeavingTooEarly while the runner has not waited long enough, also when the PIN is locked. Raise PhotoMissing
    without a photo, and what `use_photo` raises.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.DELIVER, order)
    await require_leaving_allowed(work, order)
    if photo is None:
        raise PhotoMissing
    await use_photo(work, order.id, photo, PhotoUse.LEFT_FOOD)
    await start_saga(work, build_completion_start(order, reason="photo", photo=photo.file_id))
    return await find_order(work, campus.id, order_id)


async def require_leaving_allowed(work: UnitOfWork, order: Order) -> None:
    """Raise OrderClosed unless the order is ARRIVED, and LeavingTooEarly before its time."""
    if order.status is not OrderStatus.ARRIVED:
        raise OrderClosed
    if not await can_runner_leave_food(work, order):
        raise LeavingTooEarly


async def can_runner_leave_food(work: UnitOfWork, order: Order) -> bool:
    """Return whether a photo is proof enough now."""
    waited = await has_timer_fired(work, order.id, TimerKind.ABSENT)
    return can_leave_food(order.status, has_waited=waited)


async def list_bought_deliveries(work: UnitOfWork, campus: Campus, member: Member) -> list[Order]:
    """Return the deliveries that a runner's photo may belong to when the runner does not say which."""
    orders_held = await list_active_deliveries(work, campus.id, member.person_id)
    return [order for order in orders_held if order.status in BOUGHT_STATUSES]


async def send_receipt_photo(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> None:
    """[See receipt]: send the photo to the customer without sound; raise Stale when there is none."""
    order = await find_order(work, campus.id, order_id)
    require_permission(member, Action.SEE_PHOTOS, own=order.customer_id == member.person_id)
    if order.receipt_photo is None or order.receipt is None:
        raise Stale
    await notify(work, receipt_shown(order, order.receipt, order.receipt_photo, work.now))


async def send_proof_photo(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> None:
    """[See photo]: send the photo of the food where it was left to the customer, without sound.

    Raise Stale when there is none.
    """
    order = await find_order(work, campus.id, order_id)
    require_permission(member, Action.SEE_PHOTOS, own=order.customer_id == member.person_id)
    if order.proof_photo is None:
        raise Stale
    await notify(work, proof_shown(order, order.proof_photo, work.now))


async def tell_admins_price_above_limit(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, wanted: int
) -> bool:
    """[Ask an admin]: tell the admins, once per order, that the shop wants more than the limit.

    `wanted` is in minor units. Return False when the campus has no admin chat. Raise Stale when the limit is enough,
    OrderClosed when the order cannot be bought now.
    """
    order = await find_order(work, campus.id, order_id)
    require_own_delivery(member, Action.BUY, order)
    if not is_event_allowed(order.status, OrderEvent.BOUGHT):
        raise OrderClosed
    if wanted <= order.price.shop_limit:
        raise Stale
    await notify(work, price_above_limit(order, member.first_name, wanted))
    return campus.admin_chat is not None
