"""Another card took a card's place: Stripe shall not keep the former one."""

from domain.saga import ExternalStep, Pivot, Saga

DETACH_REPLACED_CARD = Saga(
    kind="detach_replaced_card",
    steps=(
        Pivot(),
        ExternalStep(name="detach_card"),
    ),
)
