"""The saga of a customer's payment of a debt; the bank may ask for approval."""

from dataclasses import dataclass

from domain.orders.sagas.payment_data import HoldRequestData, TakenPayment
from domain.payments.model import CustomerDebt
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class SettleDebtData(HoldRequestData):
    """The row of the debt, and the payment that settled it."""

    debt: int
    capture: TakenPayment | None = None


SETTLE_DEBT = Saga(
    kind="settle_debt",
    data=SettleDebtData,
    steps=(
        LocalStep(name="begin_settling", compensation="tell_unsettled"),  # in the bot's transaction
        ExternalStep(name="charge_debt", compensation="cancel_debt_charge", window="payment"),
        Wait(
            signal="debt_paid",
            window="payment",
            timeout_reason="unpaid",
            abort_signals=frozenset({"declined"}),
            poll="refresh_debt_charge",
        ),
        Pivot(),
        LocalStep(name="book_settlement"),
    ),
)


def build_settlement_start(debt: CustomerDebt) -> SagaStart:
    """Return the saga that charges the card for this debt; each attempt has its own name."""
    return SagaStart(
        kind=SETTLE_DEBT.kind,
        name=f"{SETTLE_DEBT.kind}:{debt.id}:{debt.attempt + 1}",
        campus_id=debt.campus_id,
        order_id=debt.order_id,
        person_id=debt.customer_id,
        data=SettleDebtData(debt=debt.id),
    )
