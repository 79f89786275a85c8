"""A Postgres that fails at a chosen table: in the middle of a transaction, or at its commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.stack.worker_stack import WorkerStack

FAILING_FUNCTION_SQL = """
CREATE FUNCTION fail_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'broken on purpose';
END $$
"""


@asynccontextmanager
async def failing_table(stack: WorkerStack, table: str, *, at_commit: bool = False) -> AsyncIterator[None]:
    """Make every insert and every update of this table fail, at once or at the commit."""
    await stack.sql(FAILING_FUNCTION_SQL)
    if at_commit:
        await stack.sql(
            f"CREATE CONSTRAINT TRIGGER broken AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION fail_here()"
        )
    else:
        await stack.sql(
            f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION fail_here()"
        )
    try:
        yield
    finally:
        await stack.sql(f"DROP TRIGGER broken ON {table}")
        await stack.sql("DROP FUNCTION fail_here()")
