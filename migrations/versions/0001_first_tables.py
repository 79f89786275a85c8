"""The first tables: places, people, orders, money, sagas, messages, inboxes, and what Postgres itself refuses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (  # in the order in which they may be dropped
    "saga_signal",
    "ledger_entry",
    "timer",
    "saga",
    "push",
    "payable",
    "live_card",
    "ledger_txn",
    "hold",
    "event",
    "barred",
    "orders",
    "menu_item",
    "draft",
    "telegram_update",
    "store",
    "saved_card",
    "membership",
    "ledger_account",
    "drop_point",
    "dialogue",
    "stripe_event",
    "person",
    "campus",
)
FUNCTION_NAMES = ("check_ledger_txn", "written_together", "refuse_change", "check_order_move")
# Frozen text of that day: a migration never follows what the code says later.
FUNCTIONS = (
    """
CREATE FUNCTION check_ledger_txn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE checked bigint := (to_jsonb(NEW)->>TG_ARGV[0])::bigint;
BEGIN
  IF (SELECT count(*) FROM ledger_entry WHERE txn_id = checked) < 2 THEN
    RAISE EXCEPTION 'ledger transaction % has fewer than two lines', checked USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM ledger_entry WHERE txn_id = checked GROUP BY currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'ledger transaction % does not sum to zero', checked USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION written_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT created_at FROM ledger_txn WHERE id = NEW.txn_id) IS DISTINCT FROM transaction_timestamp() THEN
    RAISE EXCEPTION 'ledger lines are written with their transaction' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
""",
    """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
""",
    (
        "\n"
        "CREATE FUNCTION check_order_move() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN\n"
        "  IF OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ('ACCEPTED>CANCELLED', "
        "'ACCEPTED>CREATED', 'ACCEPTED>PLACED', 'ARRIVED>DELIVERED', 'CREATED>ACCEPTED', "
        "'CREATED>CANCELLED', 'CREATED>EXPIRED', 'DELIVERED>COMPLETED', 'ON_THE_WAY>ARRIVED', "
        "'PENDING>CANCELLED', 'PENDING>CREATED', 'PLACED>ON_THE_WAY') THEN\n"
        "    RAISE EXCEPTION 'order % cannot go from % to %', OLD.id, OLD.status, "
        "NEW.status USING ERRCODE = 'check_violation';\n"
        "  END IF;\n"
        "  RETURN NEW;\n"
        "END $$\n"
    ),
)
TRIGGERS = (
    "CREATE CONSTRAINT TRIGGER txn_balanced AFTER INSERT ON ledger_txn DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION check_ledger_txn('id')",
    "CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION check_ledger_txn('txn_id')",
    "CREATE TRIGGER entry_together BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION written_together()",
    "CREATE TRIGGER ledger_txn_append_only BEFORE UPDATE OR DELETE ON ledger_txn"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER ledger_txn_kept BEFORE TRUNCATE ON ledger_txn FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER ledger_entry_kept BEFORE TRUNCATE ON ledger_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER event_kept BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER orders_move BEFORE UPDATE OF status ON orders FOR EACH ROW EXECUTE FUNCTION check_order_move()",
)


def upgrade() -> None:
    """Create everything, what others point at first."""
    create_campus()
    create_person()
    create_stripe_event()
    create_dialogue()
    create_drop_point()
    create_ledger_account()
    create_membership()
    create_saved_card()
    create_store()
    create_telegram_update()
    create_draft()
    create_menu_item()
    create_orders()
    create_barred()
    create_event()
    create_hold()
    create_ledger_txn()
    create_live_card()
    create_payable()
    create_push()
    create_saga()
    create_timer()
    create_ledger_entry()
    create_saga_signal()
    for statement in (*FUNCTIONS, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Drop everything; a table takes its triggers and indexes along."""
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP SEQUENCE draft_version")
    for function in FUNCTION_NAMES:
        op.execute(f"DROP FUNCTION {function}()")


def create_campus() -> None:
    op.create_table(
        "campus",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("runner_group", sa.BigInteger(), nullable=True),
        sa.Column("admin_chat", sa.BigInteger(), nullable=True),
        sa.Column("runner_invite", sa.Text(), nullable=True),
        sa.Column("bot_username", sa.Text(), nullable=True),
        sa.Column("fees", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("windows", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("hours", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("fee_suggestions", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("open_jobs", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("currency ~ '^[a-z]{3}$'", name=op.f("campus_currency_shape_check")),
        sa.CheckConstraint("name ~ '^[a-z][a-z0-9_]{1,30}$'", name=op.f("campus_name_shape_check")),
        sa.CheckConstraint("open_jobs > 0", name=op.f("campus_open_jobs_positive_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("campus_pkey")),
        sa.UniqueConstraint("name", name=op.f("campus_name_key")),
    )


def create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), server_default=sa.text("'en'"), nullable=False),
        sa.Column("stripe_customer", sa.Text(), nullable=True),
        sa.Column("stripe_account", sa.Text(), nullable=True),
        sa.Column("payouts_ready", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pkey")),
        sa.UniqueConstraint("stripe_account", name=op.f("person_stripe_account_key")),
        sa.UniqueConstraint("stripe_customer", name=op.f("person_stripe_customer_key")),
    )


def create_stripe_event() -> None:
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("stripe_event_pkey")),
    )
    op.create_index(
        "stripe_event_open", "stripe_event", ["received_at"], postgresql_where=sa.text("handled_at IS NULL")
    )


def create_dialogue() -> None:
    op.create_table(
        "dialogue",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("expects", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("dialogue_campus_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("dialogue_person_id_fkey")),
        sa.PrimaryKeyConstraint("campus_id", "person_id", name=op.f("dialogue_pkey")),
    )


def create_drop_point() -> None:
    op.create_table(
        "drop_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("spot", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("drop_point_campus_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("drop_point_pkey")),
        sa.UniqueConstraint("campus_id", "building", "spot", name=op.f("drop_point_campus_id_building_spot_key")),
    )


def create_ledger_account() -> None:
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'revenue', 'expense')", name=op.f("ledger_account_kind_known_check")
        ),
        sa.ForeignKeyConstraint(["owner"], ["person.id"], name=op.f("ledger_account_owner_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_account_pkey")),
        sa.UniqueConstraint("code", name=op.f("ledger_account_code_key")),
        sa.UniqueConstraint("id", "currency", name=op.f("ledger_account_id_currency_key")),
    )


def create_membership() -> None:
    op.create_table(
        "membership",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("runner_status", sa.Text(), server_default=sa.text("'none'"), nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reachable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "runner_status IN ('none', 'asked', 'approved', 'suspended')",
            name=op.f("membership_runner_status_known_check"),
        ),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("membership_campus_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("membership_person_id_fkey")),
        sa.PrimaryKeyConstraint("campus_id", "person_id", name=op.f("membership_pkey")),
    )


def create_saved_card() -> None:
    op.create_table(
        "saved_card",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_method", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("exp_month", sa.Integer(), nullable=False),
        sa.Column("exp_year", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("saved_card_person_id_fkey")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("saved_card_pkey")),
    )


def create_store() -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("hours", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("store_campus_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("store_pkey")),
        sa.UniqueConstraint("campus_id", "name", name=op.f("store_campus_id_name_key")),
    )


def create_telegram_update() -> None:
    op.create_table(
        "telegram_update",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("payload", JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("parked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("telegram_update_campus_id_fkey")),
        sa.PrimaryKeyConstraint("campus_id", "update_id", name=op.f("telegram_update_pkey")),
    )
    op.create_index(
        "telegram_update_open",
        "telegram_update",
        ["received_at"],
        postgresql_where=sa.text("handled_at IS NULL AND NOT parked"),
    )


def create_draft() -> None:
    op.execute("CREATE SEQUENCE draft_version")
    op.create_table(
        "draft",
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("nextval('draft_version')"), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("store_name", sa.Text(), nullable=True),
        sa.Column("items", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("drop_point", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("delivery_fee", sa.BigInteger(), nullable=True),
        sa.Column("tip", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("asked_ceiling", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("draft_campus_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("draft_person_id_fkey")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("draft_store_id_fkey")),
        sa.PrimaryKeyConstraint("campus_id", "person_id", name=op.f("draft_pkey")),
    )


def create_menu_item() -> None:
    op.create_table(
        "menu_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("menu_item_price_positive_check")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("menu_item_store_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("menu_item_pkey")),
        sa.UniqueConstraint("store_id", "name", name=op.f("menu_item_store_id_name_key")),
    )


def create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("runner_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("store_name", sa.Text(), nullable=False),
        sa.Column("items", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("drop_point", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("items_cost", sa.BigInteger(), nullable=False),
        sa.Column("shop_limit", sa.BigInteger(), nullable=False),
        sa.Column("delivery_fee", sa.BigInteger(), nullable=False),
        sa.Column("service_fee", sa.BigInteger(), nullable=False),
        sa.Column("tip", sa.BigInteger(), nullable=False),
        sa.Column("platform_basis_points", sa.Integer(), nullable=False),
        sa.Column("ceiling", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("runner_share", sa.BigInteger(), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("hold_checked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("releases", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pin", sa.Text(), nullable=True),
        sa.Column("pin_tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bought_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('PENDING', 'CREATED', 'EXPIRED') AND runner_id IS NULL) OR status = 'CANCELLED' OR"
            " (status NOT IN ('PENDING', 'CREATED', 'EXPIRED') AND runner_id IS NOT NULL)",
            name=op.f("orders_runner_by_status_check"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'CREATED', 'ACCEPTED', 'PLACED', 'ON_THE_WAY', 'ARRIVED', 'DELIVERED',"
            " 'COMPLETED', 'CANCELLED', 'EXPIRED')",
            name=op.f("orders_status_known_check"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('PLACED', 'ON_THE_WAY', 'ARRIVED', 'DELIVERED', 'COMPLETED') OR total IS NOT NULL",
            name=op.f("orders_total_by_status_check"),
        ),
        sa.CheckConstraint(
            "ceiling = shop_limit + delivery_fee + service_fee + tip", name=op.f("orders_ceiling_sum_check")
        ),
        sa.CheckConstraint("receipt > 0 AND receipt <= shop_limit", name=op.f("orders_receipt_within_check")),
        sa.CheckConstraint("runner_id <> customer_id", name=op.f("orders_not_own_check")),
        sa.CheckConstraint("runner_share >= receipt AND runner_share <= total", name=op.f("orders_share_within_check")),
        sa.CheckConstraint(
            "total = receipt + delivery_fee + service_fee + tip AND total <= ceiling",
            name=op.f("orders_total_sum_check"),
        ),
        sa.ForeignKeyConstraint(
            ["campus_id", "customer_id"],
            ["membership.campus_id", "membership.person_id"],
            name=op.f("orders_campus_id_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["campus_id", "runner_id"],
            ["membership.campus_id", "membership.person_id"],
            name=op.f("orders_campus_id_runner_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("orders_campus_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("orders_pkey")),
    )
    op.create_index("orders_customer_idx", "orders", ["campus_id", "customer_id", sa.literal_column("id DESC")])
    op.create_index(
        "orders_runner_idx", "orders", ["campus_id", "runner_id"], postgresql_where=sa.text("runner_id IS NOT NULL")
    )


def create_barred() -> None:
    op.create_table(
        "barred",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("barred_order_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("barred_person_id_fkey")),
        sa.PrimaryKeyConstraint("order_id", "person_id", name=op.f("barred_pkey")),
    )


def create_event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "actor_role IN ('customer', 'runner', 'admin', 'system')", name=op.f("event_actor_role_known_check")
        ),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("event_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("event_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pkey")),
    )
    op.create_index("event_order_idx", "event", ["order_id", "id"])


def create_hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("saga_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payment_intent", sa.Text(), nullable=True),
        sa.Column("charge", sa.Text(), nullable=True),
        sa.Column("captured", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("capture_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approval_url", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(captured > 0) = (status = 'captured')", name=op.f("hold_captured_by_status_check")),
        sa.CheckConstraint(
            "status IN ('requested', 'approval', 'held', 'captured', 'released', 'refused')",
            name=op.f("hold_status_known_check"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('held', 'captured', 'approval') OR payment_intent IS NOT NULL",
            name=op.f("hold_known_check"),
        ),
        sa.CheckConstraint("captured >= 0 AND captured <= amount", name=op.f("hold_captured_within_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("hold_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_pkey")),
        sa.UniqueConstraint("payment_intent", name=op.f("hold_payment_intent_key")),
        sa.UniqueConstraint("saga_id", name=op.f("hold_saga_id_key")),
    )
    op.create_index(
        "hold_one_current",
        "hold",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('requested', 'approval', 'held', 'captured')"),
    )


def create_ledger_txn() -> None:
    op.create_table(
        "ledger_txn",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("posting_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("stripe_object", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("ledger_txn_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_txn_pkey")),
        sa.UniqueConstraint("posting_key", name=op.f("ledger_txn_posting_key_key")),
    )


def create_live_card() -> None:
    op.create_table(
        "live_card",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("delivered_hash", sa.Text(), nullable=True),
        sa.Column("wanted", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("delivered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('customer', 'runner', 'group')", name=op.f("live_card_kind_known_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("live_card_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("live_card_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("live_card_pkey")),
        sa.UniqueConstraint("order_id", "kind", "chat_id", name=op.f("live_card_order_id_kind_chat_id_key")),
    )
    op.create_index("live_card_due", "live_card", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def create_payable() -> None:
    op.create_table(
        "payable",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("runner_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("charge", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("transfer", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'paid') = (transfer IS NOT NULL)", name=op.f("payable_paid_by_transfer_check")),
        sa.CheckConstraint("status IN ('open', 'sending', 'paid')", name=op.f("payable_status_known_check")),
        sa.CheckConstraint("amount > 0", name=op.f("payable_amount_positive_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("payable_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("payable_order_id_fkey")),
        sa.ForeignKeyConstraint(["runner_id"], ["person.id"], name=op.f("payable_runner_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payable_pkey")),
        sa.UniqueConstraint("order_id", name=op.f("payable_order_id_key")),
        sa.UniqueConstraint("transfer", name=op.f("payable_transfer_key")),
    )
    op.create_index("payable_open", "payable", ["runner_id"], postgresql_where=sa.text("status = 'open'"))


def create_push() -> None:
    op.create_table(
        "push",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("args", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("buttons", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'due'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('due', 'sending', 'sent', 'lost', 'dropped')", name=op.f("push_status_known_check")
        ),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("push_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("push_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("push_pkey")),
        sa.UniqueConstraint("name", name=op.f("push_name_key")),
    )
    op.create_index("push_due", "push", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def create_saga() -> None:
    op.create_table(
        "saga",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("turning", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("call", JSONB(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alerted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('done', 'undone')) = (ended_at IS NOT NULL)", name=op.f("saga_ended_by_status_check")
        ),
        sa.CheckConstraint(
            "(status IN ('running', 'turning')) = (wake_at IS NOT NULL)", name=op.f("saga_awake_by_status_check")
        ),
        sa.CheckConstraint("status <> 'stuck' OR error IS NOT NULL", name=op.f("saga_stuck_with_reason_check")),
        sa.CheckConstraint(
            "status IN ('running', 'turning', 'done', 'undone', 'stuck')", name=op.f("saga_status_known_check")
        ),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("saga_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("saga_order_id_fkey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("saga_person_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("saga_pkey")),
        sa.UniqueConstraint("name", name=op.f("saga_name_key")),
        sa.UniqueConstraint("number", name=op.f("saga_number_key")),
    )
    op.create_index("saga_due", "saga", ["wake_at"], postgresql_where=sa.text("wake_at IS NOT NULL"))
    op.create_index("saga_order_idx", "saga", ["order_id"])
    op.create_index("saga_stuck", "saga", ["campus_id"], postgresql_where=sa.text("status = 'stuck'"))


def create_timer() -> None:
    op.create_table(
        "timer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campus_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'set'"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('expire')", name=op.f("timer_kind_known_check")),
        sa.CheckConstraint("status IN ('set', 'fired', 'stopped')", name=op.f("timer_status_known_check")),
        sa.ForeignKeyConstraint(["campus_id"], ["campus.id"], name=op.f("timer_campus_id_fkey")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("timer_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("timer_pkey")),
    )
    op.create_index("timer_due", "timer", ["due_at"], postgresql_where=sa.text("status = 'set'"))
    op.create_index(
        "timer_one_set", "timer", ["order_id", "kind"], unique=True, postgresql_where=sa.text("status = 'set'")
    )


def create_ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("txn_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ledger_entry_amount_moves_check")),
        sa.ForeignKeyConstraint(
            ["account_id", "currency"],
            ["ledger_account.id", "ledger_account.currency"],
            name=op.f("ledger_entry_account_id_currency_fkey"),
        ),
        sa.ForeignKeyConstraint(["txn_id"], ["ledger_txn.id"], name=op.f("ledger_entry_txn_id_fkey")),
        sa.PrimaryKeyConstraint("txn_id", "line", name=op.f("ledger_entry_pkey")),
    )


def create_saga_signal() -> None:
    op.create_table(
        "saga_signal",
        sa.Column("saga_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("seen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["saga_id"], ["saga.id"], name=op.f("saga_signal_saga_id_fkey")),
        sa.PrimaryKeyConstraint("saga_id", "name", name=op.f("saga_signal_pkey")),
    )
    op.create_index("saga_signal_new", "saga_signal", ["saga_id"], postgresql_where=sa.text("NOT seen"))
