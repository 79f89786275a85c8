"""The trigger that refuses changes of history, and the statements that put it on a table."""

APPEND_ONLY_DDL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only_triggers(table: str) -> tuple[str, str]:
    """Return the statements that make a table append-only."""
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )


EVENT_LOG_TRIGGERS = (APPEND_ONLY_DDL, *append_only_triggers("event_log"))
