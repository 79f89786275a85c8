"""The saga of a refund: request it, refund the card, and reverse the runner's part."""

from dataclasses import dataclass

from domain.orders.states import Bearer
from domain.refunds.model import RefundOrigin
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class RefundOrderData:
    """The refund that was decided: minor units, who bears it, and why; then its row and its id at Stripe.

    A return of what a person at Stripe captured too much names the payment it goes back to.
    """

    amount: int | None  # None: all that is left
    bearer: Bearer
    reason: str
    refund_row: int | None = None
    refund: str | None = None
    origin: RefundOrigin = RefundOrigin.ADMIN
    payment_intent: str | None = None


REFUND_ORDER = Saga(
    kind="refund_order",
    data=RefundOrderData,
    steps=(
        # In the bot's transaction, under the order's lock. The runner's part is withheld as far as it is unsent.
        LocalStep(name="request_refund", compensation="withdraw_refund"),
        ExternalStep(name="create_refund"),  # if Stripe refuses, nothing was sent and the request is withdrawn
        Pivot(),
        ExternalStep(name="reverse_transfer"),  # the runner's part that was sent; a refusal makes it a debt
        Wait(signal="refund_settled", window="refund", timeout_reason="refund_overdue", poll="refresh_refund"),
        LocalStep(name="settle_refund"),
    ),
)


def build_refund_start(
    *, campus_id: int, order_id: int, admin_id: int, number: int, amount: int | None, bearer: Bearer, reason: str
) -> SagaStart:
    """Return the saga of the order's refund with this number; `amount` is in minor units; None: all that is left."""
    return SagaStart(
        kind=REFUND_ORDER.kind,
        name=f"{REFUND_ORDER.kind}:{order_id}:{number}",
        campus_id=campus_id,
        order_id=order_id,
        person_id=admin_id,
        data=RefundOrderData(amount=amount, bearer=bearer, reason=reason),
    )


def build_return_start(*, campus_id: int, order_id: int, payment_intent: str, number: int) -> SagaStart:
    """Return the saga that gives back what was captured of this payment at Stripe above what the order cost."""
    return SagaStart(
        kind=REFUND_ORDER.kind,
        name=f"{REFUND_ORDER.kind}:{order_id}:return:{payment_intent}:{number}",
        campus_id=campus_id,
        order_id=order_id,
        data=RefundOrderData(
            amount=None,
            bearer=Bearer.PLATFORM,
            reason="",
            origin=RefundOrigin.RETURN,
            payment_intent=payment_intent,
        ),
    )
