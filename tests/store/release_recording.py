"""A database and a Stripe stand-in as release 0009 left them, recorded by its own code; brought to the present day.

`release_0009/` holds data only, in the words of that release: no renaming of code ever touches it. What is called
differently since then is in `renames.json`.
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
MAX_DISTANCE_SECONDS = 400 * 86_400  # seconds: a number so near the recording is a moment of the epoch
EPOCH_NUMBER = re.compile(r"(?<![\w.-])1[78]\d{8}(?:\.\d+)?(?![\w.])")
TIMESTAMP = re.compile(r"'(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What release 0009's words are today."""

    words: Words

    def translate(self, what: str, word: str | None) -> str | None:
        """A stored value of 0009 as it is stored now."""
        if word is None:
            return None
        found: str = self.words[what].get(word, word)
        return found

    def sentence_key(self, key: str) -> str:
        """The key of a sentence."""
        if key in self.words["sentence"]:
            return self.translate("sentence", key) or key
        for old, new in self.words["sentence_prefix"].items():
            if key.startswith(old):
                return f"{new}{key.removeprefix(old)}"
        return key

    def sql(self, query: str) -> str:
        """A statement of 0009 in today's tables and columns."""
        for old, new in self.words["tables"].items():
            query = re.sub(rf"\b(FROM|UPDATE) {old}\b", rf"\1 {new}", query)
        for table, columns in self.words["columns"].items():
            if re.search(rf"(?:FROM|UPDATE) {table}\b", query):
                for old, new in columns.items():
                    query = re.sub(rf"(?<!'|\w){old}\b(?!')", new, query)
        return query


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The lists of what was recorded; `shift` is how many whole seconds ago that was."""

    facts: Json
    taps: Json
    queries: Mapping[str, str]
    names: Names
    shift: int

    def query(self, name: str) -> str:
        """One of the recorded statements, for the tables of today."""
        return self.names.sql(self.queries[name])


def read_recording(now: float) -> Recording:
    """What was recorded, to be taken for something that was just now."""
    facts, taps, queries, words = (
        json.loads((FOLDER / f"{name}.json").read_text()) for name in ("runs", "taps", "queries", "renames")
    )
    names = Names(words=words)
    return Recording(facts=facts, taps=taps, queries=queries, names=names, shift=int(now - facts["recorded_at"]))


async def load_database(url: str, recording: Recording) -> None:
    """Put the rows into a database that was migrated to 0009 and is empty."""
    rows = _read_packed("before.sql")
    timestamps = TIMESTAMP.sub(rf"('\1'::timestamptz + interval '{recording.shift} s')", rows)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica; SET TimeZone = 'UTC'")
        await connection.execute(_shift_epoch_numbers(timestamps, recording))
    finally:
        await connection.close()


def write_stripe_state(folder: Path, recording: Recording) -> None:
    """The state folder of the stand-in, with its clock where it stood."""
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "stripe.sqlite3")
    try:
        connection.executescript(_shift_epoch_numbers(_read_packed("stripe.sql"), recording))
    finally:
        connection.close()


def _read_packed(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes()).decode()


def _shift_epoch_numbers(text: str, recording: Recording) -> str:
    """Every moment of the epoch in a text, later by the shift."""
    recorded: float = recording.facts["recorded_at"]

    def later(found: re.Match[str]) -> str:
        whole, dot, rest = found[0].partition(".")
        if abs(int(whole) - recorded) > MAX_DISTANCE_SECONDS:
            return found[0]
        return f"{int(whole) + recording.shift}{dot}{rest}"

    return EPOCH_NUMBER.sub(later, text)
