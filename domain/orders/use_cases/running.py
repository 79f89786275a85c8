"""What a runner does with an order: claim, release, buy, pick up, arrive, hand over."""

import hmac
from dataclasses import dataclass
from typing import Any

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.campuses.permissions import Action, require_permission
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import ChatNotOpen, HoldEnding, HoldNotChecked, OrderClosed, PinLocked, Stale
from domain.messaging.outbox_repository import notify
from domain.money import format_money
from domain.orders.claim_repository import is_hold_valid, is_run_by
from domain.orders.escalations import absent_customer
from domain.orders.notifications.admins import pin_locked
from domain.orders.notifications.customer import food_bought, pin_locked_customer, runner_arrived
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.pricing import split_receipt
from domain.orders.repository import (
    correct_receipt,
    count_wrong_pin,
    find_moved_order,
    find_order,
    lock_order,
    move_order,
)
from domain.orders.sagas.accept_order import build_claim_start
from domain.orders.sagas.complete_order import build_completion_start
from domain.orders.sagas.release_order import build_release_start
from domain.orders.states import MAX_PIN_TRIES, Order, OrderEvent, OrderStatus, is_event_allowed
from domain.orders.steps.claims import refuse_taken_order
from domain.orders.use_cases.ownership import require_own_delivery
from domain.saga.start import start_saga


@dataclass(frozen=True, slots=True)
class WrongPin:
    """The PIN was wrong. It is a result and no exception, because the counted attempt must be committed."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class OrderHandedOver:
    """The order is DELIVERED; its saga moves the money."""

    order: Order


async def start_claim(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Claim]: claim the order for this runner, or raise the true reason why that is not possible.

    It is one of RunnerNotApproved, RunnerSuspended, RunnerSuspendedElsewhere, PersonBarred, ChatNotOpen,
    TooManyDeliveries, OwnOrder, BarredFromOrder, PairLimitReached, OrderAlreadyYours, OrderAlreadyTaken and
    OrderClosed.
    """
    order = await find_order(work, campus.id, order_id)
    if order.customer_id != member.person_id:  # a customer who claims an own order gets the clearer OwnOrder
        require_permission(member, Action.CLAIM, own=False)
    if not member.reachable:
        raise ChatNotOpen
    taken = refuse_taken_order(order, member.person_id)
    if taken is not None and order.customer_id != member.person_id:
        raise taken  # the guarded UPDATE would find it too, after six more statements of each who is late
    await start_saga(work, build_claim_start(order, runner_id=member.person_id))
    return await find_moved_order(work, campus.id, order_id)


async def start_release(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, reason: str | None = None
) -> Order:
    """[Can't do it]: release the order before anything is bought."""
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.RELEASE, order)
    await start_saga(work, build_release_start(order, reason=reason))
    return await find_order(work, campus.id, order_id)


async def mark_bought(work: UnitOfWork, campus: Campus, member: Member, order_id: int, receipt: int) -> Order:
    """[Bought]: move ACCEPTED -> PLACED with this receipt (minor units), the pivot: no one cancels after it.

    Raise ReceiptAboveLimit or ReceiptTooSmall, and change nothing. Raise HoldNotChecked while Stripe has not confirmed
    the hold, and HoldEnding when it does not stand for half of the window `hold_margin`: a delivery that is stalled
    until the hold is gone would be paid by nobody.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.BUY, order)
    if not is_event_allowed(order.status, OrderEvent.BOUGHT):
        raise OrderClosed
    if not order.hold_checked:
        raise HoldNotChecked
    if not await is_hold_valid(work, order.id, campus.windows.length("hold_margin") / 2):
        raise HoldEnding
    split = split_receipt(order.price, receipt)
    amounts = {"receipt": receipt, "total": split.total, "runner_share": split.runner}
    bought = await _move_own_order(work, member, order, OrderEvent.BOUGHT, **amounts)
    await notify(work, food_bought(bought))
    return bought


async def change_receipt(work: UnitOfWork, campus: Campus, member: Member, order_id: int, receipt: int) -> Order:
    """[Change amount]: correct the receipt (minor units) of what was bought, until it is picked up, and log both.

    Raise OrderClosed later, and what `mark_bought` raises about the amount; then nothing changes.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.BUY, order)
    if order.status is not OrderStatus.PLACED or order.receipt is None:
        raise OrderClosed
    return await write_receipt(work, order, receipt, Actor(role=Role.RUNNER, person_id=member.person_id))


async def write_receipt(work: UnitOfWork, order: Order, receipt: int, actor: Actor, reason: str | None = None) -> Order:
    """Correct the receipt (minor units) of a locked order that was bought, and log both amounts.

    Raise ReceiptAboveLimit or ReceiptTooSmall, and change nothing.
    """
    split = split_receipt(order.price, receipt)
    changed = await correct_receipt(work, order.id, receipt=receipt, total=split.total, runner_share=split.runner)
    before, after = (format_money(amount, order.price.currency) for amount in (order.receipt or 0, receipt))
    await log_event(
        work,
        actor,
        campus_id=order.campus_id,
        order_id=order.id,
        subject="order",
        subject_id=order.id,
        happened="receipt_changed",
        before=order.status,
        after=order.status,
        reason=f"from {before} to {after}" + ("" if reason is None else f": {reason}"),
    )
    await refresh_order_messages(work, changed, group=False)
    return changed


async def mark_picked_up(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[Picked up]: move PLACED -> ON_THE_WAY."""
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.PICK_UP, order)
    return await _move_own_order(work, member, order, OrderEvent.PICKED_UP)


async def mark_arrived(work: UnitOfWork, campus: Campus, member: Member, order_id: int) -> Order:
    """[I'm here]: move ON_THE_WAY -> ARRIVED.

    Send the PIN to the customer, and start the timers of an absent customer.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.ARRIVE, order)
    arrived = await _move_own_order(work, member, order, OrderEvent.ARRIVED)
    await notify(work, runner_arrived(order, member.first_name))
    await absent_customer.set_absent_customer_timers(work, arrived)
    return arrived


async def hand_over_with_pin(
    work: UnitOfWork, campus: Campus, member: Member, order_id: int, pin: str
) -> OrderHandedOver | WrongPin:
    """Move ARRIVED -> DELIVERED if this is the customer's PIN; then the money moves.

    Raise PinLocked after five wrong attempts: then an admin may give the customer a new PIN.
    """
    order = await lock_order(work, campus.id, order_id)
    require_own_delivery(member, Action.DELIVER, order)
    if not is_event_allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    if order.pin_tries >= MAX_PIN_TRIES:
        raise PinLocked
    if not hmac.compare_digest(pin.strip().encode(), (order.pin or "").encode()):
        return await _count_wrong_pin(work, member, order)
    await start_saga(work, build_completion_start(order, reason="pin"))
    return OrderHandedOver(await find_moved_order(work, campus.id, order_id))


async def _count_wrong_pin(work: UnitOfWork, member: Member, order: Order) -> WrongPin:
    await count_wrong_pin(work, order.id)
    left = MAX_PIN_TRIES - order.pin_tries - 1
    if left == 0:
        await refresh_order_messages(work, order, group=False)
        await log_event(
            work,
            Actor(role=Role.RUNNER, person_id=member.person_id),
            campus_id=order.campus_id,
            order_id=order.id,
            subject="order",
            subject_id=order.id,
            happened="pin_locked",
            before=order.status,
            after=order.status,
        )
        await notify(work, pin_locked(order))
        await notify(work, pin_locked_customer(order, member.first_name))
    return WrongPin(left)


async def _move_own_order(
    work: UnitOfWork, member: Member, order: Order, happened: OrderEvent, **changes: Any
) -> Order:
    if not is_event_allowed(order.status, happened):
        raise Stale
    actor = Actor(role=Role.RUNNER, person_id=member.person_id)
    moved = await move_order(work, actor, order.campus_id, order.id, happened, is_run_by(member.person_id), **changes)
    await refresh_order_messages(work, moved, group=False)
    return moved
