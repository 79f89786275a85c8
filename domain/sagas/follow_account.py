"""Stripe says something about a runner's account or her bank: look how it stands, and tell her what she can do."""

from domain.saga import Outside, Pivot, Saga

FOLLOW_ACCOUNT = Saga(
    kind="follow_account",
    parts=(
        Pivot(),
        Outside(name="look_at_payouts"),
    ),
)
