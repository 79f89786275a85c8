"""Each notification has a lane, and workers find what is due lane by lane.

What waits from before and is no correspondence is sent with the order messages. So is what a bot of the former release
writes during an upgrade.
"""

import sqlalchemy as sa
from alembic import op

from migrations.online import add_check, build_index

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CORRESPONDENCE = "key LIKE 'notification-case-%' OR key LIKE 'notification-relay%' OR key LIKE 'notification-team-%'"
WAITING = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Add the lane with a value for every row, and the indexes of the statements that find what is due."""
    lane = sa.Column("lane", sa.Text, nullable=False, server_default="order")
    op.add_column("notification", lane, if_not_exists=True)
    build_index("notification_lane_due", "notification", ["lane", "due_at"], where=WAITING)
    build_index("notification_waiting", "notification", ["chat_id", "lane", "id"], where=WAITING)
    op.execute(f"UPDATE notification SET lane = 'correspondence' WHERE due_at IS NOT NULL AND ({CORRESPONDENCE})")
    add_check("notification_lane_known_check", "notification", "lane IN ('money', 'order', 'correspondence')")


def downgrade() -> None:
    """Drop them: the former release sends to each chat in the order of writing."""
    op.drop_index("notification_waiting", table_name="notification")
    op.drop_index("notification_lane_due", table_name="notification")
    op.drop_column("notification", "lane")
