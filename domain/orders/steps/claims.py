"""Local steps of claiming and releasing an order; one guarded UPDATE decides which runner has it."""

import secrets
from datetime import datetime

from domain.campuses.campus import Campus
from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import find_member, lock_runner_status
from domain.campuses.repository import find_campus_once
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
from domain.messaging.outbox_repository import notify
from domain.orders.claim_repository import (
    CLEARED_CLAIM,
    RELEASED_CLAIM,
    bar_runner,
    claim_guards,
    count_other_deliveries,
    is_claimed_in,
    is_hold_valid,
    is_run_by,
    is_runner_barred,
)
from domain.orders.escalations.unclaimed_order import UNCLAIMED_STAGES, reset_unclaimed_timers
from domain.orders.notifications.admins import claim_ended_admins
from domain.orders.notifications.customer import order_claimed, order_lost_hold, order_released
from domain.orders.notifications.runner import (
    claim_ended,
    claim_given_back,
    delivery_lost_hold,
    delivery_released_by_admin,
    delivery_taken_back,
)
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.order_payments import OrderPayments
from domain.orders.repository import find_order, move_order, try_move_order
from domain.orders.risk_checks import RiskChecks
from domain.orders.sagas.release_order import CLAIM_ENDED, ReleaseOrderData
from domain.orders.states import STATUSES_WITH_RUNNER, Order, OrderEvent, OrderStatus
from domain.orders.timers.model import MAX_RELEASES, TimerKind, reopened_deadline
from domain.orders.timers.repository import resume_timer, set_timer, stop_timer
from domain.restrictions.guard import require_may_run
from domain.saga.run import SagaRun


async def claim_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move CREATED -> ACCEPTED for this runner, or raise the true reason why that is not possible."""
    campus, order_id, runner_id = (
        await find_campus_once(work, run.campus_id),
        run.required_order_id,
        run.required_person_id,
    )
    await _lock_runner_with_capacity(work, run, campus)
    held = work.registers.get(OrderPayments).is_held_for(order_id, campus.windows.length("hold_margin"))
    order = await try_move_order(
        work,
        Actor(role=Role.RUNNER, person_id=runner_id),
        run.campus_id,
        order_id,
        OrderEvent.CLAIMED,
        *claim_guards(order_id, runner_id, held=held),
        runner_id=runner_id,
        claim=run.id,
        pin=draw_pin(),
        pin_tries=0,
    )
    if order is None:
        raise await _claim_refusal(work, run)
    await work.registers.get(RiskChecks).require_claim_allowed(work, campus, order)
    await stop_timer(work, order.id, TimerKind.EXPIRE)
    await refresh_order_messages(work, order)
    runner = await find_member(work, run.campus_id, runner_id)
    await notify(work, order_claimed(order, runner.first_name, run.id))


def draw_pin() -> str:
    """Return four digits by chance: the PIN that the customer says at the door."""
    return f"{secrets.randbelow(10_000):04d}"


async def _lock_runner_with_capacity(work: UnitOfWork, run: SagaRun, campus: Campus) -> None:
    """Let the claims of one runner run one after the other.

    Otherwise parallel taps could exceed the limit of open deliveries.
    """
    await require_may_run(work, campus, run.required_person_id)
    runner_status = await lock_runner_status(work, run.campus_id, run.required_person_id)
    if runner_status is not RunnerStatus.APPROVED:
        raise RunnerSuspended if runner_status is RunnerStatus.SUSPENDED else RunnerNotApproved
    others = await count_other_deliveries(work, run.campus_id, run.required_person_id, run.required_order_id)
    if others >= campus.open_jobs:
        raise TooManyDeliveries(most=campus.open_jobs)


def refuse_taken_order(order: Order, person_id: int) -> CampusGError | None:
    """Return the refusal of a claim of an order that has its runner, this person or another; None when it has none."""
    if order.runner_id == person_id and order.status in STATUSES_WITH_RUNNER:
        return OrderAlreadyYours()
    if order.runner_id is not None and order.status is not OrderStatus.CANCELLED:
        return OrderAlreadyTaken()
    return None


async def _claim_refusal(work: UnitOfWork, run: SagaRun) -> CampusGError:
    """Return why the guarded UPDATE of a claim found no order: one refusal for the status and for each guard."""
    order = await find_order(work, run.campus_id, run.required_order_id)
    if order.customer_id == run.required_person_id:
        return OwnOrder()
    taken = refuse_taken_order(order, run.required_person_id)
    if taken is not None:
        return taken
    if order.status is OrderStatus.CREATED and await is_runner_barred(work, order.id, run.required_person_id):
        return BarredFromOrder()
    return OrderClosed()  # it is over, expires right now, or its hold ends too soon


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
        is_claimed_in(run.id),
        reason=run.reason,
        **CLEARED_CLAIM,
    )
    if order is None:
        return
    for kind in (TimerKind.EXPIRE, *UNCLAIMED_STAGES):
        await resume_timer(work, order.id, kind)
    await refresh_order_messages(work, order)
    await notify(work, claim_given_back(run))


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
        is_claimed_in(run.id),
        reason=run.reason,
        end_reason=run.reason,
    )
    if order is None:
        return
    await refresh_order_messages(work, order)
    await notify(work, delivery_lost_hold(run))
    await notify(work, order_lost_hold(order))


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
        is_run_by(run.required_person_id),
        reason=data.reason,
        **RELEASED_CLAIM,
    )
    await _bar_former_runner(work, run, order, is_choice=admin is None)
    until = await _fresh_deadline(work, order)
    await set_timer(work, order, TimerKind.EXPIRE, until)
    await reset_unclaimed_timers(work, order, until)
    await refresh_order_messages(work, order)
    if silent:
        await _tell_taken_back(work, run, order, data.reason)
    if admin is not None:
        await notify(work, delivery_released_by_admin(run, data.reason or ""))
    await notify(work, order_released(order))


async def _bar_former_runner(work: UnitOfWork, run: SagaRun, order: Order, *, is_choice: bool) -> None:
    """Bar them from this order. It counts as given back, unless the bank lets the money go: then the reason is ours."""
    campus, runner_id = await find_campus_once(work, run.campus_id), run.required_person_id
    gave_back = is_choice and await is_hold_valid(work, order.id, campus.windows.length("hold_margin") / 2)
    await bar_runner(work, order.id, runner_id, gave_back=gave_back)
    await work.registers.get(RiskChecks).tell_given_back(work, campus, order, runner_id)


async def _tell_taken_back(work: UnitOfWork, run: SagaRun, order: Order, reason: str | None) -> None:
    if reason != CLAIM_ENDED:
        await notify(work, delivery_taken_back(run))
        return
    runner = await find_member(work, run.campus_id, run.required_person_id)
    await notify(work, claim_ended(run))
    await notify(work, claim_ended_admins(order, runner, (await find_campus_once(work, run.campus_id)).windows))


async def _fresh_deadline(work: UnitOfWork, order: Order) -> datetime:
    if order.releases > MAX_RELEASES:
        return work.now
    campus = await find_campus_once(work, order.campus_id)
    return reopened_deadline(order.placed_at, work.now, campus.windows)
