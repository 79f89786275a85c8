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


# The limits of tests that are about other things: one customer places many orders there within a moment, and the pay
# goes out at once. Tests of the risk rules take the shipped limits: an empty mapping.
ROOMY_RISK = {
    "open_orders": 1_000,
    "new_open_orders": 1_000,
    "customer_day": 100_000_000,
    "new_customer_day": 100_000_000,
    "new_customers_day": 100_000_000,
    "pair_day": 100_000_000,
    "pair_week": 100_000_000,
    "runner_day": 100_000_000,
    "pair_orders": 1_000,
    "given_back": 1_000,
    "declines": 1_000,
    "refunds": 1_000,
    "first_payouts": 0,
    "unproven": 1_000,
    "disputes": 1_000,
    "least_purchase": 0,
    "least_delivery": 0,
}


async def insert_row(work: UnitOfWork, table: Table, **values: Any) -> int:
    """Insert a row, and return its number: the column of that name, else the key."""
    number = table.c.get("number", next(iter(table.primary_key)))
    return int((await work.connection.execute(insert(table).values(values).returning(number))).scalar_one())


async def insert_campus(work: UnitOfWork, name: str, **columns: Any) -> int:
    """Insert a campus on which everybody may order, and return its number."""
    row = {"title": name.title(), "currency": "sgd", "time_zone": "Asia/Singapore", "fees": FEES, "open_to_all": True}
    return await insert_row(work, campus, name=name, **row | {"risk": ROOMY_RISK} | columns)


async def insert_member(work: UnitOfWork, campus_id: int, person_id: int, name: str, **columns: Any) -> None:
    """Insert a person with a membership of a campus; `columns` are those of the membership."""
    await work.connection.execute(insert(person).values(id=person_id, first_name=name, language="en"))
    row = {"campus_id": campus_id, "person_id": person_id} | columns
    await work.connection.execute(insert(membership).values(row))
