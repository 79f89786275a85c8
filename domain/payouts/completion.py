"""Local steps that complete a delivered order: book what was taken, or what the customer owes because nothing was."""

from domain.campuses.people_repository import find_member
from domain.database.actors import SYSTEM, Actor, Role
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import capture_posting, customer_debt_posting, goodwill_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.money import format_money
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.pricing import Split, split_receipt
from domain.orders.repository import move_order
from domain.orders.sagas.close_purchase import ClosePurchaseData
from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.states import Bearer, Order, OrderEvent
from domain.orders.steps.endings import _tell_customer, _tell_runner
from domain.payments.customer_debt_repository import insert_customer_debt
from domain.payments.steps.charges import book_fee
from domain.payouts.model import Payable
from domain.payouts.payout_steps import book_runner_payable, start_payout_or_ask_set_up
from domain.saga.run import SagaRun


async def complete_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move DELIVERED -> COMPLETED with its postings, the payable and its payout: all or nothing."""
    order = await move_order(work, SYSTEM, run.campus_id, run.required_order_id, OrderEvent.COMPLETED)
    data = run.data_as(CompleteOrderData)
    if data.capture is not None:
        payable = await _book_capture(work, order, data.capture)
    elif data.declined is not None:
        payable = await _book_debt(work, order, data.declined)
    else:
        raise LookupError(f"saga {run.name} neither took the money nor was it declined")
    await start_payout_or_ask_set_up(work, run, payable)
    await refresh_order_messages(work, order)


async def _book_capture(work: UnitOfWork, order: Order, taken: TakenPayment) -> Payable:
    runner, split = _split_order(order)
    intent, currency = taken.payment_intent, order.price.currency
    await post_to_ledger(
        work, capture_posting(payment_intent=intent, runner=runner, split=split, currency=currency), order.id
    )
    await book_fee(work, order, taken)
    return await book_runner_payable(work, order, split.runner, charge=taken.charge)


async def _book_debt(work: UnitOfWork, order: Order, refusal: str) -> Payable:
    """The food is delivered and nothing was taken: the customer owes it all, the platform pays the runner."""
    runner, split = _split_order(order)
    posting = customer_debt_posting(
        order=order.id, customer=order.customer_id, runner=runner, split=split, currency=order.price.currency
    )
    await post_to_ledger(work, posting, order.id)
    owed = await insert_customer_debt(work, order, split.total, refusal)
    await _tell_owing(work, order, owed.id, format_money(owed.amount, owed.currency), refusal)
    return await book_runner_payable(work, order, split.runner, charge=None)


def _split_order(order: Order) -> tuple[int, Split]:
    if order.receipt is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was delivered without a receipt or a runner")
    return order.runner_id, split_receipt(order.price, order.receipt)


async def _tell_owing(work: UnitOfWork, order: Order, debt: int, amount: str, refusal: str) -> None:
    customer = await find_member(work, order.campus_id, order.customer_id)
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=order.customer_id,
            name=f"owes:{debt}",
            key="notification-owes",
            order_id=order.id,
            buttons=[
                NotificationButton(label="button-pay-debt", data=pack(Tap.PAY_CUSTOMER_DEBT, debt)),
                NotificationButton(label="button-use-other-card", data=pack(Tap.ADD_CARD)),
            ],
            args={"order": order.id, "amount": amount},
        ),
    )
    await notify(
        work,
        Notification(
            campus_id=order.campus_id,
            chat_id=ADMIN_CHAT,
            name=f"owes_admins:{debt}",
            key="notification-owes-admins",
            order_id=order.id,
            buttons=[NotificationButton(label="button-see-order", data=pack(Tap.ADMIN_ORDER, order.id))],
            args={"order": order.id, "amount": amount, "customer": customer.first_name, "reason": refusal},
        ),
    )


async def book_goodwill(work: UnitOfWork, run: SagaRun, order: Order) -> Payable:
    """Book that the platform bears a closed purchase: the runner is owed the receipt and the earnings.

    Nothing was captured for it. Raise LookupError when the order has no receipt or no runner.
    """
    if order.runner_share is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was closed without a receipt or a runner")
    owed, currency = order.runner_share, order.price.currency
    await post_to_ledger(
        work, goodwill_posting(order=order.id, runner=order.runner_id, amount=owed, currency=currency), order.id
    )
    payable = await book_runner_payable(work, order, owed, charge=None)
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
    await _tell_customer(work, order, "notification-closed", reason=reason)
    if bearer is Bearer.PLATFORM:
        payable = await book_goodwill(work, run, order)
        share = format_money(payable.amount, payable.currency)
        await _tell_runner(work, order, "notification-closed-paid", reason=reason, share=share)
    else:
        await _tell_runner(work, order, "notification-closed-unpaid", reason=reason)
