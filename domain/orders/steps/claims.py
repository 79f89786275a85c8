"""Local steps of claiming and releasing an order; one guarded UPDATE decides which runner has it."""

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.campus import Campus
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.campuses.tables import membership
from domain.database.actors import SYSTEM, Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import (
    BarredFromOrder,
    CampusGError,
    OrderAlreadyTaken,
    OrderAlreadyYours,
    OrderClosed,
    OwnOrder,
    RunnerNotApproved,
    RunnerSuspended,
    TooManyDeliveries,
)
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification import Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.orders.escalations.unclaimed_order import UNCLAIMED_STAGES, reset_unclaimed_timers
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.order_payments import OrderPayments
from domain.orders.repository import find_order, move_order, try_move_order
from domain.orders.sagas.release_order import ReleaseOrderData
from domain.orders.states import STATUSES_WITH_RUNNER, Order, OrderEvent, OrderStatus
from domain.orders.tables import barred_runner, orders, timer
from domain.orders.timer_repository import resume_timer, set_timer, stop_timer
from domain.orders.timers import MAX_RELEASES, TimerKind, TimerStatus, reopened_deadline
from domain.saga.run import SagaRun

CLEARED_RUNNER_COLUMNS = {
    "runner_id": None,
    "claim": None,
    "pin": None,
    "hold_checked": False,
    "accepted_at": None,
    "receipt_photo": None,
    "asked_limit": None,
}


async def claim_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move CREATED -> ACCEPTED for this runner, or raise the true reason why that is not possible."""
    campus = await find_campus(work, run.campus_id)
    await _lock_runner_with_capacity(work, run, campus)
    order = await try_move_order(
        work,
        Actor(role=Role.RUNNER, person_id=run.required_person_id),
        run.campus_id,
        run.required_order_id,
        OrderEvent.CLAIMED,
        *_claim_guards(work, run, campus),
        runner_id=run.required_person_id,
        claim=run.id,
        pin=f"{secrets.randbelow(10_000):04d}",
        pin_tries=0,
    )
    if order is None:
        raise await _claim_refusal(work, run)
    await stop_timer(work, order.id, TimerKind.EXPIRE)
    await refresh_order_messages(work, order)
    runner = await find_member(work, run.campus_id, run.required_person_id)
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=order.customer_id,
            name=f"claimed:{order.id}:{run.id}",
            key="notification-claimed",
            order_id=order.id,
            args={"order": order.id, "runner": runner.first_name},
        ),
    )


async def _lock_runner_with_capacity(work: UnitOfWork, run: SagaRun, campus: Campus) -> None:
    """Let the claims of one runner run one after the other.

    Otherwise parallel taps could exceed the limit of open deliveries.
    """
    query = (
        select(membership.c.runner_status)
        .where(membership.c.campus_id == run.campus_id, membership.c.person_id == run.required_person_id)
        .with_for_update(key_share=True)
    )
    runner_status = (await work.connection.execute(query)).scalar_one_or_none()
    if runner_status != RunnerStatus.APPROVED:
        raise RunnerSuspended if runner_status == RunnerStatus.SUSPENDED else RunnerNotApproved
    held = select(func.count()).where(
        orders.c.campus_id == run.campus_id,
        orders.c.runner_id == run.required_person_id,
        orders.c.status.in_(STATUSES_WITH_RUNNER),
        orders.c.id != run.required_order_id,
    )
    if (await work.connection.execute(held)).scalar_one() >= campus.open_jobs:
        raise TooManyDeliveries(most=campus.open_jobs)


def _claim_guards(work: UnitOfWork, run: SagaRun, campus: Campus) -> tuple[ColumnElement[bool], ...]:
    """The guards beside the status: not one's own order, not expired, hold valid long enough, runner not barred."""
    not_due = exists().where(
        timer.c.order_id == run.required_order_id,
        timer.c.kind == TimerKind.EXPIRE,
        timer.c.status == TimerStatus.SET,
        timer.c.due_at > func.now(),
    )
    margin = campus.windows.length("hold_margin")
    held = work.registers.get(OrderPayments).is_held_for(run.required_order_id, margin)
    free = ~exists().where(
        barred_runner.c.order_id == run.required_order_id, barred_runner.c.person_id == run.required_person_id
    )
    return orders.c.customer_id != run.required_person_id, not_due, held, free


async def _claim_refusal(work: UnitOfWork, run: SagaRun) -> CampusGError:
    order = await find_order(work, run.campus_id, run.required_order_id)
    if order.customer_id == run.required_person_id:
        return OwnOrder()
    if order.runner_id == run.required_person_id and order.status in STATUSES_WITH_RUNNER:
        return OrderAlreadyYours()
    if order.runner_id is not None and order.status is not OrderStatus.CANCELLED:
        return OrderAlreadyTaken()
    given_back = select(
        exists().where(
            barred_runner.c.order_id == run.required_order_id, barred_runner.c.person_id == run.required_person_id
        )
    )
    if order.status is OrderStatus.CREATED and (await work.connection.execute(given_back)).scalar_one():
        return BarredFromOrder()
    return OrderClosed()


async def give_back_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move ACCEPTED -> CREATED with the old deadline, but only for the claim of this run.

    The guard on the claim keeps the order with a runner who claimed it later.
    """
    order = await try_move_order(
        work,
        SYSTEM,
        run.campus_id,
        run.required_order_id,
        OrderEvent.GIVEN_BACK,
        orders.c.claim == run.id,
        reason=run.reason,
        **CLEARED_RUNNER_COLUMNS,
    )
    if order is None:
        return
    for kind in (TimerKind.EXPIRE, *UNCLAIMED_STAGES):
        await resume_timer(work, order.id, kind)
    await refresh_order_messages(work, order)
    await _tell_runner(work, run, "notification-claim-given-back")


async def close_order_without_hold(work: UnitOfWork, run: SagaRun) -> None:
    """Move ACCEPTED -> CANCELLED when Stripe says that the money is not held any more.

    No runner shall buy without a hold.
    """
    if run.reason != "hold_gone":
        return
    order = await try_move_order(
        work,
        SYSTEM,
        run.campus_id,
        run.required_order_id,
        OrderEvent.HOLD_GONE,
        orders.c.claim == run.id,
        reason=run.reason,
        end_reason=run.reason,
    )
    if order is None:
        return
    await refresh_order_messages(work, order)
    await _tell_runner(work, run, "notification-hold-gone-runner")
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=order.customer_id,
            name=f"hold_gone:{order.id}:{order.customer_id}",
            key="notification-hold-gone-customer",
            order_id=order.id,
            buttons=[
                NotificationButton(label="button-use-other-card", data=pack(Tap.ADD_CARD)),
                NotificationButton(label="button-order-again", data=pack(Tap.TRY_AGAIN, order.id)),
            ],
            args={"order": order.id},
        ),
    )


async def reopen_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move ACCEPTED -> CREATED, released by the runner, by an admin, or because the runner is silent.

    The same runner cannot claim it again. The deadline is a fresh one. After the last release allowed, or when the
    order was open for as long as it may be, the deadline is now.
    """
    data = run.data_as(ReleaseOrderData)
    silent, admin = data.role is Role.SYSTEM, data.admin
    runner_or_admin = (
        Actor(role=Role.RUNNER, person_id=run.required_person_id)
        if admin is None
        else Actor(role=Role.ADMIN, person_id=admin)
    )
    order = await move_order(
        work,
        SYSTEM if silent else runner_or_admin,
        run.campus_id,
        run.required_order_id,
        OrderEvent.RELEASED,
        orders.c.runner_id == run.required_person_id,
        reason=data.reason,
        releases=orders.c.releases + 1,
        **CLEARED_RUNNER_COLUMNS,
    )
    bar_runner = (
        insert(barred_runner).values(order_id=order.id, person_id=run.required_person_id).on_conflict_do_nothing()
    )
    await work.connection.execute(bar_runner)
    until = await _fresh_deadline(work, order)
    await set_timer(work, order, TimerKind.EXPIRE, until)
    await reset_unclaimed_timers(work, order, until)
    await refresh_order_messages(work, order)
    if silent:
        await _tell_runner(work, run, "notification-taken-back")
    if admin is not None:
        await _tell_runner(work, run, "notification-released-by-admin", reason=data.reason or "")
    await _tell_customer_released(work, order)


async def _tell_customer_released(work: UnitOfWork, order: Order) -> None:
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=order.customer_id,
            name=f"released:{order.id}:{order.releases}",
            key="notification-released",
            order_id=order.id,
            args={"order": order.id},
        ),
    )


async def _fresh_deadline(work: UnitOfWork, order: Order) -> datetime:
    if order.releases > MAX_RELEASES:
        return work.now
    campus = await find_campus(work, order.campus_id)
    return reopened_deadline(order.placed_at, work.now, campus.windows)


async def _tell_runner(work: UnitOfWork, run: SagaRun, key: str, **words: str) -> None:
    await notify(
        work,
        Notification(
            campus_id=run.campus_id,
            chat_id=run.required_person_id,
            name=f"{key}:{run.id}",
            key=key,
            order_id=run.required_order_id,
            args={"order": run.required_order_id, **words},
        ),
    )
