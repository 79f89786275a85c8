"""The upgrade asks again about transfers that were settled before, where the runner may be owed their pay."""

import time

import asyncpg

from tests.migrations.release_recording import load_database, read_recording
from tests.stack.shared_servers import drop_database, execute, migrate, with_path

DATABASE_NAME = "campusg_settled_transfers"
SETTLE = """
INSERT INTO discrepancy (campus_id, kind, subject, order_id, status, ended_at, ended_by, reason, told)
SELECT campus_id, 'unknown_transfer', 'tr_' || id, id, 'settled', now(), customer_id, 'by hand', 1 FROM orders
"""


async def test_a_settled_transfer_is_asked_about_again_where_pay_may_be_owed(postgres_url: str) -> None:
    url = with_path(postgres_url, DATABASE_NAME)
    await execute(postgres_url, f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0")
    try:
        migrate(url, "upgrade", "0009")
        await load_database(url, read_recording(time.time()))
        migrate(url, "upgrade", "0050")
        await execute(url, SETTLE)
        migrate(url, "upgrade", "0051")
        connection = await asyncpg.connect(url)
        rows = await connection.fetch(
            "SELECT discrepancy.status, meaning, told, payable.status AS pay, orders.status AS life FROM discrepancy"
            " JOIN orders ON orders.id = order_id LEFT JOIN payable USING (order_id) WHERE kind = 'unknown_transfer'"
        )
        await connection.close()
    finally:
        await drop_database(postgres_url, DATABASE_NAME)
    over = ("COMPLETED", "CANCELLED", "EXPIRED")
    is_owed = [row["pay"] in ("open", "sending") or (row["pay"] is None and row["life"] not in over) for row in rows]
    assert {True, False} == set(is_owed), "the recording lacks one of both"
    found = [(row["status"], row["meaning"], row["told"]) for row in rows]
    assert found == [("open", None, 0) if owed else ("settled", "other", 1) for owed in is_owed]
