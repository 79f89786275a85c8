"""What a runner does with a job: claim it, give it back, buy, pick up, arrive, hand over; and what makes a runner."""

import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from domain.campus import Campus
from domain.errors import ChatNotOpen, HoldNotChecked, OrderClosed, PinLocked, Stale
from domain.order import MOST_PIN_TRIES, Order, OrderEvent, OrderStatus, allowed
from domain.people import Action, Member, Role, RunnerStatus
from domain.pricing import settle
from domain.store.events import Actor
from domain.store.ladders import absent
from domain.store.messages import redraw_order, tell, tell_admins
from domain.store.orders import find_order, lock_order, move
from domain.store.people import change_runner
from domain.store.progress import start_saga
from domain.store.runs import Run, Start
from domain.store.schema import orders
from domain.store.unit_of_work import UnitOfWork
from domain.store.use_cases.permission import require, require_job


@dataclass(frozen=True, slots=True)
class WrongPinTyped:
    """The PIN was wrong; that is committed, so it is no exception."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """DELIVERED; the money follows by itself."""

    order: Order


async def claim(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Claim]: the job is hers now, or the true reason why not.

    RunnerNotApproved, ChatNotOpen, TooManyJobs, OwnOrder, BarredFromOrder; OrderAlreadyYours, OrderAlreadyTaken,
    OrderClosed.
    """
    order = await find_order(work, campus.id, order_id)
    if order.customer_id != member.person_id:  # a self-claim gets its own, clearer refusal below
        require(member, Action.CLAIM, own=False)
    if not member.reachable:
        raise ChatNotOpen
    name = f"accept_order:{order.id}:{member.person_id}:{order.version}"
    start = Start(kind="accept_order", name=name, campus_id=campus.id, order_id=order.id, person_id=member.person_id)
    await start_saga(work, start)
    return await find_order(work, campus.id, order_id)


async def release(work: UnitOfWork, campus: Campus, member: Member, order_id: int, reason: str | None = None) -> Order:
    """[Can't do it], before anything is bought."""
    order = await lock_order(work, campus.id, order_id)
    require_job(member, Action.RELEASE, order)
    start = Start(
        kind="release_order",
        name=f"release_order:{order.id}:{order.releases + 1}",
        campus_id=campus.id,
        order_id=order.id,
        person_id=member.person_id,
        data={"reason": reason},
    )
    await start_saga(work, start)
    return await find_order(work, campus.id, order_id)


async def buy(work: UnitOfWork, campus: Campus, member: Member, order_id: int, receipt: int) -> Order:
    """[Bought] for this much (minor units): ACCEPTED -> PLACED, the pivot; from here nobody cancels.

    ReceiptAboveLimit and ReceiptTooSmall change nothing; HoldNotChecked while Stripe has not confirmed the hold.
    """
    order = await lock_order(work, campus.id, order_id)
    require_job(member, Action.BUY, order)
    if order.status is not OrderStatus.ACCEPTED:
        raise OrderClosed
    if not order.hold_checked:
        raise HoldNotChecked
    split = settle(order.price, receipt)
    amounts = {"receipt": receipt, "total": split.total, "runner_share": split.runner}
    return await _step(work, member, order, OrderEvent.BOUGHT, **amounts)


async def pick_up(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Picked up]: PLACED -> ON_THE_WAY."""
    order = await lock_order(work, campus.id, order_id)
    require_job(member, Action.PICK_UP, order)
    return await _step(work, member, order, OrderEvent.PICKED_UP)


async def arrive(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[I'm here]: ON_THE_WAY -> ARRIVED; the customer is told, with the PIN, and waited for."""
    order = await lock_order(work, campus.id, order_id)
    require_job(member, Action.ARRIVE, order)
    arrived = await _step(work, member, order, OrderEvent.ARRIVED)
    await tell(
        work,
        campus_id=campus.id,
        chat_id=order.customer_id,
        name=f"arrived:{order.id}:{order.customer_id}",
        key="push-arrived",
        order_id=order.id,
        words={"order": order.id, "runner": member.first_name, "place": order.drop_point, "pin": order.pin or ""},
    )
    await absent.begin(work, arrived)
    return arrived


async def hand_over(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, pin: str
) -> HandedOver | WrongPinTyped:
    """The PIN the customer showed: ARRIVED -> DELIVERED and the money starts to move; PinLocked after five tries."""
    order = await lock_order(work, campus.id, order_id)
    require_job(member, Action.DELIVER, order)
    if not allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    if order.pin_tries >= MOST_PIN_TRIES:
        raise PinLocked
    if not hmac.compare_digest(pin.strip().encode(), (order.pin or "").encode()):
        return await _wrong_pin(work, order)
    await deliver(work, campus, order, {"reason": "pin"})
    return HandedOver(await find_order(work, campus.id, order_id))


async def _wrong_pin(work: UnitOfWork, order: Order) -> WrongPinTyped:
    counted = update(orders).where(orders.c.id == order.id).values(pin_tries=orders.c.pin_tries + 1)
    await work.connection.execute(counted)
    left = MOST_PIN_TRIES - order.pin_tries - 1
    if left == 0:
        await redraw_order(work, order, group=False)
        await tell_admins(
            work,
            campus_id=order.campus_id,
            name=f"pin_locked:{order.id}",
            key="push-pin-locked",
            order_id=order.id,
            buttons=[{"key": "button-see-order", "data": f"v1:admin_order:{order.id}:0"}],
            words={"order": order.id},
        )
    return WrongPinTyped(left)


async def deliver(work: UnitOfWork, campus: Campus, order: Order, why: dict[str, str | int]) -> Run:
    """Start complete_order for a locked order that has arrived; `why` goes into its history."""
    start = Start(
        kind="complete_order",
        name=f"complete_order:{order.id}",
        campus_id=campus.id,
        order_id=order.id,
        person_id=order.runner_id,
        data=why,
    )
    return await start_saga(work, start)


async def _step(work: UnitOfWork, member: Member, order: Order, happened: OrderEvent, **changes: Any) -> Order:
    if not allowed(order.status, happened):
        raise Stale
    actor = Actor(role=Role.RUNNER, person_id=member.person_id)
    moved = await move(
        work, actor, order.campus_id, order.id, happened, orders.c.runner_id == member.person_id, **changes
    )
    await redraw_order(work, moved, group=False)
    return moved


async def ask_to_run(work: UnitOfWork, campus: Campus, member: Member) -> RunnerStatus:
    """[Become a runner]: the admins are asked once; returns where the person stands now."""
    require(member, Action.ASK_TO_RUN)
    actor = Actor(role=Role.CUSTOMER, person_id=member.person_id)
    asked = await change_runner(
        work, actor, campus.id, member.person_id, before=RunnerStatus.NONE, after=RunnerStatus.ASKED
    )
    if not asked:
        return member.runner_status
    await tell_admins(
        work,
        campus_id=campus.id,
        name=f"asks_to_run:{campus.id}:{member.person_id}",
        key="push-asks-to-run",
        buttons=[{"key": "button-approve", "data": f"v1:approve:{member.person_id}:0"}],
        words={"person": member.first_name, "account": member.account},
    )
    return RunnerStatus.ASKED


async def set_up_payout(work: UnitOfWork, campus: Campus, member: Member) -> Run:
    """[Set up pay-out]: a Stripe link follows as a message of its own."""
    require(member, Action.SET_UP_PAYOUT)
    name = f"onboard_runner:{campus.id}:{member.person_id}:{work.now.timestamp()}"
    start = Start(kind="onboard_runner", name=name, campus_id=campus.id, person_id=member.person_id)
    return await start_saga(work, start)
