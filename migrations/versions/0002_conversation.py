"""What the conversation needs beside the order: invitations, photos, silence, ratings, problems, closed purchases."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOVES_BEFORE = (
    "'ACCEPTED>CANCELLED', 'ACCEPTED>CREATED', 'ACCEPTED>PLACED', 'ARRIVED>DELIVERED', 'CREATED>ACCEPTED',"
    " 'CREATED>CANCELLED', 'CREATED>EXPIRED', 'DELIVERED>COMPLETED', 'ON_THE_WAY>ARRIVED', 'PENDING>CANCELLED',"
    " 'PENDING>CREATED', 'PLACED>ON_THE_WAY'"
)
MOVES = (
    "'ACCEPTED>CANCELLED', 'ACCEPTED>CREATED', 'ACCEPTED>PLACED', 'ARRIVED>CANCELLED', 'ARRIVED>DELIVERED',"
    " 'CREATED>ACCEPTED', 'CREATED>CANCELLED', 'CREATED>EXPIRED', 'DELIVERED>COMPLETED', 'ON_THE_WAY>ARRIVED',"
    " 'ON_THE_WAY>CANCELLED', 'ON_THE_WAY>DELIVERED', 'PENDING>CANCELLED', 'PENDING>CREATED', 'PLACED>CANCELLED',"
    " 'PLACED>DELIVERED', 'PLACED>ON_THE_WAY'"
)
ORDER_MOVES = """
CREATE OR REPLACE FUNCTION check_order_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({moves}) THEN
    RAISE EXCEPTION 'order % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
TIMERS = "kind IN ('expire', 'nudge', 'odds', 'sign_of_life', 'silence', 'reminder', 'absent')"


def upgrade() -> None:
    """Add; who was a member before the invitations stays one."""
    change_campus()
    change_orders()
    change_messages()
    create_aftercare()
    op.alter_column("payable", "charge", nullable=True)
    op.drop_constraint("timer_kind_known_check", "timer")
    op.create_check_constraint(op.f("timer_kind_known_check"), "timer", TIMERS)
    op.execute(ORDER_MOVES.format(moves=MOVES))


def downgrade() -> None:
    """Take it away again; IntegrityError when rows need what there was not."""
    op.execute(ORDER_MOVES.format(moves=MOVES_BEFORE))
    op.drop_constraint("timer_kind_known_check", "timer")
    op.create_check_constraint(op.f("timer_kind_known_check"), "timer", "kind IN ('expire')")
    op.alter_column("payable", "charge", nullable=False)
    op.drop_table("problem_case")
    op.drop_table("rating")
    op.drop_index("push_order_idx", "push")
    op.drop_index("push_message", "push")
    op.drop_index("live_card_message", "live_card")
    op.drop_constraint("orders_borne_by_end_check", "orders")
    for table, columns in (
        ("push", ("photo", "silent", "message_id")),
        ("orders", ("borne_by", "receipt_photo", "proof_photo")),
        ("membership", ("admitted", "default_place")),
        ("campus", ("pause_reason", "invite_code", "open_to_all")),
        ("dialogue", ("detail",)),
    ):
        for column in columns:
            op.drop_column(table, column)


def change_campus() -> None:
    random_code = sa.text("substr(md5((gen_random_uuid())::text), 1, 12)")
    off = sa.text("false")
    op.add_column("campus", sa.Column("pause_reason", sa.Text(), nullable=True))
    op.add_column("campus", sa.Column("invite_code", sa.Text(), server_default=random_code, nullable=False))
    op.add_column("campus", sa.Column("open_to_all", sa.Boolean(), server_default=off, nullable=False))
    op.create_check_constraint(op.f("campus_invite_code_shape_check"), "campus", "invite_code ~ '^[A-Za-z0-9-]{4,40}$'")
    op.add_column("membership", sa.Column("admitted", sa.Boolean(), server_default=off, nullable=False))
    op.add_column("membership", sa.Column("default_place", sa.Text(), nullable=True))
    op.execute("UPDATE membership SET admitted = true")


def change_orders() -> None:
    for column in ("borne_by", "receipt_photo", "proof_photo"):
        op.add_column("orders", sa.Column(column, sa.Text(), nullable=True))
    op.create_check_constraint(op.f("orders_borne_by_known_check"), "orders", "borne_by IN ('runner', 'platform')")
    op.create_check_constraint(
        op.f("orders_borne_by_end_check"),
        "orders",
        "(borne_by IS NOT NULL) = coalesce(end_reason = 'closed', false)",
    )


def change_messages() -> None:
    op.create_index("live_card_message", "live_card", ["chat_id", "message_id"])
    op.add_column("dialogue", sa.Column("detail", sa.Text(), nullable=True))
    op.add_column("push", sa.Column("photo", sa.Text(), nullable=True))
    op.add_column("push", sa.Column("silent", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("push", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.create_index("push_order_idx", "push", ["order_id", "chat_id"])
    op.create_index(
        "push_message", "push", ["chat_id", "message_id"], postgresql_where=sa.text("message_id IS NOT NULL")
    )


def create_aftercare() -> None:
    praise = "reason IN ('fast', 'friendly', 'careful', 'late', 'cold', 'unfriendly')"
    op.create_table(
        "rating",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(praise, name=op.f("rating_reason_known_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("rating_order_id_fkey")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("rating_pkey")),
    )
    op.create_table(
        "problem_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("messages", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('missing', 'wrong', 'cold', 'not_here', 'other', 'question')",
            name=op.f("problem_case_kind_known_check"),
        ),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("problem_case_status_known_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("problem_case_campus_id_fkey")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("problem_case_opened_by_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("problem_case_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("problem_case_pkey")),
    )
    is_open = sa.text("status = 'open'")
    op.create_index("problem_case_one_open", "problem_case", ["order_id"], unique=True, postgresql_where=is_open)
    op.create_index("problem_case_campus_idx", "problem_case", ["campus_id"], postgresql_where=is_open)
