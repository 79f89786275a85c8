"""Each notification has a lane, and workers find what is due lane by lane.

What waits from before and is no correspondence is sent with the order messages. So is what a bot of the former release
writes during an upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CORRESPONDENCE = "key LIKE 'notification-case-%' OR key LIKE 'notification-relay%' OR key LIKE 'notification-team-%'"
WAITING = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Add the lane with a value for every row, and the indexes of the statements that find what is due."""
    op.add_column("notification", sa.Column("lane", sa.Text, nullable=False, server_default="order"))
    op.execute(f"UPDATE notification SET lane = 'correspondence' WHERE due_at IS NOT NULL AND ({CORRESPONDENCE})")
    op.create_check_constraint(
        op.f("notification_lane_known_check"), "notification", "lane IN ('money', 'order', 'correspondence')"
    )
    op.create_index("notification_lane_due", "notification", ["lane", "due_at"], postgresql_where=WAITING)
    # short: few rows wait, and the column above is written under the same lock
    op.create_index("notification_waiting", "notification", ["chat_id", "lane", "id"], postgresql_where=WAITING)


def downgrade() -> None:
    """Drop them: the former release sends to each chat in the order of writing."""
    op.drop_index("notification_waiting", table_name="notification")
    op.drop_index("notification_lane_due", table_name="notification")
    op.drop_column("notification", "lane")
