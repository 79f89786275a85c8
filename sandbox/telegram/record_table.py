"""A table of records of one kind, in memory and written to the journal on every change."""

import inspect
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from sandbox.telegram.journal import Journal
from sandbox.telegram.records import JsonObject

Record = TypeVar("Record")


class RecordTable(Generic[Record]):
    """Records of one kind by key; they survive a restart if the journal has a folder."""

    def __init__(self, journal: Journal, factory: Callable[..., Record], key: Callable[[Record], str]) -> None:
        self._journal = journal
        self._kind = getattr(factory, "__name__", "record")
        self._fields = tuple(inspect.signature(factory).parameters)
        self._key = key
        # A field that an earlier version stored is ignored.
        rows = ({name: row[name] for name in self._fields if name in row} for row in journal.read(self._kind))
        loaded = (factory(**row) for row in rows)
        self._records = {key(record): record for record in loaded}

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def put(self, record: Record) -> Record:
        """Insert a record or replace the one with the same key."""
        key = self._key(record)
        self._records[key] = record
        body: JsonObject = {name: getattr(record, name) for name in self._fields}
        self._journal.write(self._kind, key, body)
        return record

    def get(self, key: str | int) -> Record | None:
        """Return the record with that key, or None."""
        return self._records.get(str(key))

    def drop(self, record: Record) -> None:
        """Delete a record."""
        key = self._key(record)
        self._records.pop(key, None)
        self._journal.erase(self._kind, key)
