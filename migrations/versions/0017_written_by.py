"""A notification that carries words or a photo of a person names them: what one person writes has a cap.

What was written before counts for nobody.
"""

import sqlalchemy as sa
from alembic import op

from migrations.online import build_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and the index by which a person's messages are counted."""
    op.add_column("notification", sa.Column("written_by", sa.BigInteger), if_not_exists=True)
    where = sa.text("written_by IS NOT NULL")
    build_index("notification_written", "notification", ["written_by", "written_at"], where=where)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("notification_written", table_name="notification")
    op.drop_column("notification", "written_by")
