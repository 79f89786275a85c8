"""Local steps of claiming and giving back: who holds a job is decided by one guarded UPDATE."""

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.dialects.postgresql import insert

from domain.buttons import Tap, pack
from domain.campus import Campus
from domain.errors import (
    BarredFromOrder,
    CampusGError,
    OrderAlreadyTaken,
    OrderAlreadyYours,
    OrderClosed,
    OwnOrder,
    RunnerNotApproved,
    RunnerSuspended,
    TooManyJobs,
)
from domain.order import WITH_RUNNER, Order, OrderEvent, OrderStatus
from domain.payment import HoldStatus
from domain.people import Role, RunnerStatus
from domain.store.campuses import find_campus
from domain.store.events import SYSTEM, Actor
from domain.store.ladders.waiting import RUNGS, wait_again
from domain.store.messages import redraw_order, tell
from domain.store.money import current_of
from domain.store.orders import find_order, move, try_move
from domain.store.people import find_member
from domain.store.runs import Run
from domain.store.schema import barred, hold, membership, orders, timer
from domain.store.timers import resume_timer, set_timer, stop_timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import MOST_RELEASES, TimerKind, TimerStatus, reopened_until

NO_RUNNER = {
    "runner_id": None,
    "claim": None,
    "pin": None,
    "hold_checked": False,
    "accepted_at": None,
    "receipt_photo": None,
    "asked_limit": None,
}


async def claim_order(work: UnitOfWork, run: Run) -> None:
    """CREATED -> ACCEPTED for this runner, or the true reason why not."""
    campus = await find_campus(work, run.campus_id)
    await _lock_runner(work, run, campus)
    order = await try_move(
        work,
        Actor(role=Role.RUNNER, person_id=run.person),
        run.campus_id,
        run.order,
        OrderEvent.CLAIMED,
        *_claimable(run, campus),
        runner_id=run.person,
        claim=run.id,
        pin=f"{secrets.randbelow(10_000):04d}",
        pin_tries=0,
    )
    if order is None:
        raise await _why_not(work, run)
    await stop_timer(work, order.id, TimerKind.EXPIRE)
    await redraw_order(work, order)
    runner = await find_member(work, run.campus_id, run.person)
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"claimed:{order.id}:{run.id}",
        key="push-claimed",
        order_id=order.id,
        words={"order": order.id, "runner": runner.first_name},
    )


async def _lock_runner(work: UnitOfWork, run: Run, campus: Campus) -> None:
    """One runner's claims come one after the other, so that the limit of open jobs holds under any taps."""
    query = (
        select(membership.c.runner_status)
        .where(membership.c.campus_id == run.campus_id, membership.c.person_id == run.person)
        .with_for_update(key_share=True)
    )
    standing = (await work.connection.execute(query)).scalar_one_or_none()
    if standing != RunnerStatus.APPROVED:
        raise RunnerSuspended if standing == RunnerStatus.SUSPENDED else RunnerNotApproved
    held = select(func.count()).where(
        orders.c.campus_id == run.campus_id,
        orders.c.runner_id == run.person,
        orders.c.status.in_(WITH_RUNNER),
        orders.c.id != run.order,
    )
    if (await work.connection.execute(held)).scalar_one() >= campus.open_jobs:
        raise TooManyJobs(most=campus.open_jobs)


def _claimable(run: Run, campus: Campus) -> tuple[ColumnElement[bool], ...]:
    """The guards beside the status: not one's own, not barred, not due, and the hold lives long enough."""
    not_due = exists().where(
        timer.c.order_id == run.order,
        timer.c.kind == TimerKind.EXPIRE,
        timer.c.status == TimerStatus.SET,
        timer.c.due_at > func.now(),
    )
    margin = campus.windows.length("hold_margin")
    held = exists().where(
        current_of(run.order),
        hold.c.status == HoldStatus.HELD,
        func.coalesce(hold.c.capture_before > func.now() + margin, true()),
    )
    free = ~exists().where(barred.c.order_id == run.order, barred.c.person_id == run.person)
    return orders.c.customer_id != run.person, not_due, held, free


async def _why_not(work: UnitOfWork, run: Run) -> CampusGError:
    order = await find_order(work, run.campus_id, run.order)
    if order.customer_id == run.person:
        return OwnOrder()
    if order.runner_id == run.person and order.status in WITH_RUNNER:
        return OrderAlreadyYours()
    if order.runner_id is not None and order.status is not OrderStatus.CANCELLED:
        return OrderAlreadyTaken()
    given_back = select(exists().where(barred.c.order_id == run.order, barred.c.person_id == run.person))
    if order.status is OrderStatus.CREATED and (await work.connection.execute(given_back)).scalar_one():
        return BarredFromOrder()
    return OrderClosed()


async def give_back_order(work: UnitOfWork, run: Run) -> None:
    """ACCEPTED -> CREATED with the old deadline, but only this very claim: a winner is never unassigned."""
    order = await try_move(
        work,
        SYSTEM,
        run.campus_id,
        run.order,
        OrderEvent.GIVEN_BACK,
        orders.c.claim == run.id,
        reason=run.reason,
        **NO_RUNNER,
    )
    if order is None:
        return
    for kind in (TimerKind.EXPIRE, *RUNGS):
        await resume_timer(work, order.id, kind)
    await redraw_order(work, order)
    await _tell_runner(work, run, "push-claim-given-back")


async def close_order_without_hold(work: UnitOfWork, run: Run) -> None:
    """ACCEPTED -> CANCELLED when Stripe says the money is not held any more: nobody shall buy on trust."""
    if run.reason != "hold_gone":
        return
    order = await try_move(
        work,
        SYSTEM,
        run.campus_id,
        run.order,
        OrderEvent.HOLD_GONE,
        orders.c.claim == run.id,
        reason=run.reason,
        end_reason=run.reason,
    )
    if order is None:
        return
    await redraw_order(work, order)
    await _tell_runner(work, run, "push-hold-gone-runner")
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"hold_gone:{order.id}:{order.customer_id}",
        key="push-hold-gone-customer",
        order_id=order.id,
        buttons=[
            {"key": "button-use-other-card", "data": pack(Tap.ADD_CARD)},
            {"key": "button-order-again", "data": pack(Tap.TRY_AGAIN, order.id)},
        ],
        words={"order": order.id},
    )


async def reopen_order(work: UnitOfWork, run: Run) -> None:
    """ACCEPTED -> CREATED by the runner who gives it back, an admin, or for her silence: never the same runner again.

    The deadline is a fresh one; after the last release allowed, or past the longest an order may stay open, it is now.
    """
    silent, admin = run.data.get("role") == Role.SYSTEM, run.data.get("admin")
    who = Actor(role=Role.RUNNER, person_id=run.person) if admin is None else Actor(role=Role.ADMIN, person_id=admin)
    order = await move(
        work,
        SYSTEM if silent else who,
        run.campus_id,
        run.order,
        OrderEvent.RELEASED,
        orders.c.runner_id == run.person,
        reason=run.data.get("reason"),
        releases=orders.c.releases + 1,
        **NO_RUNNER,
    )
    shut_out = insert(barred).values(order_id=order.id, person_id=run.person).on_conflict_do_nothing()
    await work.connection.execute(shut_out)
    until = await _fresh_deadline(work, order)
    await set_timer(work, order, TimerKind.EXPIRE, until)
    await wait_again(work, order, until)
    await redraw_order(work, order)
    if silent:
        await _tell_runner(work, run, "push-taken-back")
    if admin is not None:
        await _tell_runner(work, run, "push-released-by-admin", reason=str(run.data["reason"]))
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"released:{order.id}:{order.releases}",
        key="push-released",
        order_id=order.id,
        words={"order": order.id},
    )


async def _fresh_deadline(work: UnitOfWork, order: Order) -> datetime:
    if order.releases > MOST_RELEASES:
        return work.now
    campus = await find_campus(work, order.campus_id)
    return reopened_until(order.placed_at, work.now, campus.windows)


async def _tell_runner(work: UnitOfWork, run: Run, key: str, **words: str) -> None:
    await tell(
        work,
        campus_id=run.campus_id,
        chat_id=run.person,
        name=f"{key}:{run.id}",
        key=key,
        order_id=run.order,
        words={"order": run.order, **words},
    )
