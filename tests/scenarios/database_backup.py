"""A backup of a campus's database and its restore: what happened in between is forgotten here, and known at Stripe."""

from sqlalchemy import text

from domain.schema import METADATA
from tests.stack.worker_stack import WorkerStack

WITHOUT_GUARDS = "SET LOCAL session_replication_role = replica"  # no triggers, no foreign keys: as pg_restore does


async def back_up_database(stack: WorkerStack) -> None:
    """Return every row as it is now."""
    async with stack.database() as work:
        await work.connection.execute(text("CREATE SCHEMA kept"))
        for table in METADATA.sorted_tables:
            await work.connection.execute(text(f"CREATE TABLE kept.{table.name} AS SELECT * FROM {table.name}"))


async def restore_database(stack: WorkerStack) -> None:
    """Restore every row of a backup."""
    names = [table.name for table in METADATA.sorted_tables]
    async with stack.database() as work:
        await work.connection.execute(text(WITHOUT_GUARDS))
        await work.connection.execute(text(f"TRUNCATE {', '.join(names)}"))
        for name in names:
            copied = f"INSERT INTO {name} OVERRIDING SYSTEM VALUE SELECT * FROM kept.{name}"
            await work.connection.execute(text(copied))


async def bypass_guards(stack: WorkerStack, *statements: str) -> None:
    """Run statements that the database's guards would refuse, such as changes of the ledger."""
    async with stack.database() as work:
        for statement in (WITHOUT_GUARDS, *statements):
            await work.connection.execute(text(statement))
