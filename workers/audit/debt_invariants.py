"""The checks of customer debts: each is a pure function of the snapshot and returns a sentence for each breach."""

from collections import Counter
from collections.abc import Mapping

from domain.orders.states import Order, OrderStatus
from domain.payments.model import CustomerDebt, CustomerDebtStatus
from workers.audit.account_sums import wanted_accounts
from workers.audit.snapshot import AuditSnapshot

_KINDS = ("unpaid", "settled", "forgiven")


def customer_debts_by_order(snapshot: AuditSnapshot) -> Mapping[int, CustomerDebt]:
    """Return order id -> its customer debt."""
    return {debt.order_id: debt for debt in snapshot.customer_debts}


def find_capture_breaches(snapshot: AuditSnapshot, order: Order, captured: int) -> list[str]:
    """Find completed orders that were neither captured in full nor became a customer debt of the same amount."""
    debt = customer_debts_by_order(snapshot).get(order.id)
    collected = debt is None or debt.status is CustomerDebtStatus.PAID
    expected = order.total if collected else 0
    breaches = [] if captured == expected else [f"order {order.id}: captured {captured}, total {order.total}"]
    if debt is not None and debt.amount != order.total:
        breaches.append(f"order {order.id}: its customer owes {debt.amount}, total {order.total}")
    return breaches


def find_debts_of_uncompleted_orders(snapshot: AuditSnapshot) -> list[str]:
    """Find debts of orders that are not completed."""
    done = {order.id for order in snapshot.orders if order.status is OrderStatus.COMPLETED}
    return [
        f"order {order}: its customer owes, and it is not completed"
        for order in customer_debts_by_order(snapshot).keys() - done
    ]


def find_customer_debt_account_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find ledger accounts of customer debts with other balances than the sums of the rows."""
    names = ("customer_debt:", "bad_debts:")
    expected = {code: amount for code, amount in wanted_accounts(snapshot).items() if code.startswith(names)}
    ledger_balances = {account.code: account.balance for account in snapshot.balances if account.code.startswith(names)}
    return [
        f"{code}: {ledger_balances.get(code, 0)} in the ledger, the rows say {expected.get(code, 0)}"
        for code in sorted({*ledger_balances, *expected})
        if ledger_balances.get(code, 0) != expected.get(code, 0)
    ]


def find_customer_debt_posting_breaches(snapshot: AuditSnapshot) -> list[str]:
    """Find postings of debts that are missing, doubled, or without a debt."""
    booked = Counter((posting.kind, posting.order_id) for posting in snapshot.postings if posting.kind in _KINDS)
    expected = Counter[tuple[str, int | None]]()
    for debt in snapshot.customer_debts:
        expected["unpaid", debt.order_id] = 1
        if debt.status is CustomerDebtStatus.PAID:
            expected["settled", debt.order_id] = 1
        elif debt.status is CustomerDebtStatus.WAIVED:
            expected["forgiven", debt.order_id] = 1
    return [
        f"{kind} of order {order} booked {booked[kind, order]} times"
        for kind, order in sorted({*booked, *expected})
        if booked[kind, order] != expected[kind, order]
    ]
