"""The saga of a customer's new card: Stripe's Checkout saves it, we record it, and a waiting draft is placed."""

from dataclasses import dataclass
from datetime import datetime

from domain.campuses.people import SavedCard
from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class SaveCardData:
    """Stripe's customer and Checkout session, and the card that the session saved."""

    customer: str | None = None
    session: str | None = None
    card: SavedCard | None = None


SAVE_CARD = Saga(
    kind="save_card",
    data=SaveCardData,
    steps=(
        ExternalStep(name="ensure_customer"),
        ExternalStep(name="open_checkout"),
        Wait(signal="card_saved", window="card_set_up", timeout_reason="lapsed", poll="refresh_checkout"),
        LocalStep(name="keep_card"),
    ),
)


def build_card_setup_start(*, campus_id: int, person_id: int, now: datetime) -> SagaStart:
    """Return the saga that sends a link and saves the card that the customer enters there."""
    return SagaStart(
        kind=SAVE_CARD.kind,
        name=f"{SAVE_CARD.kind}:{campus_id}:{person_id}:{now.timestamp()}",
        campus_id=campus_id,
        person_id=person_id,
    )
