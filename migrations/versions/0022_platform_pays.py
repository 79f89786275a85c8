"""Pay that the platform bears waits: of a customer who was not charged, and of a purchase that an admin closed."""

from alembic import op

from migrations.online import add_check

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KNOWN = "payable_held_for_known_check"
FORMER = "'left', 'finished', 'no_receipt', 'first', 'review'"


def upgrade() -> None:
    """Know two more reasons of held pay."""
    op.drop_constraint(op.f(KNOWN), "payable")
    add_check(KNOWN, "payable", f"held_for IN ({FORMER}, 'unpaid', 'closed')")


def downgrade() -> None:
    """Hold such pay like that of a delivery which an admin finished, until its time."""
    op.drop_constraint(op.f(KNOWN), "payable")
    op.execute("UPDATE payable SET held_for = 'finished' WHERE held_for IN ('unpaid', 'closed')")
    op.create_check_constraint(op.f(KNOWN), "payable", f"held_for IN ({FORMER})")
