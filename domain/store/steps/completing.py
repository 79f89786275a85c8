"""The end of an order that was delivered: what was taken is booked, or what the customer owes because nothing was."""

from typing import Any

from domain.buttons import Tap, pack
from domain.money import spell
from domain.order import Order, OrderEvent
from domain.payment import Payable
from domain.postings import capture_posting, fee_posting, unpaid_posting
from domain.pricing import Split, settle
from domain.store.customer_debts import insert_customer_debt
from domain.store.events import SYSTEM
from domain.store.messages import redraw_order, tell, tell_admins
from domain.store.money import post
from domain.store.orders import move
from domain.store.people import find_member
from domain.store.runs import Run
from domain.store.steps.money import owe, pay_or_wait
from domain.store.unit_of_work import UnitOfWork


async def complete_order(work: UnitOfWork, run: Run) -> None:
    """DELIVERED -> COMPLETED with its postings, the payable and its pay-out: all or nothing."""
    order = await move(work, SYSTEM, run.campus_id, run.order, OrderEvent.COMPLETED)
    captured: dict[str, Any] | None = run.data.get("capture")
    if captured is None:
        payable = await _book_debt(work, order, str(run.data["declined"]))
    else:
        payable = await _book_capture(work, order, captured)
    await pay_or_wait(work, run, payable)
    await redraw_order(work, order)


async def book_fee(work: UnitOfWork, order: Order, captured: dict[str, Any]) -> None:
    """What Stripe took for a charge, where it said so at once."""
    if captured.get("fee"):
        name, fee = str(captured["balance_transaction"]), int(captured["fee"])
        await post(work, fee_posting(balance_transaction=name, fee=fee, currency=order.price.currency), order.id)


async def _book_capture(work: UnitOfWork, order: Order, captured: dict[str, Any]) -> Payable:
    runner, split = _divided(order)
    intent, currency = str(captured["payment_intent"]), order.price.currency
    await post(work, capture_posting(payment_intent=intent, runner=runner, split=split, currency=currency), order.id)
    await book_fee(work, order, captured)
    return await owe(work, order, split.runner, charge=str(captured["charge"]))


async def _book_debt(work: UnitOfWork, order: Order, refusal: str) -> Payable:
    """The food is with her and nothing was taken: she owes it all, and the runner is paid out of our own."""
    runner, split = _divided(order)
    posting = unpaid_posting(
        order=order.id, customer=order.customer_id, runner=runner, split=split, currency=order.price.currency
    )
    await post(work, posting, order.id)
    owed = await insert_customer_debt(work, order, split.total, refusal)
    await _tell_owing(work, order, owed.id, spell(owed.amount, owed.currency), refusal)
    return await owe(work, order, split.runner, charge=None)


def _divided(order: Order) -> tuple[int, Split]:
    if order.receipt is None or order.runner_id is None:
        raise LookupError(f"order {order.id} was delivered without a receipt or a runner")
    return order.runner_id, settle(order.price, order.receipt)


async def _tell_owing(work: UnitOfWork, order: Order, debt: int, amount: str, refusal: str) -> None:
    customer = await find_member(work, order.campus_id, order.customer_id)
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"owes:{debt}",
        key="push-owes",
        order_id=order.id,
        buttons=[
            {"key": "button-pay-debt", "data": pack(Tap.PAY_DEBT, debt)},
            {"key": "button-use-other-card", "data": pack(Tap.ADD_CARD)},
        ],
        words={"order": order.id, "amount": amount},
    )
    await tell_admins(
        work,
        campus_id=order.campus_id,
        name=f"owes_admins:{debt}",
        key="push-owes-admins",
        order_id=order.id,
        buttons=[{"key": "button-see-order", "data": pack(Tap.ADMIN_ORDER, order.id)}],
        words={"order": order.id, "amount": amount, "customer": customer.first_name, "reason": refusal},
    )
