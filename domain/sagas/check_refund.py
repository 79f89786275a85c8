"""Stripe says that something became of a refund we thought done: look what, and undo our part if it failed."""

from domain.saga import ExternalStep, Pivot, Saga

CHECK_REFUND = Saga(
    kind="check_refund",
    steps=(
        Pivot(),
        ExternalStep(name="refresh_refund"),
    ),
)
