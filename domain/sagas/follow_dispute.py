"""Stripe says something about a dispute: look how it stands, freeze what is owed for the order, or free it again."""

from domain.saga import Outside, Pivot, Saga

FOLLOW_DISPUTE = Saga(
    kind="follow_dispute",
    parts=(
        Pivot(),
        Outside(name="look_at_dispute"),
    ),
)
