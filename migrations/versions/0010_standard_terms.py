"""Standard terms for tables, columns and stored values, and fences of the outbox.

This is the only migration that needs a stop: stop all bots and workers, wait until they have drained, migrate, and
start the new release. Workers of the former release do not know the new names, and new workers not the former ones.

Idempotency keys and metadata that Stripe knows stay as they were issued. So a call that was prepared before the stop is
sent again after it under the same key. Callback data of sent buttons, event-log rows, ledger postings and invite
payloads stay as well.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Names = Mapping[str, str]

TABLES = {
    "live_card": "order_message",
    "push": "notification",
    "difference": "discrepancy",
    "reading": "list_cursor",
    "event": "event_log",
    "dialogue": "conversation_state",
    "barred": "barred_runner",
    "parked": "dead_letter",
}
COLUMNS = (  # table by its new name, former column, new column
    ("order_message", "delivered_hash", "sent_hash"),
    ("order_message", "wanted", "requested_revision"),
    ("order_message", "delivered", "sent_revision"),
    ("conversation_state", "expects", "pending_input"),
    ("refund", "hers", "runner_amount"),
    ("discrepancy", "ours", "local_value"),
    ("discrepancy", "theirs", "remote_value"),
    ("discrepancy", "look_wanted_at", "recheck_requested_at"),
    ("discrepancy", "looked_for", "recheck_chat_id"),
    ("list_cursor", "held_back", "watermark"),
    ("saga", "turning", "compensating"),
    ("telegram_update", "parked", "dead_lettered"),
    ("dead_letter", "parked_at", "dead_since"),
)
INDEXES = {
    "live_card_message": "order_message_message",
    "live_card_due": "order_message_due",
    "push_message": "notification_message",
    "push_order_idx": "notification_order_idx",
    "push_due": "notification_due",
    "reading_due": "list_cursor_due",
    "difference_open": "discrepancy_open",
    "difference_wanted": "discrepancy_recheck_requested",
    "parked_open": "dead_letter_open",
    "event_order_idx": "event_log_order_idx",
}
TRIGGERS = (
    ("event_log", "event_append_only", "event_log_append_only"),
    ("event_log", "event_kept", "event_log_kept"),
)
# Columns with a check of their values: table, column, all values as they are after the upgrade, and those that change.
VALUES = (
    (
        "saga",
        "status",
        ("running", "compensating", "done", "compensated", "stuck", "resolved"),
        {"turning": "compensating", "undone": "compensated"},
    ),
    ("hold", "part", ("current", "replacement", "former"), {"candidate": "replacement"}),
    ("debt", "status", ("open", "waived", "void", "netted"), {"let_go": "waived"}),
    ("customer_debt", "status", ("open", "paid", "waived"), {"let_go": "waived"}),
    (
        "timer",
        "kind",
        ("expire", "nudge", "odds", "runner_check_in", "check_in_deadline", "reminder", "absent"),
        {"sign_of_life": "runner_check_in", "silence": "check_in_deadline"},
    ),
    (
        "notification",
        "status",
        ("due", "sending", "sent", "outcome_unknown", "dropped"),
        {"lost": "outcome_unknown"},
    ),
    (
        "dead_letter",
        "kind",
        ("update", "stripe_event", "notification", "order_message", "timer"),
        {"event": "stripe_event", "push": "notification", "card": "order_message"},
    ),
    (
        "discrepancy",
        "kind",
        (
            "unknown_intent",
            "unknown_transfer",
            "unknown_refund",
            "late_intent",
            "late_transfer",
            "hold_mismatch",
            "orphan_payout",
            "not_booked",
            "amount_mismatch",
            "balance_mismatch",
        ),
        {
            "hold_elsewhere": "hold_mismatch",
            "payout_alone": "orphan_payout",
            "amount_differs": "amount_mismatch",
            "balance_differs": "balance_mismatch",
        },
    ),
)
PENDING_INPUTS = {
    "forgive": "waive_customer_debt",
    "case_more": "case_addition",
    "my_place": "default_place",
    "settle": "settle_discrepancy",
    "resolve": "resolve_saga",
    "drop": "drop_dead_letter",
}
KINDS = {"let_card_go": "detach_replaced_card"}
CALLS = {
    "authorize_candidate": "authorize_replacement_hold",
    "release_candidate": "release_replacement_hold",
    "release_former": "release_former_hold",
    "drop_charge": "cancel_debt_charge",
    "look_at_payouts": "refresh_payouts",
    "look_at_dispute": "refresh_dispute",
    "look_at_refund": "refresh_refund",
}
SIGNALS = {"candidate_held": "replacement_held", "overtaken": "order_changed"}
CALL_KEYS = {"unclear": "unknown_outcomes", "unclear_at": "outcome_unknown_at", "renewed": "rekeyed"}
DATA_KEYS = {"hold_call": "hold_request", "unclear_at": "outcome_unknown_at"}
WINDOWS = {
    "sign_of_life": "runner_check_in",
    "answer": "check_in_answer",
    "bought_silence": "runner_check_in_bought",
}
ARGUMENTS = {"ours": "local_value", "theirs": "remote_value", "hers": "runner_amount"}
ARGUMENT_KINDS = {  # variants of the sentences about dead letters and discrepancies
    "push": "notification",
    "card": "order_message",
    "event": "stripe_event",
    "perhaps": "outcome_unknown",
    "hold_elsewhere": "hold_mismatch",
    "payout_alone": "orphan_payout",
    "amount_differs": "amount_mismatch",
    "balance_differs": "balance_mismatch",
}
KINDED = ("push-parked", "push-difference", "push-difference-gone", "push-difference-stays")
SENTENCES = {
    "push-above-limit": "notification-limit-exceeded-admins",
    "push-dearer": "notification-limit-increase-requested",
    "push-debt": "notification-runner-debt-admins",
    "push-debt-forgiven": "notification-debt-waived",
    "push-debt-unclear": "notification-debt-outcome-unknown",
    "push-difference": "notification-discrepancy",
    "push-difference-gone": "notification-discrepancy-gone",
    "push-difference-stays": "notification-discrepancy-remains",
    "push-hold-dying": "notification-hold-expiring",
    "push-left": "notification-food-left",
    "push-limit-raised": "notification-limit-increased",
    "push-limit-not-raised": "notification-limit-not-increased",
    "push-not-heard": "notification-relay-undelivered",
    "push-perhaps-not-heard": "notification-relay-outcome-unknown",
    "push-parked": "notification-dead-letter",
    "push-raise-approval": "notification-price-increase-approval",
    "push-raise-declined": "notification-price-increase-declined",
    "push-raise-not-reached": "notification-price-increase-not-reached",
    "push-raise-overtaken": "notification-price-increase-order-changed",
    "push-raise-unapproved": "notification-price-increase-unapproved",
    "push-sign-of-life": "notification-runner-check-in",
    "push-sign-of-life-bought": "notification-runner-check-in-bought",
    "button-look-again": "button-recheck",
    "button-on-it": "button-check-in",
    "button-parked": "button-dead-letters",
    "button-raise-fee": "button-increase-fee",
    "bot-button-differences": "bot-button-discrepancies",
    "bot-button-look-at-difference": "bot-button-recheck-discrepancy",
    "bot-button-look-again": "bot-button-try-again",
    "bot-button-forgive": "bot-button-waive-customer-debt",
    "bot-button-let-be": "bot-button-do-not-pass-on",
    "bot-button-let-go": "bot-button-waive-runner-debt",
    "bot-button-let-go-sure": "bot-button-waive-runner-debt-sure",
    "bot-button-parked": "bot-button-dead-letters",
    "bot-button-parked-back": "bot-button-dead-letters-back",
    "error-job-not-yours": "error-delivery-not-yours",
    "error-payout-under-way": "error-payout-in-flight",
    "error-price-moved": "error-price-changed",
    "error-raise-under-way": "error-price-increase-in-flight",
    "error-owes-money": "error-debt-outstanding",
    "error-too-many-jobs": "error-too-many-deliveries",
}
PREFIX = ("push-", "notification-")


def upgrade() -> None:
    """Rename, then write the new values; fences begin at 0, because nothing is in flight during the stop."""
    for former, name in TABLES.items():
        rename_table(former, name)
    for table, former, name in COLUMNS:
        rename_column(table, former, name)
    rename_rest()
    for table in ("order_message", "notification"):
        op.add_column(table, sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False))
    write_checked_values(new=True)
    write_sagas(CALLS, SIGNALS, CALL_KEYS, DATA_KEYS, KINDS)
    write_values("conversation_state", "pending_input", PENDING_INPUTS)
    write_keys("campus", "windows", WINDOWS)
    write_arguments(KINDED, ARGUMENTS, ARGUMENT_KINDS)
    write_sentences(SENTENCES, PREFIX)


def downgrade() -> None:
    """Do the reverse, also during a stop."""
    write_sentences(reverse(SENTENCES), (PREFIX[1], PREFIX[0]))
    write_arguments(KINDED, reverse(ARGUMENTS), reverse(ARGUMENT_KINDS))
    write_keys("campus", "windows", reverse(WINDOWS))
    write_values("conversation_state", "pending_input", reverse(PENDING_INPUTS))
    write_sagas(reverse(CALLS), reverse(SIGNALS), reverse(CALL_KEYS), reverse(DATA_KEYS), reverse(KINDS))
    write_checked_values(new=False)
    for table in ("order_message", "notification"):
        op.drop_column(table, "fence")
    rename_rest(back=True)
    for table, former, name in reversed(COLUMNS):
        rename_column(table, name, former)
    for former, name in reversed(TABLES.items()):
        rename_table(name, former)


def reverse(names: Names) -> dict[str, str]:
    return {name: former for former, name in names.items()}


def rename_table(former: str, name: str) -> None:
    """Rename the table, its identity sequence, and the constraints that carry its name."""
    op.rename_table(former, name)
    op.execute(f"ALTER SEQUENCE IF EXISTS {former}_id_seq RENAME TO {name}_id_seq")
    rename_constraints(name, f"{former}_", f"{name}_")


def rename_column(table: str, former: str, name: str) -> None:
    op.alter_column(table, former, new_column_name=name)
    rename_constraints(table, f"{table}_{former}_", f"{table}_{name}_")


def rename_constraints(table: str, prefix: str, new_prefix: str) -> None:
    """Rename constraints that are named after their table or column: Postgres keeps the former names."""
    op.execute(
        f"""
        DO $$ DECLARE former text; BEGIN
          FOR former IN SELECT conname FROM pg_constraint
            WHERE conrelid = '{table}'::regclass AND starts_with(conname, '{prefix}')
          LOOP
            EXECUTE format('ALTER TABLE {table} RENAME CONSTRAINT %I TO %I', former,
                           '{new_prefix}' || substr(former, {len(prefix) + 1}));
          END LOOP;
        END $$
        """
    )


def rename_rest(*, back: bool = False) -> None:
    for former, name in INDEXES.items():
        op.execute(f"ALTER INDEX {name if back else former} RENAME TO {former if back else name}")
    for table, former, name in TRIGGERS:
        op.execute(f"ALTER TRIGGER {name if back else former} ON {table} RENAME TO {former if back else name}")


def case_of(value: str, names: Names) -> str:
    """Return SQL for the other name of `value`, or `value` itself when it has none."""
    whens = " ".join(f"WHEN '{former}' THEN '{name}'" for former, name in names.items())
    return f"CASE {value} {whens} ELSE {value} END"


def any_of(names: Names) -> str:
    return ", ".join(f"'{former}'" for former in names)


def write_values(table: str, column: str, names: Names) -> None:
    op.execute(f"UPDATE {table} SET {column} = {case_of(column, names)} WHERE {column} IN ({any_of(names)})")


def write_checked_values(*, new: bool) -> None:
    """Write values that checks and a partial index name: drop these first, and create them with the other values."""
    for check in ("saga_ended_by_status_check", "saga_awake_by_status_check"):
        op.drop_constraint(check, "saga")
    op.drop_index("hold_one_candidate" if new else "hold_one_replacement", table_name="hold")
    for table, column, values, names in VALUES:
        changes = names if new else reverse(names)
        allowed = values if new else tuple(changes.get(value, value) for value in values)
        check = f"{table}_{column}_known_check"
        op.drop_constraint(check, table)
        write_values(table, column, changes)
        listed = ", ".join(f"'{value}'" for value in allowed)
        op.create_check_constraint(op.f(check), table, f"{column} IN ({listed})")
    make_saga_checks(*(("compensating", "compensated") if new else ("turning", "undone")))
    part = "replacement" if new else "candidate"
    one_part = sa.text(f"part = '{part}'")
    op.create_index(f"hold_one_{part}", "hold", ["order_id"], unique=True, postgresql_where=one_part)


def make_saga_checks(compensating: str, compensated: str) -> None:
    ended = f"(status IN ('done', '{compensated}', 'resolved')) = (ended_at IS NOT NULL)"
    awake = f"(status IN ('running', '{compensating}')) = (wake_at IS NOT NULL)"
    op.create_check_constraint(op.f("saga_ended_by_status_check"), "saga", ended)
    op.create_check_constraint(op.f("saga_awake_by_status_check"), "saga", awake)


def write_sagas(calls: Names, signals: Names, call_keys: Names, data_keys: Names, kinds: Names) -> None:
    """Write names, kinds, signals and JSON of saga runs; the idempotency keys in the JSON stay."""
    for former, kind in kinds.items():
        renamed = f"'{kind}' || substr(name, {len(former) + 1})"
        op.execute(f"UPDATE saga SET kind = '{kind}', name = {renamed} WHERE kind = '{former}'")
        refused = f"refused:{former}:"
        op.execute(
            f"UPDATE notification SET name = 'refused:{kind}:' || substr(name, {len(refused) + 1})"
            f" WHERE starts_with(name, '{refused}')"
        )
    call = case_of("call ->> 'name'", calls)
    op.execute(
        f"UPDATE saga SET call = jsonb_set(call, '{{name}}', to_jsonb({call}))"
        f" WHERE call ->> 'name' IN ({any_of(calls)})"
    )
    write_keys("saga", "call", call_keys)
    write_keys("saga", "data", data_keys)
    write_values("saga", "reason", signals)
    write_values("saga_signal", "name", signals)
    former, name = ("hint:", "stripe_event:") if calls is CALLS else ("stripe_event:", "hint:")
    op.execute(
        f"UPDATE saga_signal SET name = '{name}' || substr(name, {len(former) + 1}) WHERE starts_with(name, '{former}')"
    )
    renamed = (
        f"SELECT jsonb_agg(to_jsonb({case_of('one', signals)})) FROM jsonb_array_elements_text(data -> 'signals') one"
    )
    op.execute(
        f"UPDATE saga SET data = jsonb_set(data, '{{signals}}', ({renamed}))"
        " WHERE jsonb_array_length(coalesce(data -> 'signals', '[]')) > 0"
    )


def write_keys(table: str, column: str, names: Names) -> None:
    """Rename keys of a JSON object; their values stay."""
    for former, name in names.items():
        op.execute(
            f"UPDATE {table} SET {column} = ({column} - '{former}')"
            f" || jsonb_build_object('{name}', {column} -> '{former}')"
            f" WHERE {column} ? '{former}'"
        )


def write_arguments(keys: tuple[str, ...], arguments: Names, kinds: Names) -> None:
    """Rename arguments of stored sentences; `keys` are the former names of sentences with another `kind`."""
    write_keys("notification", "args", arguments)
    listed = ", ".join(f"'{key}'" for key in keys)
    kind = case_of("args ->> 'kind'", kinds)
    op.execute(
        f"UPDATE notification SET args = jsonb_set(args, '{{kind}}', to_jsonb({kind}))"
        f" WHERE key IN ({listed}) AND args ->> 'kind' IN ({any_of(kinds)})"
    )


def write_sentences(names: Names, prefix: tuple[str, str]) -> None:
    """Rename keys of sentences: of notifications and buttons, in names of notifications, refusals and dead letters."""
    former, other = prefix
    whens = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in names.items())
    op.execute(
        "CREATE FUNCTION pg_temp.renamed(key text) RETURNS text IMMUTABLE LANGUAGE sql AS $$"
        f" SELECT CASE key {whens}"
        f" ELSE CASE WHEN starts_with(key, '{former}') THEN '{other}' || substr(key, {len(former) + 1})"
        " ELSE key END END $$"
    )
    op.execute(
        "UPDATE notification SET name = pg_temp.renamed(key) || substr(name, length(key) + 1)"
        " WHERE starts_with(name, key || ':')"
    )
    op.execute("UPDATE notification SET key = pg_temp.renamed(key) WHERE key <> pg_temp.renamed(key)")
    op.execute(
        "UPDATE notification SET buttons = (SELECT jsonb_agg("
        "CASE WHEN button ? 'key' THEN jsonb_set(button, '{key}', to_jsonb(pg_temp.renamed(button ->> 'key')))"
        " ELSE button END ORDER BY number)"
        " FROM jsonb_array_elements(buttons) WITH ORDINALITY AS listed (button, number))"
        " WHERE jsonb_array_length(buttons) > 0"
    )
    first = "split_part(shown, ' ', 1)"
    op.execute(f"UPDATE dead_letter SET shown = pg_temp.renamed({first}) || substr(shown, length({first}) + 1)")
    for table, column in (("saga", "reason"), ("telegram_update", "error")):
        op.execute(
            f"UPDATE {table} SET {column} = pg_temp.renamed({column}) WHERE {column} <> pg_temp.renamed({column})"
        )
    op.execute("DROP FUNCTION pg_temp.renamed(text)")
