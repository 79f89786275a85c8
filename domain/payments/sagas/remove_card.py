"""The saga of a customer who removes their card: forget it here, detach it at Stripe, notify the customer."""

from dataclasses import dataclass

from domain.campuses.people import SavedCard
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class RemoveCardData:
    """The card that the customer gave up."""

    payment_method: str
    brand: str
    last4: str
    wallet: str | None = None


REMOVE_CARD = Saga(
    kind="remove_card",
    data=RemoveCardData,
    steps=(
        LocalStep(name="forget_card"),  # in the bot's transaction: from here no order can use the card
        Pivot(),  # a card that was given up is never restored
        ExternalStep(name="detach_card"),
        LocalStep(name="tell_card_removed"),
    ),
)


def build_card_removal_start(card: SavedCard, *, campus_id: int, person_id: int) -> SagaStart:
    """Return the saga that deletes this card here and detaches it at Stripe."""
    return SagaStart(
        kind=REMOVE_CARD.kind,
        name=f"{REMOVE_CARD.kind}:{person_id}:{card.payment_method}",
        campus_id=campus_id,
        person_id=person_id,
        data=RemoveCardData(payment_method=card.payment_method, brand=card.brand, last4=card.last4, wallet=card.wallet),
    )
