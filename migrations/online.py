"""What a migration does to a table that is in use, so that nobody waits for it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

VALIDATE = """
DO $$ DECLARE each record; BEGIN
FOR each IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
  WHERE NOT convalidated AND contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY 1, 2 LOOP
  EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', each.relation, each.conname);
END LOOP; END $$
"""


def build_index(name: str, table: str, columns: Sequence[str], *, where: sa.TextClause | None = None) -> None:
    """Build an index while others read and write the table. What an upgrade left half built is dropped first.

    It commits what stands before it, while the migration is not over. So it stands first, or after the columns that it
    needs, added `if_not_exists`. An interrupted upgrade begins there again; all that follows is one transaction.
    """
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, list(columns), postgresql_where=where, postgresql_concurrently=True)


def drop_index(name: str, table: str) -> None:
    """Drop an index while others use the table; it stands first in a migration, as one that is built does."""
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)


def add_check(name: str, table: str, condition: str) -> None:
    """Hold new rows to a condition, without reading those that are there while everybody waits.

    `validate_checks` in a later migration reads them beside the work that goes on.
    """
    op.create_check_constraint(op.f(name), table, condition, postgresql_not_valid=True)


def validate_checks() -> None:
    """Read the rows that were there before their checks; others read and write the tables meanwhile."""
    op.execute(VALIDATE)
