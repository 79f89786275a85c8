"""Triggers that refuse unbalanced postings, changes of history, and order moves that the transition table lacks."""

from domain.order import ORDER_TRANSITIONS

_LEGAL_MOVES = ", ".join(sorted({f"'{before}>{after}'" for (before, _), after in ORDER_TRANSITIONS.items()}))

LEDGER_BALANCE_DDL = """
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
"""
LEDGER_WRITTEN_TOGETHER_DDL = """
CREATE FUNCTION written_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT created_at FROM ledger_txn WHERE id = NEW.txn_id) IS DISTINCT FROM transaction_timestamp() THEN
    RAISE EXCEPTION 'ledger lines are written with their transaction' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
APPEND_ONLY_DDL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
ORDER_MOVE_DDL = f"""
CREATE FUNCTION check_order_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({_LEGAL_MOVES}) THEN
    RAISE EXCEPTION 'order % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGER_DDL = (
    LEDGER_BALANCE_DDL,
    LEDGER_WRITTEN_TOGETHER_DDL,
    APPEND_ONLY_DDL,
    ORDER_MOVE_DDL,
    "CREATE CONSTRAINT TRIGGER txn_balanced AFTER INSERT ON ledger_txn DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION check_ledger_txn('id')",
    "CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION check_ledger_txn('txn_id')",
    "CREATE TRIGGER entry_together BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION written_together()",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in ("ledger_txn", "ledger_entry", "event_log")
    ),
    *(
        f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in ("ledger_txn", "ledger_entry", "event_log")
    ),
    "CREATE TRIGGER orders_move BEFORE UPDATE OF status ON orders FOR EACH ROW EXECUTE FUNCTION check_order_move()",
)
