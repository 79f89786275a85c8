"""The SQLite file that keeps the state of a stand-in."""

import sqlite3
from pathlib import Path


def open_state_file(folder: Path | None, name: str, schema: str) -> sqlite3.Connection | None:
    """Open or create the file in the folder; without a folder nothing is kept."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / name, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    # Without fsync a killed process loses nothing. A power cut may lose data, which a stand-in can accept.
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(schema)
    return connection
