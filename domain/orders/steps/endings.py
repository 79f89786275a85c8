"""Local steps that end an order: expired, cancelled, delivered, or closed after the purchase."""

from collections.abc import Mapping

from domain.database.actors import SYSTEM, Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification import Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.money import format_money
from domain.orders.claim_repository import is_run_by
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import find_order, move_order
from domain.orders.sagas.cancel_order import CancelOrderData
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.states import Order, OrderEvent
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import stop_timer
from domain.saga.run import SagaRun


async def expire_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move CREATED -> EXPIRED; raise OrderClosed when a runner or the customer was faster."""
    order = await move_order(
        work,
        SYSTEM,
        run.campus_id,
        run.required_order_id,
        OrderEvent.EXPIRED,
        reason="unclaimed",
        end_reason="unclaimed",
    )
    await refresh_order_messages(work, order)
    await _tell_customer(work, order, "notification-expired")


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
        await _tell_customer(work, order, "notification-cancelled-by-admin", reason=reason)
        if order.runner_id is not None:
            await _tell_runner(work, order, "notification-cancelled-by-admin-runner", reason=reason)


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
        await _tell_runner(work, order, "notification-finished-runner")
    if order.proof_photo is None:
        await _tell_delivered(work, order)
    else:
        await _tell_left_at_door(work, order, order.proof_photo)


async def _tell_delivered(work: UnitOfWork, order: Order) -> None:
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=order.customer_id,
            name=f"notification-delivered:{order.id}:{order.customer_id}",
            key="notification-delivered",
            order_id=order.id,
            buttons=_rating_buttons(order),
            args={"order": order.id, "total": format_money(order.total or 0, order.price.currency)},
        ),
    )


def _rating_buttons(order: Order) -> list[NotificationButton]:
    return [
        NotificationButton(label="button-thumb-up", data=pack(Tap.THUMB_UP, order.id)),
        NotificationButton(label="button-thumb-down", data=pack(Tap.THUMB_DOWN, order.id)),
    ]


async def _tell_left_at_door(work: UnitOfWork, order: Order, photo: str) -> None:
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=order.customer_id,
            name=f"notification-food-left:{order.id}:{order.customer_id}",
            key="notification-food-left",
            order_id=order.id,
            buttons=_rating_buttons(order),
            args={
                "order": order.id,
                "place": order.drop_point,
                "total": format_money(order.total or 0, order.price.currency),
            },
            photo=photo,
        ),
    )


async def _tell_runner(work: UnitOfWork, order: Order, key: str, **words: str) -> None:
    await _tell(work, order, order.runner_id or 0, key, words)


async def _tell_customer(work: UnitOfWork, order: Order, key: str, **words: str) -> None:
    await _tell(work, order, order.customer_id, key, words)


async def _tell(work: UnitOfWork, order: Order, chat_id: int, key: str, words: Mapping[str, str]) -> None:
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=chat_id,
            name=f"{key}:{order.id}:{chat_id}",
            key=key,
            order_id=order.id,
            args={"order": order.id, **words},
        ),
    )
