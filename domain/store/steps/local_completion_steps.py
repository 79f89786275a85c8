"""Local steps that complete a delivered order: book what was taken, or what the customer owes because nothing was."""

from typing import Any

from domain.buttons import Tap, pack
from domain.money import format_money
from domain.order import Order, OrderEvent
from domain.payment import Payable
from domain.postings import capture_posting, customer_debt_posting, fee_posting
from domain.pricing import Split, split_receipt
from domain.store.customer_debt_repository import insert_customer_debt
from domain.store.event_log import SYSTEM
from domain.store.money_repository import post_to_ledger
from domain.store.order_repository import move_order
from domain.store.outbox import refresh_order_messages, tell, tell_admins
from domain.store.person_repository import find_member
from domain.store.saga_run import SagaRun
from domain.store.steps.local_money_steps import book_runner_payable, start_payout_or_ask_set_up
from domain.store.unit_of_work import UnitOfWork


async def complete_order(work: UnitOfWork, run: SagaRun) -> None:
    """Move DELIVERED -> COMPLETED with its postings, the payable and its payout: all or nothing."""
    order = await move_order(work, SYSTEM, run.campus_id, run.required_order_id, OrderEvent.COMPLETED)
    captured: dict[str, Any] | None = run.data.get("capture")
    if captured is None:
        payable = await _book_debt(work, order, str(run.data["declined"]))
    else:
        payable = await _book_capture(work, order, captured)
    await start_payout_or_ask_set_up(work, run, payable)
    await refresh_order_messages(work, order)


async def book_fee(work: UnitOfWork, order: Order, captured: dict[str, Any]) -> None:
    """Book what Stripe took for a charge, if Stripe reported it together with the charge."""
    if captured.get("fee"):
        name, fee = str(captured["balance_transaction"]), int(captured["fee"])
        await post_to_ledger(
            work, fee_posting(balance_transaction=name, fee=fee, currency=order.price.currency), order.id
        )


async def _book_capture(work: UnitOfWork, order: Order, captured: dict[str, Any]) -> Payable:
    runner, split = _split_order(order)
    intent, currency = str(captured["payment_intent"]), order.price.currency
    await post_to_ledger(
        work, capture_posting(payment_intent=intent, runner=runner, split=split, currency=currency), order.id
    )
    await book_fee(work, order, captured)
    return await book_runner_payable(work, order, split.runner, charge=str(captured["charge"]))


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
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"owes:{debt}",
        key="notification-owes",
        order_id=order.id,
        buttons=[
            {"key": "button-pay-debt", "data": pack(Tap.PAY_CUSTOMER_DEBT, debt)},
            {"key": "button-use-other-card", "data": pack(Tap.ADD_CARD)},
        ],
        args={"order": order.id, "amount": amount},
    )
    await tell_admins(
        work,
        campus_id=order.campus_id,
        name=f"owes_admins:{debt}",
        key="notification-owes-admins",
        order_id=order.id,
        buttons=[{"key": "button-see-order", "data": pack(Tap.ADMIN_ORDER, order.id)}],
        args={"order": order.id, "amount": amount, "customer": customer.first_name, "reason": refusal},
    )
