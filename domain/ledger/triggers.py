"""Triggers that refuse unbalanced postings and changes of the ledger."""

from domain.database.triggers import append_only_triggers

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

LEDGER_TRIGGERS = (
    LEDGER_BALANCE_DDL,
    LEDGER_WRITTEN_TOGETHER_DDL,
    "CREATE CONSTRAINT TRIGGER txn_balanced AFTER INSERT ON ledger_txn DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION check_ledger_txn('id')",
    "CREATE CONSTRAINT TRIGGER entry_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION check_ledger_txn('txn_id')",
    "CREATE TRIGGER entry_together BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION written_together()",
    *append_only_triggers("ledger_txn"),
    *append_only_triggers("ledger_entry"),
)
