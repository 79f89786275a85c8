"""The saga of a replaced card: detach the former one at Stripe."""

from dataclasses import dataclass

from domain.saga.definition import ExternalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class DetachReplacedCardData:
    """The card that another one replaced."""

    payment_method: str


DETACH_REPLACED_CARD = Saga(
    kind="detach_replaced_card",
    data=DetachReplacedCardData,
    steps=(
        Pivot(),
        ExternalStep(name="detach_card"),
    ),
)


def build_card_detachment_start(payment_method: str, *, campus_id: int, person_id: int) -> SagaStart:
    """Return the saga that detaches this card at Stripe."""
    return SagaStart(
        kind=DETACH_REPLACED_CARD.kind,
        name=f"{DETACH_REPLACED_CARD.kind}:{person_id}:{payment_method}",
        campus_id=campus_id,
        person_id=person_id,
        data=DetachReplacedCardData(payment_method=payment_method),
    )
