"""Local steps of create_order: from a draft to an order that runners see."""

from contextlib import suppress

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus_once
from domain.database.actors import SYSTEM, Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError, OrderClosed
from domain.messaging.outbox_repository import notify
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.placing_guard import lock_placeable_draft
from domain.orders.drafts.repository import advance_draft_version, delete_used_draft, find_draft, record_card_requested
from domain.orders.escalations.unclaimed_order import plan_unclaimed_timers
from domain.orders.notifications.customer import PLACING_FAILURES, pending_order_cancelled, placing_failed
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.order_payments import OrderPayments
from domain.orders.pricing import Price
from domain.orders.repository import find_moved_order, insert_order, move_order, try_move_order
from domain.orders.rows import items_to_json, price_columns
from domain.orders.sagas.create_order import CANCELLED_SIGNAL, CreateOrderData, OrderCancellation
from domain.orders.states import Order, OrderEvent, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import set_timers, stop_escalations, stop_timer
from domain.saga.refusals import CARD_GONE
from domain.saga.run import SagaRun
from domain.saga.signal_repository import read_signal_data


async def place_order(work: UnitOfWork, run: SagaRun) -> None:
    """Make a PENDING order of the draft, and request its hold. Raise what `lock_placeable_draft` raises."""
    data, payments = run.data_as(CreateOrderData), work.registers.get(OrderPayments)
    campus = await find_campus_once(work, run.campus_id)
    draft = await lock_placeable_draft(
        work, campus, run.required_person_id, version=data.draft_version, ceiling=data.ceiling
    )
    price = draft.price(campus.fees)
    order = await _insert_pending_order(work, run, draft, price)
    run.order_id = order.id
    data.draft_version = await advance_draft_version(work, draft)
    await payments.request_hold(work, order.id, run.id, price.ceiling, price.currency)
    await log_event(
        work,
        Actor(role=Role.CUSTOMER, person_id=run.required_person_id),
        campus_id=run.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened="placed",
        after=order.status,
    )
    await refresh_order_messages(work, order, group=False)


async def _insert_pending_order(work: UnitOfWork, run: SagaRun, draft: Draft, price: Price) -> Order:
    return await insert_order(
        work,
        {
            "campus_id": run.campus_id,
            "customer_id": run.required_person_id,
            "status": OrderStatus.PENDING,
            "store_name": draft.store_name,
            "items": items_to_json(draft.items),
            "drop_point": draft.drop_point,
            "note": draft.note,
            "placed_at": work.now,
            **price_columns(price),
        },
    )


async def cancel_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move PENDING -> CANCELLED; the draft stays, so that another card is one tap away."""
    actor, reason, note = await _cancellation_details(work, run)
    ended = {"end_reason": reason, "end_note": note}
    order = await try_move_order(
        work, actor, run.campus_id, run.required_order_id, OrderEvent.UNPAID, reason=note or reason, **ended
    )
    if order is None:
        return
    await refresh_order_messages(work, order, group=False)
    if note is not None:
        await notify(work, pending_order_cancelled(order, note))
    elif reason in PLACING_FAILURES:
        await notify(work, placing_failed(order, reason))
    if reason == CARD_GONE:
        await _renew_card(work, order)


async def _renew_card(work: UnitOfWork, order: Order) -> None:
    """Send a link for another card, and let the draft be placed by itself once it is saved, as the customer asked."""
    campus = await find_campus_once(work, order.campus_id)
    customer = await find_member(work, order.campus_id, order.customer_id)
    draft = await find_draft(work, order.campus_id, order.customer_id)
    if draft is not None:
        await record_card_requested(work, draft, order.price.ceiling)
    with suppress(CampusGError):  # somebody who may not order any more needs no link
        await work.registers.get(OrderPayments).start_card_setup(work, campus, customer)


async def _cancellation_details(work: UnitOfWork, run: SagaRun) -> tuple[Actor, str, str | None]:
    """Return who ended a pending order, why, and an admin's own words.

    A cancellation carries these in its signal.
    """
    if run.reason != CANCELLED_SIGNAL:
        return SYSTEM, run.reason or "unpaid", None
    told = await read_signal_data(work, run.id, CANCELLED_SIGNAL, OrderCancellation)
    return Actor(role=told.role, person_id=told.person), told.role, told.reason if told.role is Role.ADMIN else None


async def publish_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move PENDING -> CREATED, show the order to the runners, and delete its draft."""
    order = await move_order(work, SYSTEM, run.campus_id, run.required_order_id, OrderEvent.PUBLISHED)
    used_version = run.data_as(CreateOrderData).draft_version
    await delete_used_draft(work, order.campus_id, order.customer_id, used_version)
    await refresh_order_messages(work, order)


async def withdraw_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move CREATED -> CANCELLED, should create_order ever compensate after publishing."""
    reason = run.reason or "withdrawn"
    order = await try_move_order(
        work, SYSTEM, run.campus_id, run.required_order_id, OrderEvent.WITHDRAWN, reason=reason, end_reason=reason
    )
    if order is not None:
        await refresh_order_messages(work, order)


async def start_expiry(work: UnitOfWork, run: SagaRun) -> None:
    """Set the deadline until which the order waits for a runner; raise OrderClosed unless it is CREATED."""
    order = await find_moved_order(work, run.campus_id, run.required_order_id)
    if order.status is not OrderStatus.CREATED:
        raise OrderClosed
    campus = await find_campus_once(work, run.campus_id)
    until = work.now + campus.windows.length("unclaimed")
    await set_timers(work, order, {TimerKind.EXPIRE: until} | await plan_unclaimed_timers(work, order, until))


async def stop_expiry(work: UnitOfWork, run: SagaRun) -> None:
    """Stop the deadline, and the escalation before it."""
    await stop_timer(work, run.required_order_id, TimerKind.EXPIRE)
    await stop_escalations(work, run.required_order_id)
