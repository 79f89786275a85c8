"""The saga of a delivered order: capture the money, book the split, start the payout."""

from dataclasses import dataclass

from domain.orders.sagas.pay_delay import PayDelay, find_pay_delay
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.states import Order
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class CompleteOrderData:
    """How the order was handed over, and what became of the money.

    An admin who finishes the order gives a reason. `photo` proves that the food was left. `lapsed` says why Stripe
    closed the hold before the capture, and `declined` why the card could not be charged again. `pay_delay` says why the
    runner's pay waits; rows of an earlier release lack it, and their pay does not wait.
    """

    reason: str | None = None
    admin: int | None = None
    photo: str | None = None
    pay_delay: PayDelay | None = None
    capture: TakenPayment | None = None
    lapsed: str | None = None
    declined: str | None = None


COMPLETE_ORDER = Saga(
    kind="complete_order",
    version=2,
    data=CompleteOrderData,
    steps=(
        Pivot(),  # the order passed its own pivot at PLACED: nothing here is compensated
        LocalStep(name="deliver_order"),  # ARRIVED -> DELIVERED, in the bot's transaction
        ExternalStep(name="capture_payment"),  # a lapsed hold is closed
        ExternalStep(name="charge_again"),  # after a lapse: charge the card without the customer
        LocalStep(name="complete_order"),  # ledger, payable or customer debt, COMPLETED, pay_out_runner
    ),
)
# For runs that started on version 1: a lapsed hold makes them stuck, and an admin decides.
COMPLETE_ORDER_V1 = Saga(
    kind="complete_order",
    data=CompleteOrderData,
    steps=(
        Pivot(),
        LocalStep(name="deliver_order"),
        ExternalStep(name="capture_payment"),
        LocalStep(name="complete_order"),
    ),
)


def build_completion_start(
    order: Order, *, reason: str | None = None, admin: int | None = None, photo: str | None = None
) -> SagaStart:
    """Return the saga that hands a bought order over and takes the money; what is given goes into its history."""
    delay = find_pay_delay(order, photo=photo, admin=admin)
    return SagaStart(
        kind=COMPLETE_ORDER.kind,
        name=f"{COMPLETE_ORDER.kind}:{order.id}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=order.runner_id,
        data=CompleteOrderData(reason=reason, admin=admin, photo=photo, pay_delay=delay),
    )
