"""Statements that insert rows of a month ago about an order (`:id`), which audits must find.

No use case would write such rows.
"""

LONG_AGO = "now() - interval '30 days'"
NOW = "now()"


def refund(status: str, *, asked: str = LONG_AGO, settled: str = "NULL") -> str:
    """Insert a refund of 5 that the platform bears."""
    return (
        "INSERT INTO refund (campus_id, order_id, runner_id, asked_by, status, amount, runner_amount, currency,"
        f" payment_intent, refund, reason, asked_at, settled_at) VALUES (0, :id, 0, 0, '{status}', 5, 0, 'sgd',"
        f" (SELECT payment_intent FROM hold WHERE order_id = :id), 're_0', 'cold', {asked}, {settled})"
    )


def dispute(status: str, *, opened: str = LONG_AGO, closed: str = "NULL") -> str:
    """Insert a dispute for which 5 were taken."""
    return (
        "INSERT INTO dispute (campus_id, order_id, dispute, status, amount, withdrawn, currency, reason, opened_at,"
        f" closed_at) VALUES (0, :id, 'du_0', '{status}', 5, 5, 'sgd', 'general', {opened}, {closed})"
    )


def debt(status: str, *, since: str = LONG_AGO, ended: str = LONG_AGO) -> str:
    """Insert a runner's debt of 5."""
    return (
        "INSERT INTO debt (campus_id, order_id, refund_id, runner_id, status, amount, currency, refusal, owed_since,"
        f" ended_at) VALUES (0, :id, 0, 0, '{status}', 5, 'sgd', 'no', {since}, {ended})"
    )


def customer_debt(status: str, *, since: str = LONG_AGO, ended: str = LONG_AGO) -> str:
    """Insert a customer's debt of 5."""
    return (
        "INSERT INTO customer_debt (campus_id, order_id, customer_id, status, amount, currency, refusal, owed_since,"
        f" ended_at) VALUES (0, :id, 0, '{status}', 5, 'sgd', 'no', {since}, {ended})"
    )


def netting(*, at: str) -> str:
    """Net 5 of the order's payable against a debt that does not exist."""
    return (
        "INSERT INTO netting (debt_id, payable_id, amount, netted_at)"
        f" VALUES (0, (SELECT id FROM payable WHERE order_id = :id), 5, {at})"
    )
