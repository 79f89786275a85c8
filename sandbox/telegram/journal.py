"""State on disk: one SQLite table that is written on every change."""

import json
from collections.abc import Iterator
from pathlib import Path

from sandbox.server.state_file import open_state_file
from sandbox.telegram.records import JsonObject

SCHEMA = "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"


class Journal:
    """Stores rows by kind and key; without a folder nothing is stored."""

    def __init__(self, folder: Path | None) -> None:
        """Open or create the file in `folder`, if there is one."""
        self._connection = open_state_file(folder, "telegram.sqlite3", SCHEMA)

    def read(self, kind: str) -> Iterator[JsonObject]:
        """Yield all stored rows of a kind, in no particular order."""
        if self._connection is None:
            return
        for (body,) in self._connection.execute("SELECT body FROM record WHERE kind = ?", (kind,)):
            yield json.loads(body)

    def write(self, kind: str, key: str, body: JsonObject) -> None:
        """Insert a row or replace the one with the same kind and key."""
        if self._connection is not None:
            self._connection.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (kind, key, json.dumps(body)))

    def erase(self, kind: str, key: str) -> None:
        """Delete a row, if it exists."""
        if self._connection is not None:
            self._connection.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
