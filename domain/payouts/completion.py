"""Local steps that complete a delivered order: book what was taken, or what the customer owes because nothing was."""

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus_once
from domain.database.actors import SYSTEM, Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import capture_posting, customer_debt_posting, goodwill_posting
from domain.ledger.postings_at_stripe import advance_earned_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify
from domain.orders.notifications.customer import purchase_closed
from domain.orders.notifications.runner import purchase_closed_paid, purchase_closed_unpaid
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.pricing import Split, split_receipt
from domain.orders.repository import move_order
from domain.orders.sagas.close_purchase import ClosePurchaseData
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.states import Bearer, Order, OrderEvent
from domain.payments.advances import AdvanceRegister
from domain.payments.customer_debt_repository import insert_customer_debt
from domain.payments.hold_repository import find_hold_by_intent
from domain.payments.notifications.customer_debts import debt_opened, debt_opened_admins
from domain.payments.steps.charges import book_fee
from domain.payouts.held_pay.rules import HeldPay, find_held_pay, hold_goodwill
from domain.payouts.held_pay.screening import screen_held_pay
from domain.payouts.model import Payable
from domain.payouts.payout_steps import start_payout_or_ask_set_up
from domain.payouts.repository import book_payable
from domain.saga.run import SagaRun


async def complete_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move DELIVERED -> COMPLETED with its postings, the payable and its payout: all or nothing."""
    order = await move_order(work, SYSTEM, run.campus_id, run.required_order_id, OrderEvent.COMPLETED)
    data = run.data_as(CompleteOrderData)
    campus = await find_campus_once(work, run.campus_id)
    held = await screen_held_pay(work, campus, order, find_held_pay(order, data, campus.windows, work.now))
    if data.capture is not None:
        payable = await _book_capture(work, order, data.capture, held)
    elif data.declined is not None:
        payable = await _book_debt(work, order, data.declined, held)
    else:
        raise LookupError(f"saga {run.name} neither took the money nor was it declined")
    await start_payout_or_ask_set_up(work, run, payable)
    await refresh_order_messages(work, order)


async def _book_capture(work: UnitOfWork, order: Order, taken: TakenPayment, held: HeldPay | None) -> Payable:
    runner, split = _split_order(order)
    intent, currency = taken.payment_intent, order.price.currency
    hold = await find_hold_by_intent(work, intent)
    if hold is not None and hold.is_advance:
        advance = await work.registers.get(AdvanceRegister).sum_unearned(work, intent)
        posting = advance_earned_posting(
            payment_intent=intent, runner=runner, split=split, advance=advance, currency=currency
        )
    else:
        posting = capture_posting(payment_intent=intent, runner=runner, split=split, currency=currency)
    await post_to_ledger(work, posting, order.id)
    await book_fee(work, order, taken)
    return await book_payable(work, order, split.runner, charge=taken.charge, held=held)


async def _book_debt(work: UnitOfWork, order: Order, refusal: str, held: HeldPay | None) -> Payable:
    """The food is delivered and nothing was taken: the customer owes it all, the platform pays the runner."""
    runner, split = _split_order(order)
    posting = customer_debt_posting(
        order=order.id, customer=order.customer_id, runner=runner, split=split, currency=order.price.currency
    )
    await post_to_ledger(work, posting, order.id)
    owed = await insert_customer_debt(work, order, split.total, refusal)
    customer = await find_member(work, order.campus_id, order.customer_id)
    await notify(work, debt_opened(owed))
    await notify(work, debt_opened_admins(owed, customer.first_name))
    return await book_payable(work, order, split.runner, charge=None, held=held)


def _split_order(order: Order) -> tuple[int, Split]:
    if order.receipt is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was delivered without a receipt or a runner")
    return order.runner_id, split_receipt(order.price, order.receipt)


async def book_goodwill(work: UnitOfWork, run: SagaRun, order: Order) -> Payable:
    """Book that the platform bears a closed purchase: the runner is owed the receipt and the earnings, held for a time.

    Nothing was captured for it. Raise LookupError when the order has no receipt or no runner.
    """
    if order.runner_share is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was closed without a receipt or a runner")
    owed, currency = order.runner_share, order.price.currency
    await post_to_ledger(
        work, goodwill_posting(order=order.id, runner=order.runner_id, amount=owed, currency=currency), order.id
    )
    held = hold_goodwill((await find_campus_once(work, run.campus_id)).windows, work.now)
    payable = await book_payable(work, order, owed, charge=None, held=held)
    await start_payout_or_ask_set_up(work, run, payable)
    return payable


async def close_purchase(work: UnitOfWork, run: SagaRun) -> None:
    """Move PLACED, ON_THE_WAY or ARRIVED -> CANCELLED by an admin.

    The customer pays nothing, and the bearer pays for the food.
    """
    data = run.data_as(ClosePurchaseData)
    bearer, reason = data.borne_by, data.reason
    order = await move_order(
        work,
        Actor(role=Role.ADMIN, person_id=run.required_person_id),
        run.campus_id,
        run.required_order_id,
        OrderEvent.CLOSED_BY_ADMIN,
        reason=f"{bearer} bears it: {reason}",
        end_reason="closed",
        end_note=reason,
        borne_by=bearer,
    )
    await refresh_order_messages(work, order)
    await notify(work, purchase_closed(order, reason))
    if bearer is Bearer.PLATFORM:
        payable = await book_goodwill(work, run, order)
        await notify(work, purchase_closed_paid(order, reason, payable.amount))
    else:
        await notify(work, purchase_closed_unpaid(order, reason))
