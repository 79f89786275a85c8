"""The saga of a Stripe event about a refund that had ended here: look it up, and undo our part if it failed."""

from domain.saga.definition import ExternalStep, Pivot, Saga

CHECK_REFUND = Saga(
    kind="check_refund",
    steps=(
        Pivot(),
        ExternalStep(name="refresh_refund"),
    ),
)
