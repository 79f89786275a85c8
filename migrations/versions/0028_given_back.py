"""When a runner gave an order back: the risk rules count how often in a day."""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Nobody knows when the earlier ones were given back, so they do not count."""
    op.add_column("barred_runner", sa.Column("given_back_at", sa.DateTime(timezone=True)), if_not_exists=True)
    where = sa.text("given_back_at IS NOT NULL")
    build_index("barred_runner_given_back", "barred_runner", ["person_id", "given_back_at"], where=where)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("barred_runner_given_back", table_name="barred_runner")
    op.drop_column("barred_runner", "given_back_at")
