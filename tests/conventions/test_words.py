"""Names and sentences use the field's terms: each failure names the term that replaces a private word."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.schema import METADATA
from domain.words import LOCALES_DIRECTORY
from tests.conventions.test_conventions import PROJECT, modules, name_of, tree_of
from tests.conventions.word_rules import judge_name, retired_names, retired_prose, retired_sentences

RECORDS = re.compile(r"migrations/versions/000[1-9]_")  # what ran, in the words of its time
RULES = "tests/conventions/word_rules.py"  # it lists the words
TEXTS = ("README.md", "Makefile", "Dockerfile", "compose.yaml", "pyproject.toml", ".ci/run")
NAMED_AFTER_COMMANDS = ("bot-command-", "bot-usage-")  # commands keep their names


def checked_modules() -> Iterator[Path]:
    """Every Python file but the records and the list of words."""
    for path in modules():
        if not RECORDS.match(name_of(path)) and name_of(path) != RULES:
            yield path


def texts() -> Iterator[Path]:
    """What people read of this project beside its modules."""
    yield from (PROJECT / name for name in TEXTS)
    yield from sorted((PROJECT / "sandbox").rglob("*.toml"))
    yield from sorted(path for kind in ("*.js", "*.css", "*.html") for path in (PROJECT / "sandbox").rglob(kind))


def test_every_name_is_a_term_of_the_field() -> None:
    found = [sentence for path in checked_modules() for sentence in retired_names(name_of(path), tree_of(path))]
    assert not found, "\n".join(found)


def test_tables_columns_indexes_and_checks_are_terms_of_the_field() -> None:
    names = [(table.name, table.name) for table in METADATA.tables.values()]
    for table in METADATA.tables.values():
        parts = (*table.columns, *table.indexes, *table.constraints)
        names += [(table.name, str(part.name)) for part in parts if part.name is not None]
    found = [sentence for table, name in names for sentence in judge_name(f"table {table}", 1, name)]
    assert not found, "\n".join(found)


def test_keys_of_sentences_are_terms_of_the_field() -> None:
    found: list[str] = []
    for file in sorted((LOCALES_DIRECTORY / "en").glob("*.ftl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            key = line.partition(" =")[0]
            if re.fullmatch(r"[a-z][a-z0-9-]*", key) and not key.startswith(NAMED_AFTER_COMMANDS):
                found.extend(judge_name(f"locales/en/{file.name}", number, key.replace("-", "_")))
    assert not found, "\n".join(found)


def test_comments_docstrings_and_test_names_have_no_private_word() -> None:
    found: list[str] = []
    for path in checked_modules():
        found.extend(retired_sentences(name_of(path), path.read_text(encoding="utf-8"), tree_of(path)))
    assert not found, "\n".join(found)


def test_texts_and_comments_of_other_files_have_no_private_word() -> None:
    found = [sentence for path in texts() for sentence in retired_prose(name_of(path), path.read_text("utf-8"))]
    for file in sorted(LOCALES_DIRECTORY.rglob("*.ftl")):
        comments = [line if line.startswith("#") else "" for line in file.read_text("utf-8").splitlines()]
        found.extend(retired_prose(name_of(file), "\n".join(comments)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "term"),
    [
        ("class Bell: ...", "queue job"),
        ("def read_hints() -> None: ...", "event handler"),
        ("def f(workshop: int) -> None: ...", "worker context"),
        ("live_card = 1", "order message"),
        ("MOST_TRIES = 3", "MAX_..."),
        ("RING_WITHIN = 3", "..._TIMEOUT"),
        ("import json as poison", "dead letter"),
    ],
)
def test_a_retired_name_is_found_and_its_term_is_said(source: str, term: str) -> None:
    assert any(term in sentence for sentence in retired_names("domain/x.py", ast.parse(source)))


def test_a_retired_word_is_found_in_every_kind_of_sentence() -> None:
    source = '"""Her order."""\n\n\ndef test_she_waits() -> None:\n    """A ladder."""\n    x = 1  # no bell rings\n'
    found = list(retired_sentences("tests/x.py", source, ast.parse(source)))
    assert [line.split(":")[1] for line in sorted(found)] == ["1", "4", "5", "6"]
    assert not list(retired_sentences("tests/x.py", '"""The customer\'s order."""', ast.parse("1")))


def test_words_that_only_contain_a_retired_one_are_left_alone() -> None:
    for name in ("offering", "other", "strings", "hinted_at", "pushed_off", "brought", "there"):
        assert not list(retired_names("domain/x.py", ast.parse(f"{name} = 1"))), name
