"""The saga of a new order: hold the money, then offer the order to the runners."""

from dataclasses import dataclass

from domain.database.actors import Role
from domain.orders.drafts.draft import Draft
from domain.orders.sagas.payment_data import HoldRequestData
from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait
from domain.saga.run import SagaStart

CANCELLED_SIGNAL = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancellation:
    """What a cancellation of a pending order carries: who cancels it, in which role, and why.

    For a customer the reason is the word "customer", for an admin their own words.
    """

    role: Role
    person: int
    reason: str


@dataclass(slots=True, kw_only=True)
class CreateOrderData(HoldRequestData):
    """The draft as it was shown: its version, and its ceiling in minor units.

    Placing the order changes the draft's version; the new one is kept.
    """

    draft_version: int
    ceiling: int


CREATE_ORDER = Saga(
    kind="create_order",
    data=CreateOrderData,
    steps=(
        LocalStep(name="place_order", compensation="cancel_order"),  # draft -> PENDING, in the bot's transaction
        # The bank may ask the customer for approval, which the wait below is for.
        ExternalStep(name="authorize_hold", compensation="release_hold", window="payment"),
        Wait(
            signal="hold_made",
            window="payment",
            timeout_reason="unpaid",
            abort_signals=frozenset({CANCELLED_SIGNAL, "declined"}),
            poll="refresh_hold",
        ),
        LocalStep(name="publish_order", compensation="withdraw_order"),  # PENDING -> CREATED, order messages
        LocalStep(name="start_expiry", compensation="stop_expiry"),  # in the same transaction as publish_order
    ),
)


def build_order_start(draft: Draft, *, version: int, ceiling: int, optional: bool = False) -> SagaStart:
    """Return the saga that places this draft as it was shown: in this version, at this ceiling (minor units).

    Two taps return the same name, and so start one saga.
    """
    return SagaStart(
        kind=CREATE_ORDER.kind,
        name=f"{CREATE_ORDER.kind}:{draft.campus_id}:{draft.person_id}:{draft.changed_at.timestamp()}:{version}",
        campus_id=draft.campus_id,
        person_id=draft.person_id,
        data=CreateOrderData(draft_version=version, ceiling=ceiling),
        optional=optional,
    )
