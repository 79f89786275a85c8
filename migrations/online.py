"""What a migration does to a table that is in use, so that nobody waits for it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


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

    `validate_check` in a later migration reads them beside the work that goes on.
    """
    op.create_check_constraint(op.f(name), table, condition, postgresql_not_valid=True)


def validate_check(name: str, table: str) -> None:
    """Read the rows that were there before a check, in a transaction of its own; one that is validated is not read."""
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
