"""Exemptions in Postgres: a campus where a restriction of another one does not hold."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.database.unit_of_work import UnitOfWork
from domain.restrictions.model import Restriction
from domain.restrictions.repository import log_decision
from domain.restrictions.tables import exemption

EXEMPT = "exempt"  # in the event log of the campus where it does not hold


async def insert_exemption(work: UnitOfWork, campus_id: int, held: Restriction, *, made_by: int, why: str) -> bool:
    """Let a restriction of another campus not hold on this one, and log it. Return False when it did not before."""
    values = {"restriction_id": held.id, "campus_id": campus_id, "made_by": made_by, "note": why}
    statement = insert(exemption).values(values).on_conflict_do_nothing().returning(exemption.c.campus_id)
    if (await work.connection.execute(statement)).scalar_one_or_none() is None:
        return False
    await log_decision(work, held, made_by, EXEMPT, why, campus_id=campus_id)
    return True


async def list_exempt_campuses(work: UnitOfWork, restriction_id: int) -> Collection[int]:
    """Return the campuses where this restriction does not hold."""
    query = select(exemption.c.campus_id).where(exemption.c.restriction_id == restriction_id)
    return set((await work.connection.execute(query)).scalars())
