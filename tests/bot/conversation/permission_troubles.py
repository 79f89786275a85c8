"""What differs from Stripe or was given up, in the scenario of the permission table."""

from uuid import uuid4

from sqlalchemy import insert, select

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.tables import dead_letter
from domain.reconciliation.tables import discrepancy, unbooked_movement
from tests.stack.rows import insert_row


async def insert_discrepancy(work: UnitOfWork, campus_id: int, order_id: int, kind: str) -> int:
    """Insert an open discrepancy of this kind, and return its number."""
    about = {"campus_id": campus_id, "kind": kind, "subject": f"{kind}_{uuid4()}", "note": "acct_of_nobody"}
    return await insert_row(work, discrepancy, **about, order_id=order_id, remote_value=5, currency="sgd")


async def insert_transfer(work: UnitOfWork, campus_id: int, order_id: int) -> int:
    """Insert a transfer that somebody made at Stripe, and what it moved there."""
    number = await insert_discrepancy(work, campus_id, order_id, "unknown_transfer")
    query = select(discrepancy.c.subject, discrepancy.c.remote_value).where(discrepancy.c.id == number)
    transfer, amount = (await work.connection.execute(query)).one()
    moved = {"movement": f"txn_{uuid4()}", "net": -amount, "currency": "sgd", "due": -amount}
    values = {**moved, "discrepancy_id": number, "posting_keys": [f"transfer:{transfer}"]}
    await work.connection.execute(insert(unbooked_movement).values(values))
    return number


async def insert_dead_letter(work: UnitOfWork, campus_id: int, order_id: int) -> int:
    """Insert an event of Stripe that was given up, and return its number."""
    about = {"campus_id": campus_id, "kind": "stripe_event", "subject": f"evt_{uuid4()}"}
    return await insert_row(work, dead_letter, **about, order_id=order_id, shown="?", tries=5, error="no")
