"""Local steps of settle_debt: start to charge what a customer owes, and record how it ended."""

from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import customer_debt_paid_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.orders.repository import find_order
from domain.orders.risk_checks import RiskChecks
from domain.orders.sagas.payment_data import TakenPayment
from domain.payments.customer_debt_repository import (
    count_payment_attempt,
    end_customer_debt,
    lock_customer_debt,
    require_debt_chargeable,
)
from domain.payments.hold_repository import insert_current_hold
from domain.payments.model import CustomerDebt, CustomerDebtStatus
from domain.payments.notifications.customer_debts import debt_paid, debt_unsettled
from domain.payments.sagas.settle_debt import SettleDebtData
from domain.payments.steps.cards import send_card_page
from domain.payments.steps.charges import book_fee
from domain.saga.refusals import CARD_GONE
from domain.saga.run import SagaRun


async def begin_settling(work: UnitOfWork, run: SagaRun) -> None:
    """Request a charge of the whole debt.

    Raise what `require_debt_chargeable` raises, and RiskRefused while the bank is not asked any more.
    """
    owed = await _lock_debt(work, run)
    await require_debt_chargeable(work, owed)
    campus = await find_campus(work, owed.campus_id)
    await work.registers.get(RiskChecks).require_charge_allowed(work, campus, owed.customer_id, 0)
    await count_payment_attempt(work, owed)
    await insert_current_hold(work, owed.order_id, run.id, owed.amount, owed.currency)
    await refresh_existing_order_messages(work, owed.order_id)


async def tell_unsettled(work: UnitOfWork, run: SagaRun) -> None:
    """Tell the customer that the debt is not paid, and what they can do.

    Tell nothing when the bank approved at the last moment and the debt was paid.
    """
    owed = await _lock_debt(work, run)
    await refresh_existing_order_messages(work, owed.order_id)
    if owed.status is not CustomerDebtStatus.OPEN:
        return
    await notify(work, debt_unsettled(owed, run))
    if run.reason == CARD_GONE:
        await send_card_page(work, run)


async def book_settlement(work: UnitOfWork, run: SagaRun) -> None:
    """End the debt as paid, book the payment, and tell the customer; they may order again.

    Raise LookupError when the debt is not open.
    """
    owed, taken = await _lock_debt(work, run), _taken_payment(run)
    if not await end_customer_debt(work, owed, CustomerDebtStatus.PAID):
        raise LookupError(f"debt {owed.id} was paid, and is {owed.status}")
    posting = customer_debt_paid_posting(
        payment_intent=taken.payment_intent,
        customer=owed.customer_id,
        amount=taken.amount,
        currency=owed.currency,
    )
    await post_to_ledger(work, posting, owed.order_id)
    await book_fee(work, await find_order(work, owed.campus_id, owed.order_id), taken)
    await refresh_existing_order_messages(work, owed.order_id)
    await notify(work, debt_paid(owed))


def _taken_payment(run: SagaRun) -> TakenPayment:
    taken = run.data_as(SettleDebtData).capture
    if taken is None:
        raise LookupError(f"saga {run.name} took no payment")
    return taken


async def _lock_debt(work: UnitOfWork, run: SagaRun) -> CustomerDebt:
    owed = await lock_customer_debt(work, run.campus_id, run.data_as(SettleDebtData).debt)
    if owed is None:
        raise LookupError(f"saga {run.name} has no debt")
    return owed
