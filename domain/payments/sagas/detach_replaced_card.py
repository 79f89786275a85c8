"""The saga of a replaced card: detach the former one at Stripe."""

from domain.saga.definition import ExternalStep, Pivot, Saga

DETACH_REPLACED_CARD = Saga(
    kind="detach_replaced_card",
    steps=(
        Pivot(),
        ExternalStep(name="detach_card"),
    ),
)
