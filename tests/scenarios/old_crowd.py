"""Many completed orders of a month ago: clones of one order, as rows here and as objects at Stripe."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, Uuid

from domain.ledger.tables import ledger_entry, ledger_txn
from domain.orders.tables import orders
from domain.payments.tables import hold
from domain.payouts.tables import payable
from domain.saga.tables import saga
from tests.scenarios.database_backup import bypass_guards
from tests.stack.worker_stack import WorkerStack

APART = 10_000  # between a number and the same number in the next clone
NUMBERS = ("id", "number", "order_id", "txn_id")
NAMES = ("name", "payment_intent", "charge", "transfer", "posting_key")
KINDS = ("payment_intent", "charge", "transfer", "balance_transaction")
OF_ORDER = {
    orders: "id = {id}",
    saga: "order_id = {id}",
    hold: "order_id = {id}",
    payable: "order_id = {id}",
    ledger_txn: "order_id = {id}",
    ledger_entry: "txn_id IN (SELECT id FROM ledger_txn WHERE order_id = {id})",
}


async def clone_rows(stack: WorkerStack, order_id: int, copies: int) -> None:
    """Insert this many clones of an order, with rows of their own in every table that the audit reads."""
    await bypass_guards(stack, *cloning_statements(order_id, copies))


def cloning_statements(order_id: int, copies: int) -> list[str]:
    """The statements that insert the clones."""
    return [_cloning(table, where.format(id=order_id), copies) for table, where in OF_ORDER.items()]


def _cloning(table: Table, where: str, copies: int) -> str:
    names, values = ", ".join(column.name for column in table.c), ", ".join(map(_cloned, table.c))
    chosen = f"{table.name}, generate_series(1, {copies}) AS n WHERE {where}"
    return f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {chosen}"


def _cloned(column: Column[Any]) -> str:
    if isinstance(column.type, Uuid):
        return f"md5({column.name}::text || n)::uuid"
    if column.name in NUMBERS:
        return f"{column.name} + n * {APART}"
    return f"{column.name} || '_' || n" if column.name in NAMES else column.name


def clone_objects(state: Path, order_id: int, copies: int) -> None:
    """Insert the Stripe objects of these clones into the folder from which a stand-in will start."""
    found = f"SELECT kind, id, body FROM document WHERE kind IN ({', '.join('?' * len(KINDS))}) ORDER BY seq"
    with closing(sqlite3.connect(state / "stripe.sqlite3")) as file, file:
        objects = file.execute(found, KINDS).fetchall()
        runs = {json.loads(body).get("metadata", {}).get("saga") for _, _, body in objects} - {None}
        clones = (one for n in range(1, copies + 1) for one in _clones(objects, runs, order_id, n))
        file.executemany("INSERT INTO document (kind, id, body) VALUES (?, ?, ?)", clones)


def _clones(
    objects: list[tuple[str, str, str]], runs: set[str], order_id: int, n: int
) -> Iterator[tuple[str, str, str]]:
    own = {run: str(UUID(hashlib.md5(f"{run}{n}".encode(), usedforsecurity=False).hexdigest())) for run in runs}
    own |= {id_: f"{id_}_{n}" for _, id_, _ in objects}
    own |= {f'"order_{order_id}"': f'"order_{order_id + n * APART}"'}
    own |= {f'"order": "{order_id}"': f'"order": "{order_id + n * APART}"'}
    for kind, id_, body in objects:
        for word, other in own.items():
            body = body.replace(word, other)
        yield kind, own[id_], body
