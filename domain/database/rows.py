"""The values of a database row, as the mappers to frozen data take them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # what a broken row makes us raise
RowValues = RowMapping | Mapping[str, Any]  # a row, or a part of one, by the names of its columns
