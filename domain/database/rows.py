"""The values of a database row as the mappers to frozen data take them, and rows given to a statement."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, Table, TableValuedAlias, bindparam, column, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # what a broken row makes us raise
RowValues = RowMapping | Mapping[str, Any]  # a row, or a part of one, by the names of its columns


def given_rows(table: Table, *names: str, **others: type[TypeEngine[Any]]) -> TableValuedAlias:
    """Build the rows that the parameter `rows` brings, one document each: columns of the table, and `others`.

    So a statement has one text for any number of rows, and is prepared once.
    """
    columns = [column(name, table.c[name].type) for name in names]
    columns += [column(name, kind) for name, kind in others.items()]
    given = func.jsonb_to_recordset(bindparam("rows", type_=JSONB())).table_valued(*columns, name="given")
    return given.render_derived(with_types=True)
