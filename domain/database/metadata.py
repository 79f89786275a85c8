"""The naming convention of constraints, and builders of common columns and checks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def id_column() -> Column[int]:
    """Return an id column whose numbers the database generates."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def timestamp_column(name: str, *, nullable: bool = True, default_now: bool = False) -> Column[datetime]:
    """Return a column for a time with its zone. `default_now` fills it from the database's clock."""
    default = text("now()") if default_now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def json_column(name: str, *, nullable: bool = False, default: str | None = "{}") -> Column[Any]:
    """Return a column for a JSON document."""
    return Column(name, JSONB, nullable=nullable, server_default=None if default is None else text(f"'{default}'"))


def text_column(name: str, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    """Return a column for text."""
    return Column(name, Text, nullable=nullable, server_default=None if default is None else text(f"'{default}'"))


def one_of_check(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return a check that the column holds one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
