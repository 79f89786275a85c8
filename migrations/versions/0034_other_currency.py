"""A charge that Stripe converted is a discrepancy of its own kind."""

from alembic import op

from migrations.online import add_check

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KNOWN = "discrepancy_kind_known_check"
KINDS = (
    "unknown_intent",
    "unknown_transfer",
    "unknown_refund",
    "late_intent",
    "late_transfer",
    "hold_mismatch",
    "orphan_payout",
    "not_booked",
    "amount_mismatch",
    "balance_mismatch",
)


def upgrade() -> None:
    """Allow the kind."""
    _replace_kinds((*KINDS[:-1], "other_currency", KINDS[-1]))


def downgrade() -> None:
    """Call such discrepancies by the kind that they had before."""
    op.execute("UPDATE discrepancy SET kind = 'amount_mismatch' WHERE kind = 'other_currency'")
    _replace_kinds(KINDS)


def _replace_kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f(KNOWN), "discrepancy", type_="check")
    add_check(KNOWN, "discrepancy", f"kind IN ({listed})")
