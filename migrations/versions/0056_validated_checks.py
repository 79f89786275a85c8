"""The rows that were there before a check was added are read for it, beside the work that goes on."""

from migrations.online import validate_check

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

CHECKS = (
    ("payable", "payable_held_for_known_check"),
    ("payable", "payable_held_for_a_reason_check"),
    ("notification", "notification_lane_known_check"),
    ("stranger_reply", "stranger_reply_kind_known_check"),
    ("restriction", "restriction_kind_known_check"),
    ("dead_letter", "dead_letter_dropped_by_check"),
    ("hold", "hold_captured_is_current_check"),
    ("refund", "refund_origin_known_check"),
    ("refund", "refund_advance_within_check"),
    ("refund", "refund_asked_by_admin_check"),
    ("refund", "refund_runner_of_part_check"),
    ("review", "review_reason_known_check"),
    ("discrepancy", "discrepancy_kind_known_check"),
    ("dispute", "dispute_stage_known_check"),
    ("discrepancy", "discrepancy_meaning_known_check"),
)


def upgrade() -> None:
    """Validate the checks that former migrations added for new rows alone."""
    for table, name in CHECKS:
        validate_check(name, table)


def downgrade() -> None:
    """Change nothing: a check that holds may stay validated."""
