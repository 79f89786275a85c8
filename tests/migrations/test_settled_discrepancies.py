"""Upgrades ask again about discrepancies that were settled before, where money may be owed or the books lack some."""

import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from tests.migrations.release_recording import load_database, read_recording
from tests.stack.shared_servers import drop_database, execute, migrate, with_path

pytestmark = pytest.mark.long

DATABASE_NAME = "campusg_settled_discrepancies"
SETTLE_TRANSFERS = """
INSERT INTO discrepancy (campus_id, kind, subject, order_id, status, ended_at, ended_by, reason, told)
SELECT campus_id, 'unknown_transfer', 'tr_' || id, id, 'settled', now(), customer_id, 'by hand', 1 FROM orders
"""


SETTLE_CONVERTED = """
INSERT INTO discrepancy (campus_id, kind, subject, order_id, currency, status, ended_at, ended_by, reason, told)
SELECT campus_id, 'other_currency', 'txn_1', id, 'usd', 'settled', now(), customer_id, 'by hand', 1 FROM orders LIMIT 1
"""
NOTE_CONVERTED = """
INSERT INTO unbooked_movement (movement, discrepancy_id, net, currency, posting_keys, due)
SELECT 'txn_1', id, 700, 'usd', '{capture:pi_1,fee:txn_1}', NULL FROM discrepancy WHERE kind = 'other_currency'
"""
READ_MOVEMENTS = "SELECT movement, net, currency, posting_keys, due FROM unbooked_movement ORDER BY movement"
KEYS = ["capture:pi_1", "fee:txn_1"]


@pytest.fixture
async def former_url(postgres_url: str) -> AsyncIterator[str]:
    """A recorded database, with the schema before the first of the upgrades."""
    url = with_path(postgres_url, DATABASE_NAME)
    await execute(postgres_url, f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0")
    migrate(url, "upgrade", "0009")
    await load_database(url, read_recording(time.time()))
    migrate(url, "upgrade", "0050")
    yield url
    await drop_database(postgres_url, DATABASE_NAME)


async def read(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_a_settled_transfer_is_asked_about_again_where_pay_may_be_owed(former_url: str) -> None:
    await execute(former_url, SETTLE_TRANSFERS)
    migrate(former_url, "upgrade", "0051")
    rows = await read(
        former_url,
        "SELECT discrepancy.status, meaning, told, payable.status, orders.status FROM discrepancy"
        " JOIN orders ON orders.id = order_id LEFT JOIN payable USING (order_id) WHERE kind = 'unknown_transfer'",
    )
    over = ("COMPLETED", "CANCELLED", "EXPIRED")
    is_owed = [pay in ("open", "sending") or (pay is None and life not in over) for *_, pay, life in rows]
    assert {True, False} == set(is_owed), "the recording lacks one of both"
    found = [tuple(row[:3]) for row in rows]
    assert found == [("open", None, 0) if owed else ("settled", "other", 1) for owed in is_owed]


async def test_what_stripe_converted_is_asked_about_again_and_lacks_in_both_currencies(former_url: str) -> None:
    await execute(former_url, SETTLE_CONVERTED, NOTE_CONVERTED)
    migrate(former_url, "upgrade", "0052")
    status = "SELECT status, told FROM discrepancy WHERE kind = 'other_currency'"
    assert await read(former_url, status) == [("open", 0)]
    never_came = ("txn_1:sgd", 0, "sgd", KEYS, 0)
    assert await read(former_url, READ_MOVEMENTS) == [("txn_1", 700, "usd", [], None), never_came]
    migrate(former_url, "downgrade", "0051")
    assert await read(former_url, READ_MOVEMENTS) == [("txn_1", 700, "usd", KEYS, None)]
