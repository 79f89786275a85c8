"""State on disk: one SQLite table that is written on every change."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sandbox.telegram.records import JsonObject

FILE_NAME = "telegram.sqlite3"


class Journal:
    """Stores rows by kind and key; without a folder nothing is stored."""

    def __init__(self, folder: Path | None) -> None:
        """Open or create the file in `folder`, if there is one."""
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
        # Without fsync a crash of the machine may lose the last writes. A killed process loses none, which is enough.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

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
