"""Mappers from database rows to the domain's frozen data, and back for what is stored as JSON."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

RowValues = RowMapping | Mapping[str, Any]  # a row, or a part of one, by the names of its columns
