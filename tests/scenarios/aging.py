"""A worker stack with orders of a month ago, here and at Stripe, and changes of its rows that are rolled back."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from sqlalchemy import DateTime, text

from domain.database.unit_of_work import Begin, UnitOfWorkFactory
from domain.schema import METADATA
from tests.scenarios.database_backup import WITHOUT_GUARDS, bypass_guards
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack

DAYS_AGO = 30
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedStack:
    """A worker stack with a completed and a cancelled order, both of a month ago."""

    stack: WorkerStack
    completed: int
    cancelled: int


@asynccontextmanager
async def aged_stack(database_url: str, state: Path) -> AsyncIterator[AgedStack]:
    """Play the orders today, then move the moments in both databases back and restart the Stripe stand-in."""
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
    """Move the creation of every object in the stand-in's folder back by a month."""
    made = "json_extract(body, '$.created')"
    statement = f"UPDATE document SET body = json_set(body, '$.created', {made} - ?) WHERE {made} IS NOT NULL"
    with closing(sqlite3.connect(state / "stripe.sqlite3")) as file, file:
        file.execute(statement, (DAYS_AGO * SECONDS_PER_DAY,))


async def age(stack: WorkerStack, days: int = DAYS_AGO) -> None:
    """Move every moment in our rows back, by a month."""
    moments = [
        (table.name, [column.name for column in table.c if isinstance(column.type, DateTime)])
        for table in METADATA.sorted_tables
    ]
    earlier = {
        table: ", ".join(f"{name} = {name} - interval '{days} days'" for name in names) for table, names in moments
    }
    cursors = ", ".join(f"{name} = {name} - {days * SECONDS_PER_DAY}" for name in ("seen_until", "newest", "watermark"))
    changed_rows = [f"UPDATE {table} SET {changes}" for table, changes in earlier.items() if changes]
    await bypass_guards(stack, *changed_rows, f"UPDATE list_cursor SET {cursors}")


@asynccontextmanager
async def changed(stack: WorkerStack, order_id: int, *statements: str) -> AsyncIterator[UnitOfWorkFactory]:
    """Apply these statements about an order (`:id`) without the database's guards, and roll them back at the end."""
    async with stack.database() as work:
        savepoint = await work.connection.begin_nested()
        for statement in (WITHOUT_GUARDS, *statements):
            await work.connection.execute(text(statement), {"id": order_id} if ":id" in statement else {})
        yield lambda _begin=Begin.WITH_TIME, /: nullcontext(work)
        await savepoint.rollback()
