"""What a dispute does here: freeze, book, tell the admins with the order's times; won or lost, the other way."""

from datetime import datetime

from domain.money import spell
from domain.order import Order
from domain.payment import NO_FUNDS, Dispute, DisputeEvent, DisputeStatus
from domain.postings import dispute_lost_posting, dispute_posting, dispute_won_posting
from domain.store.campuses import find_campus
from domain.store.disputes import (
    close_dispute,
    is_disputed,
    is_lost,
    lock_dispute,
    note_withdrawal,
    open_dispute,
    set_frozen,
)
from domain.store.events import history
from domain.store.messages import redraw_known, tell_admins
from domain.store.money import may_send, payable_of, post
from domain.store.orders import find_order, lock_order
from domain.store.people import lock_payouts_ready
from domain.store.runs import Run, Start
from domain.store.steps.money import payout_start
from domain.store.unit_of_work import UnitOfWork


async def meet_dispute(work: UnitOfWork, run: Run, name: str, amount: int, currency: str, reason: str) -> Dispute:
    """The dispute of this name, perhaps heard of for the first time: then what is owed for the order is frozen."""
    order = await lock_order(work, run.campus_id, run.order)
    known = await lock_dispute(work, name)
    if known is not None:
        return known
    values = {"campus_id": order.campus_id, "order_id": order.id, "dispute": name, "reason": reason}
    opened = await open_dispute(work, values | {"amount": amount, "currency": currency})
    await set_frozen(work, order.id, frozen=True)
    await redraw_known(work, order.id)
    return opened


async def book_withdrawal(work: UnitOfWork, met: Dispute, withdrawn: int, fee: int) -> None:
    """Stripe took the money, at once or when the bank stopped only asking: to suspense; once."""
    if met.withdrawn or not withdrawn:
        return
    await note_withdrawal(work, met, withdrawn, fee)
    posting = dispute_posting(dispute=met.dispute, amount=withdrawn, fee=fee, currency=met.currency)
    await post(work, posting, met.order_id)


async def tell_opened(work: UnitOfWork, met: Dispute, answer_by: datetime | None) -> None:
    """Once, with all an admin needs to answer the bank."""
    order = await find_order(work, met.campus_id, met.order_id)
    zone = (await find_campus(work, met.campus_id)).zone
    by = "-" if answer_by is None else f"{answer_by.astimezone(zone):%d.%m. %H:%M}"
    words: dict[str, str | int] = {"order": order.id, "amount": spell(met.amount, met.currency), "reason": met.reason}
    moments = {
        "placed": order.placed_at,
        "accepted": order.accepted_at,
        "bought": order.bought_at,
        "arrived": order.arrived_at,
        "delivered": order.delivered_at,
    }
    words |= {name: "-" if at is None else f"{at.astimezone(zone):%H:%M}" for name, at in moments.items()}
    words |= {"by": by, "day": f"{order.placed_at.astimezone(zone):%d.%m.}", "proof": await _proof(work, order)}
    await tell_admins(
        work,
        campus_id=met.campus_id,
        name=f"dispute:{met.dispute}",
        key="push-dispute",
        order_id=order.id,
        buttons=[{"key": "button-see-order", "data": f"v1:admin_order:{order.id}:0"}],
        words=words,
    )


async def _proof(work: UnitOfWork, order: Order) -> str:
    """What says that the food was handed over: pin, photo, or only an admin's word."""
    if order.proof_photo is not None:
        return "photo"
    told = await history(work, order.campus_id, order.id)
    return "admin" if any(event.event == "finished_by_admin" for event in told) else "pin"


async def win_dispute(work: UnitOfWork, run: Run, met: Dispute, fee: int) -> None:
    """The bank gave it back, and Stripe perhaps its `fee` (minor units): what is owed is sent as before.

    Not while a bank still asks for another part of the payment, or kept one.
    """
    if await close_dispute(work, met.id, DisputeEvent.WON) is None:
        return
    if met.withdrawn:
        won = dispute_won_posting(dispute=met.dispute, amount=met.withdrawn, fee=fee, currency=met.currency)
        await post(work, won, met.order_id)
    if await is_disputed(work, met.order_id):
        ways = [_pay_anyway(met)] if await is_lost(work, met.order_id) else []
        await _tell_closed(work, met, "push-dispute-won-kept", ways)
        return
    start = await free(work, met.order_id)
    run.starts.extend([] if start is None else [start])
    await _tell_closed(work, met, "push-dispute-won", [])


async def lose_dispute(work: UnitOfWork, met: Dispute) -> None:
    """The bank keeps it: a loss of ours. What was not sent stays frozen until an admin says that it may be."""
    if await close_dispute(work, met.id, DisputeEvent.LOST) is None:
        return
    if met.withdrawn:
        lost = dispute_lost_posting(dispute=met.dispute, amount=met.withdrawn, currency=met.currency)
        await post(work, lost, met.order_id)
    await redraw_known(work, met.order_id)
    await _tell_closed(work, met, "push-dispute-lost", [_pay_anyway(met)])


async def _tell_closed(work: UnitOfWork, met: Dispute, key: str, buttons: list[dict[str, str]]) -> None:
    look = {"key": "button-see-order", "data": f"v1:admin_order:{met.order_id}:0"}
    await tell_admins(
        work,
        campus_id=met.campus_id,
        name=f"{key}:{met.dispute}",
        key=key,
        order_id=met.order_id,
        buttons=[*buttons, look],
        words={"order": met.order_id, "amount": spell(met.amount, met.currency)},
    )


def _pay_anyway(met: Dispute) -> dict[str, str]:
    return {"key": "button-pay-anyway", "data": f"v1:pay_anyway:{met.order_id}:0"}


async def free(work: UnitOfWork, order_id: int) -> Start | None:
    """What is owed for the order may be sent again; the pay-out to start, if her account is ready for it.

    Her row is locked before the payable's: as where her account becomes ready, or the two would wait for each other.
    """
    owed = await payable_of(work, order_id)
    ready = owed is not None and await lock_payouts_ready(work, owed.runner_id)
    freed = await set_frozen(work, order_id, frozen=False)
    if freed is None:
        return None
    await redraw_known(work, order_id)
    sendable = freed.refusal != NO_FUNDS and await may_send(work, freed.id)
    return payout_start(freed) if ready and sendable else None


def is_over(met: Dispute) -> bool:
    """Whether the bank has decided, as far as we know."""
    return met.status is not DisputeStatus.OPEN
