"""Orders, debts and refunds in the state that a test needs."""
