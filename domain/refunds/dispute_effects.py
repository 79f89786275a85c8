"""The effects of a dispute on our rows: freeze the payable, book the money, tell the admins, undo it when won."""

from datetime import datetime

from domain.campuses.people_repository import lock_payouts_ready
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import dispute_lost_posting, dispute_posting, dispute_won_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.orders.repository import find_order, lock_order
from domain.payouts.model import PLATFORM_REFUSALS
from domain.payouts.repository import can_start_payout, find_payable, set_payable_frozen
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.refunds.dispute_repository import (
    has_lost_dispute,
    has_open_or_lost_dispute,
    insert_dispute,
    lock_dispute,
    record_dispute_decision,
    record_escalation,
    record_withdrawal,
)
from domain.refunds.evidence.statement import find_handover_proof
from domain.refunds.model import Dispute, DisputeEvent, DisputeStage, DisputeStatus
from domain.refunds.notifications import (
    dispute_lost,
    dispute_opened,
    dispute_unanswered,
    dispute_won,
    dispute_won_pay_kept,
)
from domain.saga.run import SagaRun, SagaStart


async def find_or_open_dispute(
    work: UnitOfWork, run: SagaRun, name: str, amount: int, currency: str, reason: str, first_stage: DisputeStage
) -> Dispute:
    """Return the dispute with this Stripe id, locked.

    Insert a new dispute with its first stage, and freeze what is owed for the order.
    """
    order = await lock_order(work, run.campus_id, run.required_order_id)
    existing = await lock_dispute(work, name)
    if existing is not None:
        return existing
    values = {"campus_id": order.campus_id, "order_id": order.id, "dispute": name, "reason": reason}
    opened = await insert_dispute(work, values | {"amount": amount, "currency": currency, "stage": first_stage})
    await set_payable_frozen(work, order.id, frozen=True)
    await refresh_existing_order_messages(work, order.id)
    return opened


async def book_withdrawal(work: UnitOfWork, dispute: Dispute, withdrawn: int, fee: int) -> None:
    """Book to suspense what Stripe withdrew, and its fee (minor units), once.

    Stripe withdraws at once, or later, when a mere inquiry of the bank becomes a dispute.
    """
    if dispute.withdrawn or not withdrawn:
        return
    await record_withdrawal(work, dispute, withdrawn, fee)
    posting = dispute_posting(dispute=dispute.dispute, amount=withdrawn, fee=fee, currency=dispute.currency)
    await post_to_ledger(work, posting, dispute.order_id)


async def tell_dispute_opened(work: UnitOfWork, dispute: Dispute, answer_by: datetime | None) -> None:
    """Tell the admins once, with all that they need to answer the bank by `answer_by`."""
    order = await find_order(work, dispute.campus_id, dispute.order_id)
    zone = (await find_campus(work, dispute.campus_id)).zone
    proof = await find_handover_proof(work, order)
    await notify(work, dispute_opened(dispute, order, zone, answer_by, proof=proof))


async def follow_stage(work: UnitOfWork, dispute: Dispute, stage: DisputeStage, answer_by: datetime | None) -> Dispute:
    """Record how far the bank goes, and return the dispute; tell the admins when it needs another answer."""
    if stage is dispute.stage:
        return dispute
    moved = await record_escalation(work, dispute)
    zone = (await find_campus(work, dispute.campus_id)).zone
    until = None if answer_by is None else answer_by.astimezone(zone)
    await notify(work, dispute_unanswered(moved, until, "again"))
    return moved


async def record_dispute_won(work: UnitOfWork, run: SagaRun, dispute: Dispute, fee: int) -> None:
    """Record that the bank gave the money back, and Stripe perhaps its `fee` (minor units).

    What is owed is then sent as before, unless a bank disputes or kept another part of the payment.
    """
    if await record_dispute_decision(work, dispute.id, DisputeEvent.WON) is None:
        return
    if dispute.withdrawn:
        won = dispute_won_posting(dispute=dispute.dispute, amount=dispute.withdrawn, fee=fee, currency=dispute.currency)
        await post_to_ledger(work, won, dispute.order_id)
    if await has_open_or_lost_dispute(work, dispute.order_id):
        can_pay = await has_lost_dispute(work, dispute.order_id)
        await notify(work, dispute_won_pay_kept(dispute, can_pay=can_pay))
        return
    start = await unfreeze_payable(work, dispute.order_id)
    run.requested_sagas.extend([] if start is None else [start])
    await notify(work, dispute_won(dispute))


async def record_dispute_lost(work: UnitOfWork, dispute: Dispute) -> None:
    """Record that the bank keeps the money, as a loss of the platform.

    What was not sent to the runner stays frozen until an admin decides to pay it.
    """
    if await record_dispute_decision(work, dispute.id, DisputeEvent.LOST) is None:
        return
    if dispute.withdrawn:
        lost = dispute_lost_posting(dispute=dispute.dispute, amount=dispute.withdrawn, currency=dispute.currency)
        await post_to_ledger(work, lost, dispute.order_id)
    await refresh_existing_order_messages(work, dispute.order_id)
    await notify(work, dispute_lost(dispute))


async def unfreeze_payable(work: UnitOfWork, order_id: int) -> SagaStart | None:
    """Unfreeze what is owed for the order; return the payout to start, if the runner's account is ready.

    The runner's row is locked before the payable's, as it is where an account becomes ready. Otherwise the two
    transactions would wait for each other.
    """
    owed = await find_payable(work, order_id)
    ready = owed is not None and await lock_payouts_ready(work, owed.runner_id)
    freed = await set_payable_frozen(work, order_id, frozen=False)
    if freed is None:
        return None
    await refresh_existing_order_messages(work, order_id)
    sendable = freed.refusal not in PLATFORM_REFUSALS and await can_start_payout(work, freed.id)
    return build_payout_start(freed) if ready and sendable else None


def is_dispute_decided(dispute: Dispute) -> bool:
    """Return whether the bank has decided, according to our row."""
    return dispute.status is not DisputeStatus.OPEN
