"""A stack with orders of a month ago, here and at Stripe, and changes of its rows that are taken back afterwards."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from sqlalchemy import DateTime, text

from domain.store.schema import METADATA
from domain.store.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.worker_stack import WorkerStack, running_worker_stack
from tests.workers.database_backup import WITHOUT_GUARDS, bypass_guards

DAYS_AGO = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedStack:
    """A completed order and a cancelled one, both of a month ago."""

    stack: WorkerStack
    completed: int
    cancelled: int


@asynccontextmanager
async def aged_stack(database_url: str, state: Path) -> AsyncIterator[AgedStack]:
    """The orders are played today; then both sides' moments are changed, and Stripe's stand-in starts anew."""
    async with running_worker_stack(database_url, state) as stack:
        completed = await stack.delivered_order(await stack.add_member(runner=True, card=None))
        await stack.run_due()
        customer = await stack.add_member()
        cancelled = await stack.open_order(customer)
        await stack.cancel(customer, cancelled)
        await stack.run_due()
        await age(stack)
    age_stripe(state)
    async with running_worker_stack(database_url, state) as stack:
        yield AgedStack(stack=replace(stack, person_numbers=count(500)), completed=completed.id, cancelled=cancelled.id)


def age_stripe(state: Path) -> None:
    """Everything that a stand-in of this folder has was made a month earlier."""
    made = "json_extract(body, '$.created')"
    statement = f"UPDATE document SET body = json_set(body, '$.created', {made} - ?) WHERE {made} IS NOT NULL"
    with closing(sqlite3.connect(state / "stripe.sqlite3")) as file, file:
        file.execute(statement, (DAYS_AGO * 86_400,))


async def age(stack: WorkerStack) -> None:
    """Everything that our rows say happened, happened a month earlier."""
    moments = [
        (table.name, [column.name for column in table.c if isinstance(column.type, DateTime)])
        for table in METADATA.sorted_tables
    ]
    earlier = {
        table: ", ".join(f"{name} = {name} - interval '{DAYS_AGO} days'" for name in names) for table, names in moments
    }
    await bypass_guards(stack, *(f"UPDATE {table} SET {changes}" for table, changes in earlier.items() if changes))


@asynccontextmanager
async def changed(stack: WorkerStack, order_id: int, *statements: str) -> AsyncIterator[UnitOfWorkFactory]:
    """The database after these statements about an order (`:id`), without its guards; then it is as before."""
    async with stack.database() as work:
        savepoint = await work.connection.begin_nested()
        for statement in (WITHOUT_GUARDS, *statements):
            await work.connection.execute(text(statement), {"id": order_id} if ":id" in statement else {})
        yield lambda: _within(work)
        await savepoint.rollback()


@asynccontextmanager
async def _within(work: UnitOfWork) -> AsyncIterator[UnitOfWork]:
    yield work
