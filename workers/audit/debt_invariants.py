"""The checks of customer debts: each is a pure function of the snapshot and returns a sentence for each breach."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import RowMapping

from domain.payments.model import CustomerDebtStatus
from workers.audit.account_sums import wanted_accounts
from workers.audit.snapshot_repository import AuditSnapshot

_KINDS = ("unpaid", "settled", "forgiven")


def customer_debts_by_order(snapshot: AuditSnapshot) -> Mapping[int, RowMapping]:
    """Return order id -> its customer debt."""
    return {row["order_id"]: row for row in snapshot.customer_debts}


def find_capture_breaches(snapshot: AuditSnapshot, order: RowMapping, captured: int) -> list[str]:
    """Find completed orders that were neither captured in full nor became a customer debt of the same amount."""
    debt = customer_debts_by_order(snapshot).get(order["id"])
    collected = debt is None or debt["status"] == CustomerDebtStatus.PAID
    expected = order["total"] if collected else 0
    breaches = [] if captured == expected else [f"order {order['id']}: captured {captured}, total {order['total']}"]
    if debt is not None and debt["amount"] != order["total"]:
        breaches.append(f"order {order['id']}: its customer owes {debt['amount']}, total {order['total']}")
    return breaches


def find_debts_of_uncompleted_orders(snapshot: AuditSnapshot) -> list[str]:
    """Find debts of orders that are not completed."""
    done = {row["id"] for row in snapshot.orders if row["status"] == "COMPLETED"}
    return [
        f"order {order}: its customer owes, and it is not completed"
        for order in customer_debts_by_order(snapshot).keys() - done
    ]


def find_customer_debt_account_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find ledger accounts of customer debts with other balances than the sums of the rows."""
    names = ("customer_debt:", "bad_debts:")
    expected = {code: amount for code, amount in wanted_accounts(snapshot).items() if code.startswith(names)}
    ledger_balances = {row["code"]: row["balance"] for row in snapshot.balances if row["code"].startswith(names)}
    return [
        f"{code}: {ledger_balances.get(code, 0)} in the ledger, the rows say {expected.get(code, 0)}"
        for code in sorted({*ledger_balances, *expected})
        if ledger_balances.get(code, 0) != expected.get(code, 0)
    ]


def find_customer_debt_posting_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find postings of debts that are missing, doubled, or without a debt."""
    booked = Counter((row["kind"], row["order_id"]) for row in snapshot.postings if row["kind"] in _KINDS)
    expected = Counter[tuple[str, int]]()
    for row in snapshot.customer_debts:
        expected["unpaid", row["order_id"]] = 1
        if row["status"] == CustomerDebtStatus.PAID:
            expected["settled", row["order_id"]] = 1
        elif row["status"] == CustomerDebtStatus.WAIVED:
            expected["forgiven", row["order_id"]] = 1
    return [
        f"{kind} of order {order} booked {booked[kind, order]} times"
        for kind, order in sorted({*booked, *expected})
        if booked[kind, order] != expected[kind, order]
    ]
