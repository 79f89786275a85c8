"""Records of one kind in memory, each change of them written through to the journal."""

import inspect
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from .journal import Journal
from .records import JsonObject

Record = TypeVar("Record")


class RecordTable(Generic[Record]):
    """A kind of record by its key; what is put here survives a restart."""

    def __init__(self, journal: Journal, factory: Callable[..., Record], key: Callable[[Record], str]) -> None:
        self._journal = journal
        self._kind = getattr(factory, "__name__", "record")
        self._fields = tuple(inspect.signature(factory).parameters)
        self._key = key
        loaded = (factory(**row) for row in journal.read(self._kind))
        self._records = {key(record): record for record in loaded}

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def put(self, record: Record) -> Record:
        """Keep a record in place of the one with the same key."""
        key = self._key(record)
        self._records[key] = record
        body: JsonObject = {name: getattr(record, name) for name in self._fields}
        self._journal.write(self._kind, key, body)
        return record

    def get(self, key: str | int) -> Record | None:
        """The record of that key, if there is one."""
        return self._records.get(str(key))

    def drop(self, record: Record) -> None:
        """Forget a record."""
        key = self._key(record)
        self._records.pop(key, None)
        self._journal.erase(self._kind, key)
