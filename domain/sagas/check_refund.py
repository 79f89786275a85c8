"""Stripe says that something became of a refund we thought done: look what, and undo our part if it failed."""

from domain.saga import Outside, Pivot, Saga

CHECK_REFUND = Saga(
    kind="check_refund",
    parts=(
        Pivot(),
        Outside(name="look_at_refund"),
    ),
)
