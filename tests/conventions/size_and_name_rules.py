"""The rules of size, names and finished code, and the check of a module against them."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from tests.conventions.syntax_trees import all_nodes

MAX_FILE_LINES = 300
MAX_DEF_LINES = 40  # without decorators
MIN_FOLDER_ENTRIES = 3
MAX_FOLDER_MODULES = 13
CROWDED_FOLDERS_ALLOWED = ("tests", "migrations", "sandbox/stripe", "sandbox/telegram")  # a module for each method
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "base", "manager", "service"})
UNFINISHED = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b")  # written so that it does not match itself
SUPPRESSED_CHECK = re.compile(r"#\s*type:\s*ignore")
EXEMPT_FOLDERS = ("migrations/",)  # from the size rule: a migration is a record that is not changed any more
EXACT_MODULES = (
    "domain/money.py",
    "domain/orders/pricing.py",
    "domain/ledger/accounts.py",
    "domain/ledger/postings.py",
    "domain/payments/model.py",
)
CLOCK_FUNCTIONS = frozenset({"now", "utcnow", "today"})
SKIP_NAMES = frozenset({"skip", "skipif", "xfail", "importorskip"})
# Not every machine has a browser or Prometheus; the summary says what was skipped.
SKIP_ALLOWED_IN = ("tests/stack/browser.py", "tests/stack/system_programs.py")


def module_violations(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for everything in one module that breaks a rule."""
    if ast.get_docstring(tree) is None and source.strip():
        yield f"{path}:1: a module's docstring says in one sentence what it contains"
    yield from name_violations(path, tree)
    yield from unfinished_code(path, source, tree)
    if not path.startswith(EXEMPT_FOLDERS):
        yield from size_violations(path, source, tree)
    if path.startswith("domain/"):
        yield from inexact_code(path, tree)
    if path.startswith("tests/") and path not in SKIP_ALLOWED_IN:
        yield from skipped_tests(path, tree)


def size_violations(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Yield files and functions that are too long."""
    lines = len(source.splitlines())
    if lines > MAX_FILE_LINES:
        yield f"{path}:{lines}: {lines} lines; a file has at most {MAX_FILE_LINES}"
    for node in all_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_DEF_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines; a function has at most {MAX_DEF_LINES}"


def name_violations(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield files, folders and classes with a name that says nothing."""
    for part in PurePosixPath(path).with_suffix("").parts:
        if VAGUE_NAMES & set(part.lower().split("_")):
            yield f"{path}:1: {part!r} says nothing; say what it contains"
    for node in all_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", node.name)}
            if words & VAGUE_NAMES:
                yield f"{path}:{node.lineno}: {node.name!r} says nothing; say what it does"


def unfinished_code(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    """Yield unfinished or silenced code."""
    for number, line in enumerate(source.splitlines(), start=1):
        if UNFINISHED.search(line):
            yield f"{path}:{number}: finish it or remove it"
        if SUPPRESSED_CHECK.search(line):
            yield f"{path}:{number}: a silenced type checker checks nothing"
    for node in all_nodes(tree):
        if isinstance(node, ast.Name) and node.id == "NotImplementedError":
            yield f"{path}:{node.lineno}: finish it or remove it"


def inexact_code(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield floats near money, and clocks where `now` is an argument."""
    for node in all_nodes(tree):
        match node:
            case ast.Constant(value=float()) | ast.Name(id="float") if path in EXACT_MODULES:
                yield f"{path}:{node.lineno}: money is never a float"
            case ast.BinOp(op=ast.Div()) if path in EXACT_MODULES:
                yield f"{path}:{node.lineno}: / makes a float; divide money with //"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=attr)) if (
                attr in CLOCK_FUNCTIONS
            ):
                yield f"{path}:{node.lineno}: the domain has no clock; now is an argument"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="time")):
                yield f"{path}:{node.lineno}: the domain has no clock; now is an argument"
            case _:
                continue


def skipped_tests(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield tests that can pass without running."""
    for node in all_nodes(tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIP_NAMES:
            owner = ast.unparse(node.value)
            if owner in ("pytest", "pytest.mark", "unittest"):
                yield f"{path}:{node.lineno}: {owner}.{node.attr}: a skipped test proves nothing"


def thin_folders(folders: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield folders of code with fewer than three things. `folders` maps each to its modules and subfolders."""
    for folder, content in sorted(folders.items()):
        if folder.startswith(tuple(free.rstrip("/") for free in (*EXEMPT_FOLDERS, "tests/"))):  # tests mirror the rooms
            continue
        if 0 < len(content) < MIN_FOLDER_ENTRIES:
            yield f"{folder}: holds {len(content)} things; a folder has at least {MIN_FOLDER_ENTRIES}"


def crowded_folders(folders: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield folders of code with more modules than one reads at a glance. `folders` as for thin_folders."""
    for folder, content in sorted(folders.items()):
        modules = [name for name in content if name.endswith(".py")]
        if len(modules) > MAX_FOLDER_MODULES and not any(
            folder == free or folder.startswith(f"{free}/") for free in CROWDED_FOLDERS_ALLOWED
        ):
            yield f"{folder}: holds {len(modules)} modules; a folder has at most {MAX_FOLDER_MODULES}"
