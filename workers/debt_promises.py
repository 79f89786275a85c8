"""What the promises mean for orders that were delivered and not paid: pure looks at the books, a sentence a breach."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import RowMapping

from domain.payment import CustomerDebtStatus
from workers.account_sums import wanted_accounts
from workers.books import Books

_KINDS = ("unpaid", "settled", "forgiven")


def uncollected(books: Books) -> Mapping[int, RowMapping]:
    """The debts by their order."""
    return {row["order_id"]: row for row in books.customer_debts}


def unpaid_otherwise(books: Books, order: RowMapping, captured: int) -> list[str]:
    """Where a completed order was not captured in full, and no customer owes, or owed, just that."""
    owed = uncollected(books).get(order["id"])
    collected = owed is None or owed["status"] == CustomerDebtStatus.PAID
    wanted = order["total"] if collected else 0
    breaches = [] if captured == wanted else [f"order {order['id']}: captured {captured}, total {order['total']}"]
    if owed is not None and owed["amount"] != order["total"]:
        breaches.append(f"order {order['id']}: its customer owes {owed['amount']}, total {order['total']}")
    return breaches


def debts_elsewhere(books: Books) -> list[str]:
    """Debts of orders that are not completed."""
    done = {row["id"] for row in books.orders if row["status"] == "COMPLETED"}
    return [f"order {order}: its customer owes, and it is not completed" for order in uncollected(books).keys() - done]


def customers_accounts(books: Books) -> list[str]:
    """Where the ledger's accounts of debts are not the sums of the rows they stand for."""
    names = ("customer_debt:", "bad_debts:")
    wanted = {code: amount for code, amount in wanted_accounts(books).items() if code.startswith(names)}
    ours = {row["code"]: row["balance"] for row in books.balances if row["code"].startswith(names)}
    return [
        f"{code}: {ours.get(code, 0)} in the ledger, the rows say {wanted.get(code, 0)}"
        for code in sorted({*ours, *wanted})
        if ours.get(code, 0) != wanted.get(code, 0)
    ]


def debts_booked_otherwise(books: Books) -> list[str]:
    """Postings of debts that are missing, doubled, or of nothing we know."""
    booked = Counter((row["kind"], row["order_id"]) for row in books.postings if row["kind"] in _KINDS)
    wanted = Counter[tuple[str, int]]()
    for row in books.customer_debts:
        wanted["unpaid", row["order_id"]] = 1
        if row["status"] == CustomerDebtStatus.PAID:
            wanted["settled", row["order_id"]] = 1
        elif row["status"] == CustomerDebtStatus.LET_GO:
            wanted["forgiven", row["order_id"]] = 1
    return [
        f"{kind} of order {order} booked {booked[kind, order]} times"
        for kind, order in sorted({*booked, *wanted})
        if booked[kind, order] != wanted[kind, order]
    ]
