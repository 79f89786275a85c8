"""Payables may be held until a time, for a reason: what was handed over without the PIN waits for the problem window.

What was booked before is not held.
"""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check, build_index

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

HELD = sa.text("held_until IS NOT NULL AND status = 'open'")


def upgrade() -> None:
    """Add the columns, their checks, and the index by which workers find those whose time has passed."""
    op.add_column("payable", sa.Column("held_until", sa.DateTime(timezone=True)), if_not_exists=True)
    op.add_column("payable", sa.Column("held_for", sa.Text), if_not_exists=True)
    build_index("payable_held", "payable", ["held_until"], where=HELD)
    add_check("payable_held_for_known_check", "payable", "held_for IN ('left', 'finished', 'no_receipt')")
    add_check("payable_held_for_a_reason_check", "payable", "(held_until IS NULL) = (held_for IS NULL)")


def downgrade() -> None:
    """Drop them. The former release starts no payout that waits, so what is held is listed in /stuck, to be sent again.

    The reason in that list is the one that offers [Send again]: that the platform lacks funds.
    """
    op.execute(
        "UPDATE payable SET refusal = 'balance_insufficient'"
        " WHERE held_until IS NOT NULL AND status = 'open' AND refusal IS NULL"
    )
    op.drop_index("payable_held", table_name="payable")
    op.drop_column("payable", "held_until")
    op.drop_column("payable", "held_for")
