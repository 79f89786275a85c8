"""What a dispute does here: freeze, book, tell the admins with the order's times; won or lost, the other way."""

from datetime import datetime

from domain.money import format_money
from domain.order import Order
from domain.payment import INSUFFICIENT_FUNDS, Dispute, DisputeEvent, DisputeStatus
from domain.postings import dispute_lost_posting, dispute_posting, dispute_won_posting
from domain.store.campus_repository import find_campus
from domain.store.dispute_repository import (
    has_lost_dispute,
    has_open_or_lost_dispute,
    insert_dispute,
    lock_dispute,
    record_dispute_decision,
    record_withdrawal,
    set_payable_frozen,
)
from domain.store.event_log import read_order_history
from domain.store.money_repository import can_start_payout, find_payable, post_to_ledger
from domain.store.order_repository import find_order, lock_order
from domain.store.outbox import refresh_existing_order_messages, tell_admins
from domain.store.person_repository import lock_payouts_ready
from domain.store.saga_run import SagaRun, SagaStart
from domain.store.steps.local_money_steps import build_payout_start
from domain.store.unit_of_work import UnitOfWork


async def find_or_open_dispute(
    work: UnitOfWork, run: SagaRun, name: str, amount: int, currency: str, reason: str
) -> Dispute:
    """The dispute of this name, perhaps heard of for the first time: then what is owed for the order is frozen."""
    order = await lock_order(work, run.campus_id, run.required_order_id)
    existing = await lock_dispute(work, name)
    if existing is not None:
        return existing
    values = {"campus_id": order.campus_id, "order_id": order.id, "dispute": name, "reason": reason}
    opened = await insert_dispute(work, values | {"amount": amount, "currency": currency})
    await set_payable_frozen(work, order.id, frozen=True)
    await refresh_existing_order_messages(work, order.id)
    return opened


async def book_withdrawal(work: UnitOfWork, dispute: Dispute, withdrawn: int, fee: int) -> None:
    """Stripe took the money, at once or when the bank stopped only asking: to suspense; once."""
    if dispute.withdrawn or not withdrawn:
        return
    await record_withdrawal(work, dispute, withdrawn, fee)
    posting = dispute_posting(dispute=dispute.dispute, amount=withdrawn, fee=fee, currency=dispute.currency)
    await post_to_ledger(work, posting, dispute.order_id)


async def tell_dispute_opened(work: UnitOfWork, dispute: Dispute, answer_by: datetime | None) -> None:
    """Once, with all an admin needs to answer the bank."""
    order = await find_order(work, dispute.campus_id, dispute.order_id)
    zone = (await find_campus(work, dispute.campus_id)).zone
    by = "-" if answer_by is None else f"{answer_by.astimezone(zone):%d.%m. %H:%M}"
    words: dict[str, str | int] = {
        "order": order.id,
        "amount": format_money(dispute.amount, dispute.currency),
        "reason": dispute.reason,
    }
    moments = {
        "placed": order.placed_at,
        "accepted": order.accepted_at,
        "bought": order.bought_at,
        "arrived": order.arrived_at,
        "delivered": order.delivered_at,
    }
    words |= {name: "-" if at is None else f"{at.astimezone(zone):%H:%M}" for name, at in moments.items()}
    words |= {
        "by": by,
        "day": f"{order.placed_at.astimezone(zone):%d.%m.}",
        "proof": await _handover_proof(work, order),
    }
    await tell_admins(
        work,
        campus_id=dispute.campus_id,
        name=f"dispute:{dispute.dispute}",
        key="notification-dispute",
        order_id=order.id,
        buttons=[{"key": "button-see-order", "data": f"v1:admin_order:{order.id}:0"}],
        args=words,
    )


async def _handover_proof(work: UnitOfWork, order: Order) -> str:
    """What says that the food was handed over: pin, photo, or only an admin's word."""
    if order.proof_photo is not None:
        return "photo"
    told = await read_order_history(work, order.campus_id, order.id)
    return "admin" if any(event.event == "finished_by_admin" for event in told) else "pin"


async def record_dispute_won(work: UnitOfWork, run: SagaRun, dispute: Dispute, fee: int) -> None:
    """The bank gave it back, and Stripe perhaps its `fee` (minor units): what is owed is sent as before.

    Not while a bank still asks for another part of the payment, or kept one.
    """
    if await record_dispute_decision(work, dispute.id, DisputeEvent.WON) is None:
        return
    if dispute.withdrawn:
        won = dispute_won_posting(dispute=dispute.dispute, amount=dispute.withdrawn, fee=fee, currency=dispute.currency)
        await post_to_ledger(work, won, dispute.order_id)
    if await has_open_or_lost_dispute(work, dispute.order_id):
        ways = [_pay_anyway_button(dispute)] if await has_lost_dispute(work, dispute.order_id) else []
        await _tell_closed(work, dispute, "notification-dispute-won-kept", ways)
        return
    start = await unfreeze_payable(work, dispute.order_id)
    run.requested_sagas.extend([] if start is None else [start])
    await _tell_closed(work, dispute, "notification-dispute-won", [])


async def record_dispute_lost(work: UnitOfWork, dispute: Dispute) -> None:
    """The bank keeps it: a loss of ours. What was not sent stays frozen until an admin says that it may be."""
    if await record_dispute_decision(work, dispute.id, DisputeEvent.LOST) is None:
        return
    if dispute.withdrawn:
        lost = dispute_lost_posting(dispute=dispute.dispute, amount=dispute.withdrawn, currency=dispute.currency)
        await post_to_ledger(work, lost, dispute.order_id)
    await refresh_existing_order_messages(work, dispute.order_id)
    await _tell_closed(work, dispute, "notification-dispute-lost", [_pay_anyway_button(dispute)])


async def _tell_closed(work: UnitOfWork, dispute: Dispute, key: str, buttons: list[dict[str, str]]) -> None:
    look = {"key": "button-see-order", "data": f"v1:admin_order:{dispute.order_id}:0"}
    await tell_admins(
        work,
        campus_id=dispute.campus_id,
        name=f"{key}:{dispute.dispute}",
        key=key,
        order_id=dispute.order_id,
        buttons=[*buttons, look],
        args={"order": dispute.order_id, "amount": format_money(dispute.amount, dispute.currency)},
    )


def _pay_anyway_button(dispute: Dispute) -> dict[str, str]:
    return {"key": "button-pay-anyway", "data": f"v1:pay_anyway:{dispute.order_id}:0"}


async def unfreeze_payable(work: UnitOfWork, order_id: int) -> SagaStart | None:
    """What is owed for the order may be sent again; the pay-out to start, if her account is ready for it.

    Her row is locked before the payable's: as where her account becomes ready, or the two would wait for each other.
    """
    owed = await find_payable(work, order_id)
    ready = owed is not None and await lock_payouts_ready(work, owed.runner_id)
    freed = await set_payable_frozen(work, order_id, frozen=False)
    if freed is None:
        return None
    await refresh_existing_order_messages(work, order_id)
    sendable = freed.refusal != INSUFFICIENT_FUNDS and await can_start_payout(work, freed.id)
    return build_payout_start(freed) if ready and sendable else None


def is_dispute_decided(dispute: Dispute) -> bool:
    """Whether the bank has decided, as far as we know."""
    return dispute.status is not DisputeStatus.OPEN
