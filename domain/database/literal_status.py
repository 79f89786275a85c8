"""A status written out in a statement, for the conditions of partial indexes."""

from enum import StrEnum

from sqlalchemy import ColumnElement, literal_column


def literal_status(status: StrEnum) -> ColumnElement[str]:
    """Return the status as a literal and no parameter: a plan for any parameter could not use a partial index."""
    return literal_column(f"'{status}'")
