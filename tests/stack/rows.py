"""Rows that a test inserts without a use case: a campus with the fees of all tests, a person, and any other row."""

from typing import Any

from sqlalchemy import Table, insert

from domain.campuses.tables import campus, membership, person
from domain.database.unit_of_work import UnitOfWork

FEES = {
    "service_fee": 80,
    "platform_basis_points": 1_000,
    "headroom_basis_points": 2_000,
    "headroom_least": 100,
    "headroom_most": 500,
    "delivery_fee_least": 50,
    "delivery_fee_most": 2_000,
    "order_most": 20_000,
}


async def insert_row(work: UnitOfWork, table: Table, **values: Any) -> int:
    """Insert a row, and return its number: the column of that name, else the key."""
    number = table.c.get("number", next(iter(table.primary_key)))
    return int((await work.connection.execute(insert(table).values(values).returning(number))).scalar_one())


async def insert_campus(work: UnitOfWork, name: str, **columns: Any) -> int:
    """Insert a campus on which everybody may order, and return its number."""
    row = {"title": name.title(), "currency": "sgd", "time_zone": "Asia/Singapore", "fees": FEES, "open_to_all": True}
    return await insert_row(work, campus, name=name, **row | columns)


async def insert_member(work: UnitOfWork, campus_id: int, person_id: int, name: str, **columns: Any) -> None:
    """Insert a person with a membership of a campus; `columns` are those of the membership."""
    await work.connection.execute(insert(person).values(id=person_id, first_name=name, language="en"))
    row = {"campus_id": campus_id, "person_id": person_id} | columns
    await work.connection.execute(insert(membership).values(row))
