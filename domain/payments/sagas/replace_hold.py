"""The saga of a price increase: authorise a replacement hold, then release the former hold."""

from dataclasses import dataclass

from domain.orders.price_increase import PriceIncreaseKind
from domain.orders.pricing import Price
from domain.orders.sagas.payment_data import HoldRequestData
from domain.orders.states import ORDER_CHANGED_SIGNAL, Order
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class ReplaceHoldData(HoldRequestData):
    """The price that the customer agreed to (minor units), and the claim it was agreed for.

    `ceiling` is the ceiling of that price, `former` the row of the hold that was replaced.
    """

    kind: PriceIncreaseKind
    delivery_fee: int
    shop_limit: int
    claim: str | None = None
    ceiling: int = 0
    former: int | None = None


REPLACE_HOLD = Saga(
    kind="replace_hold",
    data=ReplaceHoldData,
    steps=(
        # In the bot's transaction. The former hold and the former price stay until adopt_replacement_hold.
        LocalStep(name="request_replacement_hold", compensation="withdraw_replacement_hold"),
        # The bank may ask the customer for approval, which the wait below is for.
        ExternalStep(name="authorize_replacement_hold", compensation="release_replacement_hold", window="payment"),
        Wait(
            signal="replacement_held",
            window="payment",
            timeout_reason="unpaid",
            # the order was claimed, released, bought or ended meanwhile
            abort_signals=frozenset({ORDER_CHANGED_SIGNAL, "declined"}),
            poll="refresh_replacement_hold",
        ),
        LocalStep(name="adopt_replacement_hold"),  # under the order's lock: price and current hold change together
        Pivot(),
        ExternalStep(name="release_former_hold"),
    ),
)


def build_price_increase_start(
    order: Order, price: Price, kind: PriceIncreaseKind, *, person_id: int, number: int
) -> SagaStart:
    """Return the saga of the order's price increase with this number; its price is the one agreed to."""
    return SagaStart(
        kind=REPLACE_HOLD.kind,
        name=f"{REPLACE_HOLD.kind}:{order.id}:{number}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=person_id,
        data=ReplaceHoldData(
            kind=kind,
            delivery_fee=price.delivery_fee,
            shop_limit=price.shop_limit,
            claim=None if order.claim is None else str(order.claim),
        ),
    )
