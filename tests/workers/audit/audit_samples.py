"""Clean audit snapshots with the orders that a test made, and copies of them with one thing changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from domain.orders.states import Order
from tests.stack.audits import read_modes
from tests.stack.worker_stack import WorkerStack
from workers.audit.snapshot import AuditSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSample:
    """A clean audit snapshot, and the ids of the orders in it by what became of them.

    Each method returns the snapshot with one change; `rows` names one of its lists.
    """

    snapshot: AuditSnapshot
    orders: Mapping[str, int]

    def set_rows(self, rows: str, changed: list[Any]) -> AuditSnapshot:
        """Other rows in this list."""
        other: dict[str, Any] = {rows: changed}
        return replace(self.snapshot, **other)

    def alter(self, rows: str, order: str, **changed: Any) -> AuditSnapshot:
        """These fields changed in the rows of one order."""
        found, order_id = getattr(self.snapshot, rows), self.orders[order]
        return self.set_rows(rows, [replace(row, **changed) if row.order_id == order_id else row for row in found])

    def alter_all(self, rows: str, **changed: Any) -> AuditSnapshot:
        """These fields changed in all rows of the list."""
        return self.set_rows(rows, [replace(row, **changed) for row in getattr(self.snapshot, rows)])

    def add(self, rows: str, *more: Any) -> AuditSnapshot:
        """More rows in the list."""
        return self.set_rows(rows, [*getattr(self.snapshot, rows), *more])

    def copy_first(self, rows: str, **changed: Any) -> AuditSnapshot:
        """The first row of the list once more, with these fields changed in the copy."""
        return self.add(rows, replace(getattr(self.snapshot, rows)[0], **changed))

    def double(self, rows: str) -> AuditSnapshot:
        """Each row of the list twice."""
        return self.add(rows, *getattr(self.snapshot, rows))

    def without_postings(self, kind: str, order: str | None = None) -> AuditSnapshot:
        """No postings of this kind, of all orders or of one."""
        order_id = None if order is None else self.orders[order]
        kept = [row for row in self.snapshot.postings if row.kind != kind or order_id not in (None, row.order_id)]
        return self.set_rows("postings", kept)

    def with_balances(self, account: str, more: int) -> AuditSnapshot:
        """So much more (minor units) in the ledger accounts of this name."""
        here = f"{account}:"
        rows = [replace(row, balance=row.balance + more * row.code.startswith(here)) for row in self.snapshot.balances]
        return self.set_rows("balances", rows)


Change: TypeAlias = Callable[[AuditSample], AuditSnapshot]


async def read_samples(stack: WorkerStack, **orders: Order) -> dict[str, AuditSample]:
    """What each mode of the audit reads now."""
    ids = {name: order.id for name, order in orders.items()}
    read = await read_modes(stack.database, stack.context.stripe)
    return {mode: AuditSample(snapshot=snapshot, orders=ids) for mode, snapshot in read.items()}
