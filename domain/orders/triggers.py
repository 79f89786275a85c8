"""The trigger that refuses an order move that the transition table lacks."""

from domain.orders.states import ORDER_TRANSITIONS

_LEGAL_MOVES = ", ".join(sorted({f"'{before}>{after}'" for (before, _), after in ORDER_TRANSITIONS.items()}))

ORDER_MOVE_DDL = f"""
CREATE FUNCTION check_order_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({_LEGAL_MOVES}) THEN
    RAISE EXCEPTION 'order % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

ORDER_TRIGGERS = (
    ORDER_MOVE_DDL,
    "CREATE TRIGGER orders_move BEFORE UPDATE OF status ON orders FOR EACH ROW EXECUTE FUNCTION check_order_move()",
)
