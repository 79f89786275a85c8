"""Tests that links, anchors, paths, names and chat commands in the papers exist, and that the README stays short."""

import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from bot.conversation.commands import COMMANDS
from tests.conventions.test_conventions import PROJECT, modules
from tests.conventions.word_rules import retired_prose
from tests.papers.markdown import anchors, code_spans, handwritten_papers, links, papers, text_of

MAX_README_LINES = 120
FILE_KINDS = frozenset({".py", ".md", ".ftl", ".toml", ".yaml", ".txt", ".json", ".ini", ".png", ".js", ".html"})
PATH = re.compile(r"[\w.*<>-]+(?:/[\w.*<>-]+)*/?")
NAME = re.compile(r"[a-z]\w*_\w+|[A-Z]\w*_\w+|[A-Z][a-z]+[A-Z]\w+")
WRITTEN_AT_RUN_TIME = re.compile(r"\.data\b|\.cache\b|\.venv\b|\.env\b|(?:telegram|stripe)\.jsonl")
OWN_FILES = frozenset({"my-campus.toml"})  # a reader makes these
ROUTES = frozenset({"telegram", "stripe", "health", "ready", "metrics"})
UNLISTED_COMMANDS = frozenset({"bind"})
SOURCE_KINDS = ("*.py", "*.ftl", "*.toml", "*.yaml", "*.json")
SOURCE_FOLDERS = (
    "bench",
    "bot",
    "console",
    "domain",
    "locales",
    "migrations",
    "sandbox",
    "tests",
    "webserver",
    "workers",
)


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= MAX_README_LINES


@pytest.mark.parametrize("paper", papers())
def test_every_link_leads_somewhere(paper: str) -> None:
    missing = []
    for link in links(paper):
        if link.startswith(("https://", "mailto:")):
            continue
        target, _, anchor = link.partition("#")
        path = (PROJECT / paper).parent / target if target else PROJECT / paper
        if not path.exists() or (anchor and anchor not in anchors(path.resolve().relative_to(PROJECT).as_posix())):
            missing.append(link)
    assert missing == []


@pytest.mark.parametrize("paper", handwritten_papers())
def test_every_path_in_backticks_exists(paper: str) -> None:
    assert [span for span in code_spans(paper) if is_path(span) and not path_exists(span)] == []


def is_path(span: str) -> bool:
    """Return whether this names a file or folder of ours."""
    if not PATH.fullmatch(span) or WRITTEN_AT_RUN_TIME.match(span) or span in OWN_FILES:
        return False
    path = PurePosixPath(span)
    return path.suffix in FILE_KINDS or ("/" in span and path.parts[0] in top_folders())


@cache
def top_folders() -> frozenset[str]:
    """Return the names of the folders at the top of the project."""
    return frozenset(path.name for path in PROJECT.iterdir() if path.is_dir() and path.name != ".venv")


def path_exists(span: str) -> bool:
    """Return whether a path exists; of one with a placeholder like `<name>` its folder has to. `*` stands for any."""
    path = PurePosixPath(span)
    if "<" in span:
        return (PROJECT / PurePosixPath(*(part for part in path.parts if "<" not in part))).exists()
    if "/" not in span:
        return any(fnmatchcase(name, span) for name in file_names())
    return next(PROJECT.glob(span), None) is not None


@cache
def file_names() -> frozenset[str]:
    """Return the names of all files, for papers that name a file without its folder."""
    found = [path for folder in (*SOURCE_FOLDERS, "docs") for path in (PROJECT / folder).rglob("*")]
    return frozenset(path.name for path in [*found, *PROJECT.iterdir()] if path.is_file())


@pytest.mark.parametrize("paper", handwritten_papers())
def test_every_name_in_backticks_is_one_of_the_code(paper: str) -> None:
    spans, words = [span.removesuffix("()") for span in code_spans(paper)], source_words()
    unknown = [span for span in spans if NAME.fullmatch(span) and not span.startswith("test_") and span not in words]
    assert unknown == []


@cache
def source_words() -> frozenset[str]:
    """Return every word of the sources, the papers' own tests excepted, and the metrics, which are named in parts."""
    words = set(re.findall(r"campusg_\w+", text_of("docs/metrics.md")))
    for folder in SOURCE_FOLDERS:
        for kind in SOURCE_KINDS:
            for path in (PROJECT / folder).rglob(kind):
                if not path.is_relative_to(Path(__file__).parent):
                    words.update(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    for name in ("Makefile", "compose.yaml", "pyproject.toml"):
        words.update(re.findall(r"\w+", (PROJECT / name).read_text(encoding="utf-8")))
    return frozenset(words)


@pytest.mark.parametrize("paper", handwritten_papers())
def test_every_chat_command_in_backticks_exists(paper: str) -> None:
    known = {name for commands in COMMANDS.values() for name in commands} | UNLISTED_COMMANDS | ROUTES
    said = (re.match(r"/(\w+)", span) for span in code_spans(paper))
    assert {found[1] for found in said if found is not None} - known == set()


def test_every_module_of_tests_has_a_line_in_the_list_of_claims() -> None:
    names = {path.name for path in modules() if path.name.startswith("test_")}
    assert names - set(code_spans("docs/testing.md")) == set(), "add a line to docs/testing.md, What the tests claim"


def test_the_papers_use_the_terms_of_the_field() -> None:
    found = [sentence for paper in papers() for sentence in retired_prose(paper, text_of(paper))]
    assert not found, "\n".join(found)
