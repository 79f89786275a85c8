"""Local steps that end an order: expired, cancelled, delivered, or closed after the purchase."""

from collections.abc import Mapping, Sequence

from domain.database.actors import SYSTEM, Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError, OrderClosed
from domain.messaging.outbox_repository import notify, notify_all
from domain.orders.claim_repository import is_run_by
from domain.orders.notifications.customer import food_left, order_cancelled, order_delivered, order_expired
from domain.orders.notifications.runner import delivery_cancelled, delivery_finished
from domain.orders.order_message_requests import refresh_messages_of_orders, refresh_order_messages
from domain.orders.repository import find_order, move_order, try_move_orders
from domain.orders.sagas.cancel_order import CancelOrderData
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.states import OrderEvent
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import stop_timer
from domain.saga.run import SagaRun


async def expire_orders(work: UnitOfWork, runs: Sequence[SagaRun]) -> Mapping[str, CampusGError]:
    """Move CREATED -> EXPIRED; refuse with OrderClosed where a runner or the customer was faster."""
    campus_ids = {run.required_order_id: run.campus_id for run in runs}
    ended = {"reason": "unclaimed", "end_reason": "unclaimed"}
    expired = await try_move_orders(work, SYSTEM, campus_ids, OrderEvent.EXPIRED, **ended)
    await refresh_messages_of_orders(work, expired.values())
    await notify_all(work, [order_expired(order) for order in expired.values()])
    return {run.name: OrderClosed() for run in runs if expired.pop(run.required_order_id, None) is None}


async def close_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move CREATED -> CANCELLED, by an admin also from ACCEPTED.

    Raise OrderClosed once the food is bought.
    """
    data = run.data_as(CancelOrderData)
    role, reason = data.role, data.reason
    happened = OrderEvent.CANCELLED_BY_ADMIN if role is Role.ADMIN else OrderEvent.CANCELLED
    actor = Actor(role=role, person_id=run.required_person_id)
    ended = {"end_reason": role.value, "end_note": reason if role is Role.ADMIN else None}
    order = await move_order(work, actor, run.campus_id, run.required_order_id, happened, reason=reason, **ended)
    await stop_timer(work, order.id, TimerKind.EXPIRE)
    await refresh_order_messages(work, order)
    if role is Role.ADMIN:
        await notify(work, order_cancelled(order, reason))
        if order.runner_id is not None:
            await notify(work, delivery_cancelled(order, reason))


async def tell_released(work: UnitOfWork, run: SagaRun) -> None:
    """Refresh the order messages: they say that the money is released."""
    await refresh_order_messages(work, await find_order(work, run.campus_id, run.required_order_id))


async def deliver_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move the order to DELIVERED, for the runner who has it.

    The use case checked the PIN, the photo, or the right of the admin right before.
    """
    data = run.data_as(CompleteOrderData)
    admin = data.admin
    actor = (
        Actor(role=Role.RUNNER, person_id=run.required_person_id)
        if admin is None
        else Actor(role=Role.ADMIN, person_id=admin)
    )
    order = await move_order(
        work,
        actor,
        run.campus_id,
        run.required_order_id,
        OrderEvent.DELIVERED if admin is None else OrderEvent.FINISHED_BY_ADMIN,
        is_run_by(run.required_person_id),
        reason=data.reason,
        proof_photo=data.photo,
    )
    await refresh_order_messages(work, order)
    if admin is not None:
        await notify(work, delivery_finished(order))
    if order.proof_photo is None:
        await notify(work, order_delivered(order))
    else:
        await notify(work, food_left(order, order.proof_photo))
