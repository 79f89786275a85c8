"""Local steps of settle_debt: a customer begins to pay what she owes, and what became of it."""

from typing import Any

from domain.buttons import Tap, pack
from domain.errors import Stale
from domain.money import spell
from domain.payment import CustomerDebt, CustomerDebtStatus
from domain.postings import settled_posting
from domain.store.customer_debts import count_attempt, end_customer_debt, lock_customer_debt
from domain.store.messages import redraw_known, tell
from domain.store.money import open_hold, post
from domain.store.orders import find_order
from domain.store.runs import Run
from domain.store.steps.completing import book_fee
from domain.store.unit_of_work import UnitOfWork

IN_QUESTION = "unknown_payment"  # perhaps she has paid it: nothing for her to do
# What settle_debt turned back for, and the sentence she reads.
SENTENCES = {
    "declined": "push-debt-declined",
    "unpaid": "push-debt-unapproved",
    IN_QUESTION: "push-debt-in-question",
}


async def begin_settling(work: UnitOfWork, run: Run) -> None:
    """A charge of all she owes is wanted; Stale when she owes it no more."""
    owed = await _locked(work, run)
    if owed.status is not CustomerDebtStatus.OPEN:
        raise Stale
    await count_attempt(work, owed)
    await open_hold(work, owed.order_id, run.id, owed.amount, owed.currency)
    await redraw_known(work, owed.order_id)


async def tell_unsettled(work: UnitOfWork, run: Run) -> None:
    """It did not work: she still owes it, and reads what she can do. A yes that came at the last moment counts."""
    owed = await _locked(work, run)
    await redraw_known(work, owed.order_id)
    if owed.status is not CustomerDebtStatus.OPEN:
        return
    await tell(
        work,
        campus_id=owed.campus_id,
        chat_id=owed.customer_id,
        name=f"unsettled:{run.id}",
        key=SENTENCES.get(run.reason or "", "push-debt-not-reached"),
        order_id=owed.order_id,
        buttons=[] if run.reason == IN_QUESTION else _ways_to_pay(owed),
        words={"order": owed.order_id, "amount": spell(owed.amount, owed.currency)},
    )


def _ways_to_pay(owed: CustomerDebt) -> list[dict[str, str]]:
    return [
        {"key": "button-pay-debt", "data": pack(Tap.PAY_DEBT, owed.id)},
        {"key": "button-use-other-card", "data": pack(Tap.ADD_CARD)},
    ]


async def book_settlement(work: UnitOfWork, run: Run) -> None:
    """She paid: the debt is over, the ledger knows, and she may order again."""
    owed, captured = await _locked(work, run), _captured(run)
    if not await end_customer_debt(work, owed, CustomerDebtStatus.PAID):
        raise LookupError(f"debt {owed.id} was paid, and is {owed.status}")
    posting = settled_posting(
        payment_intent=str(captured["payment_intent"]),
        customer=owed.customer_id,
        amount=int(captured["amount"]),
        currency=owed.currency,
    )
    await post(work, posting, owed.order_id)
    await book_fee(work, await find_order(work, owed.campus_id, owed.order_id), captured)
    await redraw_known(work, owed.order_id)
    await tell(
        work,
        campus_id=owed.campus_id,
        chat_id=owed.customer_id,
        name=f"settled:{owed.id}",
        key="push-debt-paid",
        order_id=owed.order_id,
        words={"order": owed.order_id, "amount": spell(owed.amount, owed.currency)},
    )


def _captured(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run.data["capture"]
    return found


async def _locked(work: UnitOfWork, run: Run) -> CustomerDebt:
    owed = await lock_customer_debt(work, run.campus_id, int(run.data["debt"]))
    if owed is None:
        raise LookupError(f"saga {run.name} has no debt")
    return owed
