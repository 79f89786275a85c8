"""Local steps of a refund: agree on it, withdraw it when Stripe refuses it, undo it when it fails."""

from domain.campuses.people_repository import lock_payouts_ready
from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.errors import PayoutInFlight
from domain.ledger.postings import refund_failed_posting, runner_debt_posting, runner_debt_void_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.orders.repository import find_order, lock_order
from domain.orders.states import Bearer, Order
from domain.payments.hold_repository import find_current_hold
from domain.payouts.model import Payable, PayoutStatus, RunnerDebtStatus
from domain.payouts.payable_adjustments import restore_netted_amount, restore_withheld_amount, withhold_from_payable
from domain.payouts.repository import lock_payable
from domain.payouts.runner_debt_repository import end_runner_debt, insert_runner_debt, lock_runner_debt
from domain.refunds.at_stripe.advance_repository import sum_unearned_advance
from domain.refunds.at_stripe.returns import request_return
from domain.refunds.dispute_repository import require_undisputed
from domain.refunds.model import REFUNDED_AT_STRIPE, Refund, RefundEvent, RefundOrigin, RefundStatus
from domain.refunds.notifications import (
    refund_failed,
    refund_failed_admins,
    refund_failed_runner,
    refund_refused,
    return_refused,
    runner_debt_opened,
)
from domain.refunds.refund_split import RefundSplit, split_refund
from domain.refunds.repository import find_refundable, insert_refund, lock_refund, move_refund, update_refund
from domain.refunds.sagas.refund_data import refund_row_of
from domain.refunds.sagas.refund_order import RefundOrderData
from domain.saga.run import SagaRun


async def request_refund(work: UnitOfWork, run: SagaRun) -> None:
    """Agree on a refund under the order's lock, so that two at once never exceed what was paid.

    Raise NothingToRefund, RefundOutOfRange or OrderDisputed. Raise PayoutInFlight while the pay that the runner would
    bear it from is being sent.
    """
    data = run.data_as(RefundOrderData)
    if data.origin is RefundOrigin.RETURN:
        await request_return(work, run)
        return
    order = await lock_order(work, run.campus_id, run.required_order_id)
    await require_undisputed(work, order.id)
    owed = await lock_payable(work, order.id)
    parts = split_refund(await find_refundable(work, run.campus_id, order.id), data.amount, data.bearer)
    withheld = await _withhold_runner_amount(work, owed, parts.runner_amount) if data.bearer is Bearer.RUNNER else 0
    made = await _insert_refund_row(work, run, order, owed, parts, withheld)
    data.refund_row = made.id
    said = f"{format_money(parts.amount, made.currency)}, {data.bearer}: {made.reason}"
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=run.required_person_id),
        campus_id=run.campus_id,
        order_id=order.id,
        subject="refund",
        subject_id=made.id,
        happened="requested",
        after=made.status,
        reason=said,
    )
    await refresh_existing_order_messages(work, order.id)


async def _withhold_runner_amount(work: UnitOfWork, owed: Payable | None, runner_amount: int) -> int:
    """Withhold at once what is not sent yet; return how much.

    What was sent has to be taken back, which is a step of its own.
    """
    if owed is None or owed.status is PayoutStatus.PAID or runner_amount == 0:
        return 0
    if owed.status is PayoutStatus.SENDING or await withhold_from_payable(work, owed.order_id, runner_amount) is None:
        raise PayoutInFlight
    return runner_amount


async def _insert_refund_row(
    work: UnitOfWork, run: SagaRun, order: Order, owed: Payable | None, parts: RefundSplit, withheld: int
) -> Refund:
    hold = await find_current_hold(work, order.id)
    if hold is None or hold.payment_intent is None:
        raise LookupError(f"order {order.id} was paid without a hold")
    unearned = await sum_unearned_advance(work, hold.payment_intent)
    return await insert_refund(
        work,
        {
            "campus_id": order.campus_id,
            "order_id": order.id,
            "runner_id": order.runner_id,
            "asked_by": run.required_person_id,
            "amount": parts.amount,
            "runner_amount": parts.runner_amount,
            "from_advance": min(parts.platform_amount, unearned),
            "withheld": withheld,
            "transfer": None if owed is None or parts.runner_amount == withheld else owed.transfer,
            "currency": order.price.currency,
            "payment_intent": hold.payment_intent,
            "reason": run.data_as(RefundOrderData).reason,
        },
    )


async def withdraw_refund(work: UnitOfWork, run: SagaRun) -> None:
    """Withdraw a refund that Stripe refused, and tell the admins why.

    Nothing went back to the customer. What was withheld is owed to the runner again.
    """
    made = await lock_refund(work, refund_row_of(run))
    if await move_refund(work, made.id, RefundEvent.FAILED, refusal=run.reason) is None:
        return
    await restore_withheld_amount(work, run, made.order_id, made.withheld)
    await refresh_existing_order_messages(work, made.order_id)
    is_return = made.origin is RefundOrigin.RETURN and run.reason != REFUNDED_AT_STRIPE
    await notify(work, return_refused(made, run.reason) if is_return else refund_refused(made, run.reason))


async def fail_refund(work: UnitOfWork, run: SagaRun, refund_id: int, why: str) -> None:
    """Undo a refund that the bank sent back, once.

    Reverse all its postings, owe the runner's part to the runner again, and tell everybody.
    """
    made = await lock_refund(work, refund_id)
    if await move_refund(work, made.id, RefundEvent.FAILED, refusal=why) is None:
        return
    if made.status is not RefundStatus.REQUESTED:
        posting = refund_failed_posting(
            refund=str(made.refund),
            runner=made.runner_id,
            platform_amount=made.platform_amount,
            runner_amount=made.runner_amount,
            currency=made.currency,
            from_advance=made.from_advance,
        )
        await post_to_ledger(work, posting, made.order_id)
    if made.runner_id is not None:
        await lock_payouts_ready(work, made.runner_id)
    await _void_debt(work, run, made)
    await restore_withheld_amount(work, run, made.order_id, made.withheld + made.taken_back)
    await refresh_existing_order_messages(work, made.order_id)
    await _tell_failed(work, made, why)


async def _void_debt(work: UnitOfWork, run: SagaRun, made: Refund) -> None:
    owes = await lock_runner_debt(work, made.id)
    if owes is None:
        return
    await end_runner_debt(work, owes.id, RunnerDebtStatus.VOID)
    if owes.left:  # the netted part was booked as paid: to owe it again needs no posting
        void = runner_debt_void_posting(
            refund=made.id,
            runner=owes.runner_id,
            amount=owes.left,
            currency=owes.currency,
            waived=owes.status is RunnerDebtStatus.WAIVED,
        )
        await post_to_ledger(work, void, made.order_id)
    await restore_netted_amount(work, run, owes)


async def _tell_failed(work: UnitOfWork, made: Refund, why: str) -> None:
    order = await find_order(work, made.campus_id, made.order_id)
    await notify(work, refund_failed(made, order.customer_id))
    await notify(work, refund_failed_admins(made, why))
    if made.runner_amount:
        await notify(work, refund_failed_runner(made))


async def book_runner_debt(work: UnitOfWork, made: Refund, why: str) -> None:
    """Book the runner's part, which could not be taken back, as a debt; tell the admins."""
    amount = made.to_take_back
    await insert_runner_debt(
        work,
        campus_id=made.campus_id,
        order_id=made.order_id,
        refund_id=made.id,
        runner_id=made.required_runner_id,
        amount=amount,
        currency=made.currency,
        refusal=why,
    )
    owed = runner_debt_posting(refund=made.id, runner=made.required_runner_id, amount=amount, currency=made.currency)
    await post_to_ledger(work, owed, made.order_id)
    await update_refund(work, made.id, refusal=why)
    await notify(work, runner_debt_opened(made, amount, why))


async def settle_refund(work: UnitOfWork, run: SagaRun) -> None:
    """Refresh the order messages: the customer has the refund, or the bank sent it back."""
    await refresh_existing_order_messages(work, run.required_order_id)
