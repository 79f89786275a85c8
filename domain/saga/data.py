"""The data of a saga run as JSON, and back: a dataclass for each saga, stored on its row.

A field gets a default when rows of a running release lack it: then old data is read as it was written. Fields that have
their default are not stored.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from domain.saga.run import EngineData, PreparedCall


@dataclass(slots=True, kw_only=True)
class StoredData:
    """The data of a saga that this release does not know: kept as it is."""

    stored: dict[str, Any]


def data_to_json(data: object) -> dict[str, Any]:
    """Return the fields that differ from their defaults, as JSON can hold them."""
    if isinstance(data, StoredData):
        return data.stored
    kind: Any = type(data)
    stored: dict[str, Any] = _adapter_of(kind).dump_python(data, mode="json", exclude_defaults=True)
    return stored


def data_from_json(kind: type | None, stored: dict[str, Any]) -> object:
    """Return the data of this dataclass, without the keys that it has no field for; None keeps all as StoredData.

    Raise ValueError for data that does not fit the dataclass.
    """
    if kind is None:
        return StoredData(stored=stored)
    data: object = _adapter_of(kind).validate_python(stored)
    return data


def engine_data_from_json(stored: dict[str, Any]) -> EngineData:
    """Return what the engine kept in the document."""
    engine: EngineData = _adapter_of(EngineData).validate_python(stored)
    return engine


def call_from_json(stored: dict[str, Any] | None) -> PreparedCall | None:
    """Return the prepared call of a row, if it has one."""
    if stored is None:
        return None
    call: PreparedCall = _adapter_of(PreparedCall).validate_python(stored)
    return call


@cache
def _adapter_of(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
