"""How big things may be and what they may be called, and what a module's text does against it."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from tests.house.trees import nodes

LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 40  # lines, without its decorators
FEWEST_IN_FOLDER = 3
NAMELESS = frozenset({"util", "utils", "helper", "helpers", "common", "base", "manager", "service"})
UNFINISHED = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b")  # so written, it does not find itself
SILENCED = re.compile(r"#\s*type:\s*ignore")
FREE = ("migrations/",)  # of sizes: a migration is a record, not a text to live in
EXACT = ("domain/money.py", "domain/pricing.py", "domain/ledger.py", "domain/postings.py", "domain/payment.py")
CLOCKS = frozenset({"now", "utcnow", "today"})
WAYS_TO_SKIP = frozenset({"skip", "skipif", "xfail", "importorskip"})
MAY_SKIP = "tests/browser.py"  # not every machine has a browser; the summary says what was left out


def misshapen(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Everything about one module that the house does not want, one sentence each."""
    if ast.get_docstring(tree) is None and source.strip():
        yield f"{path}:1: a module says in one sentence what lives in it"
    yield from ill_named(path, tree)
    yield from unfinished(path, source, tree)
    if not path.startswith(FREE):
        yield from oversized(path, source, tree)
    if path.startswith("domain/"):
        yield from inexact(path, tree)
    if path.startswith("tests/") and path != MAY_SKIP:
        yield from skipped(path, tree)


def oversized(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Files and functions that are too long."""
    lines = len(source.splitlines())
    if lines > LONGEST_FILE:
        yield f"{path}:{lines}: {lines} lines; a file has at most {LONGEST_FILE}"
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines; a function has at most {LONGEST_FUNCTION}"


def ill_named(path: str, tree: ast.Module) -> Iterator[str]:
    """Files, folders and classes named for nothing in particular."""
    for part in PurePosixPath(path).with_suffix("").parts:
        if NAMELESS & set(part.lower().split("_")):
            yield f"{path}:1: {part!r} is a name for anything; say what lives there"
    for node in nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", node.name)}
            if words & NAMELESS:
                yield f"{path}:{node.lineno}: {node.name!r} is a name for anything; say what it does"


def unfinished(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """What was put off, or silenced."""
    for number, line in enumerate(source.splitlines(), start=1):
        if UNFINISHED.search(line):
            yield f"{path}:{number}: finish it or leave it out"
        if SILENCED.search(line):
            yield f"{path}:{number}: a type checker that is told to be quiet checks nothing"
    for node in nodes(tree):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield f"{path}:{node.lineno}: finish it or leave it out"


def inexact(path: str, tree: ast.Module) -> Iterator[str]:
    """Floats where money is, and clocks where `now` is an argument."""
    for node in nodes(tree):
        match node:
            case ast.Constant(value=float()) | ast.Name(id="float") if path in EXACT:
                yield f"{path}:{node.lineno}: no float comes near money"
            case ast.BinOp(op=ast.Div()) if path in EXACT:
                yield f"{path}:{node.lineno}: / makes a float; divide money with //"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=attr)) if attr in CLOCKS:
                yield f"{path}:{node.lineno}: the domain has no clock; now is an argument"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="time")):
                yield f"{path}:{node.lineno}: the domain has no clock; now is an argument"
            case _:
                continue


def skipped(path: str, tree: ast.Module) -> Iterator[str]:
    """Tests that can pass without running."""
    for node in nodes(tree):
        if isinstance(node, ast.Attribute) and node.attr in WAYS_TO_SKIP:
            owner = ast.unparse(node.value)
            if owner in ("pytest", "pytest.mark", "unittest"):
                yield f"{path}:{node.lineno}: {owner}.{node.attr}: a test that does not run proves nothing"


def thin_folders(folders: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Folders of code with fewer than three things in them; `folders` maps each to its modules and subfolders."""
    for folder, content in sorted(folders.items()):
        if folder.startswith(tuple(free.rstrip("/") for free in FREE)):
            continue
        if 0 < len(content) < FEWEST_IN_FOLDER:
            yield f"{folder}: holds {len(content)} things; a folder has at least {FEWEST_IN_FOLDER}"
