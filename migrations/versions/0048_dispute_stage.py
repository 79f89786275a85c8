"""How far a bank goes with a dispute: it only asks, it disputes, or it disputes what it only asked about before."""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the stage; of a dispute that is open now, the next event about it says whether it is an inquiry."""
    op.add_column("dispute", sa.Column("stage", sa.Text(), server_default=sa.text("'dispute'"), nullable=False))
    add_check("dispute_stage_known_check", "dispute", "stage IN ('inquiry', 'dispute', 'escalated')")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("dispute", "stage")
