"""The permission matrix: restrictions of its runner, one that holds and one that an admin is asked about."""

from datetime import timedelta

from domain.database.unit_of_work import UnitOfWork
from domain.restrictions.tables import restriction
from tests.stack.rows import insert_row


async def insert_restrictions(work: UnitOfWork, campus_id: int, person_id: int, admin: int) -> int:
    """Insert a limit that hinders nobody, and return the number of another one that is only proposed."""
    about = {"campus_id": campus_id, "person_id": person_id, "kind": "limit", "reason": "conduct", "note": "why"}
    about |= {"open_orders": 99, "decided_by": admin}
    await insert_row(work, restriction, **about, status="active")
    return await insert_row(work, restriction, **about, made_at=work.now + timedelta(days=1))
