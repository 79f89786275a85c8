"""A database and a Stripe stand-in as release 0009 left them, recorded by its own code and moved to the present.

`release_0009/` holds data only, in the words of that release, so renaming code never changes it. `renames.json` lists
what has another name since then.
"""

import gzip
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

Json: TypeAlias = Any
Words: TypeAlias = Mapping[str, Mapping[str, Any]]

FOLDER = Path(__file__).parent / "release_0009"
MAX_DISTANCE_SECONDS = 400 * 86_400  # a number this near the recording is a moment in seconds of the epoch
EPOCH_NUMBER = re.compile(r"(?<![\w.-])1[78]\d{8}(?:\.\d+)?(?![\w.])")
TIMESTAMP = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of today for the stored words of release 0009."""

    words: Words

    def translate(self, what: str, word: str | None) -> str | None:
        """Return a value stored by 0009 as it is stored now."""
        if word is None:
            return None
        found: str = self.words[what].get(word, word)
        return found

    def sentence_key(self, key: str) -> str:
        """Return the key that a sentence of 0009 has today."""
        if key in self.words["sentence"]:
            return self.translate("sentence", key) or key
        for old, new in self.words["sentence_prefix"].items():
            if key.startswith(old):
                return f"{new}{key.removeprefix(old)}"
        return key

    def sql(self, query: str) -> str:
        """Return a statement of 0009 in the tables and columns of today."""
        for old, new in self.words["tables"].items():
            query = re.sub(rf"\b(FROM|UPDATE) {old}\b", rf"\1 {new}", query)
        for table, columns in self.words["columns"].items():
            if re.search(rf"(?:FROM|UPDATE) {table}\b", query):
                for old, new in columns.items():
                    query = re.sub(rf"(?<!'|\w){old}\b(?!')", new, query)
        return query


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The recorded lists; `shift` is the age of the recording in whole seconds."""

    facts: Json
    taps: Json
    queries: Mapping[str, str]
    names: Names
    shift: int

    def query(self, name: str) -> str:
        """Return one of the recorded statements, for the tables of today."""
        return self.names.sql(self.queries[name])


def read_recording(now: float) -> Recording:
    """Read the recording; its moments are to be shifted as if it were made at `now` (seconds of the epoch)."""
    facts, taps, queries, words = (
        json.loads((FOLDER / f"{name}.json").read_text()) for name in ("runs", "taps", "queries", "renames")
    )
    names = Names(words=words)
    return Recording(facts=facts, taps=taps, queries=queries, names=names, shift=int(now - facts["recorded_at"]))


async def load_database(url: str, recording: Recording) -> None:
    """Insert the recorded rows into an empty database that was migrated to 0009."""
    rows = _read_packed("before.sql")
    timestamps = TIMESTAMP.sub(rf"('\1'::timestamptz + interval '{recording.shift} s')", rows)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica; SET TimeZone = 'UTC'")
        await connection.execute(_shift_epoch_numbers(timestamps, recording))
    finally:
        await connection.close()


def write_stripe_state(folder: Path, recording: Recording) -> None:
    """Write the state folder of the Stripe stand-in, with its clock at the shifted moment."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "stripe.sqlite3")
    try:
        connection.executescript(_shift_epoch_numbers(_read_packed("stripe.sql"), recording))
    finally:
        connection.close()


def _read_packed(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes()).decode()


def _shift_epoch_numbers(text: str, recording: Recording) -> str:
    """Return the text with every moment of the epoch moved forward by the shift."""
    recorded: float = recording.facts["recorded_at"]

    def later(found: re.Match[str]) -> str:
        whole, dot, rest = found[0].partition(".")
        if abs(int(whole) - recorded) > MAX_DISTANCE_SECONDS:
            return found[0]
        return f"{int(whole) + recording.shift}{dot}{rest}"

    return EPOCH_NUMBER.sub(later, text)
