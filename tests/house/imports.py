"""Who may import whom: the rule as data, and what a module's text does against it."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from tests.house.trees import nodes

ROOMS = frozenset({"bot", "domain", "migrations", "sandbox", "tests", "workers"})
STANDARD = frozenset(sys.stdlib_module_names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What modules below a path may import beside the standard library.

    `foreign` names packages from outside; None allows all but those that belong to certain modules alone.
    """

    rooms: frozenset[str]
    foreign: frozenset[str] | None


# The longest path that fits counts.
RULES = {
    "domain": Room(rooms=frozenset({"domain"}), foreign=frozenset()),
    "domain/words.py": Room(rooms=frozenset({"domain"}), foreign=frozenset({"fluent"})),
    "domain/logs.py": Room(rooms=frozenset({"domain"}), foreign=frozenset({"structlog"})),
    "domain/store": Room(rooms=frozenset({"domain"}), foreign=frozenset({"sqlalchemy", "asyncpg", "arq", "redis"})),
    "bot": Room(rooms=frozenset({"bot", "domain"}), foreign=None),
    "workers": Room(rooms=frozenset({"workers", "domain"}), foreign=None),
    "sandbox": Room(rooms=frozenset({"sandbox"}), foreign=None),
    "migrations": Room(rooms=frozenset({"domain"}), foreign=frozenset({"alembic", "sqlalchemy"})),
    "tests": Room(rooms=ROOMS, foreign=None),
}
# Packages that only these modules may import; tests may import anything.
ONLY_IN = {
    "aiogram": ("bot",),
    "telegram": ("workers/telegram_sender.py",),
    "stripe": ("workers/stripe_gateway*.py", "bot/gateway.py", "sandbox/stripe"),
    "arq": ("workers", "domain/store"),
    "alembic": ("migrations",),
    "fluent": ("domain/words.py",),
    "sqlalchemy": ("domain/store", "migrations", "workers", "bot"),
}


def foreign_imports(path: str, tree: ast.Module) -> Iterator[str]:
    """What this module (its path within the project) imports against the rules, one sentence each."""
    room = rule_for(path)
    for line, name in imported(path, tree):
        package = name.partition(".")[0]
        if package in STANDARD:
            continue
        where = f"{path}:{line}"
        if package in ROOMS:
            if package not in room.rooms:
                yield f"{where}: {path.partition('/')[0]} must not import {package}"
            elif name.startswith("domain.store") and path.startswith("domain/") and not lies_in(path, "domain/store"):
                yield f"{where}: only domain/store knows Postgres; the rest of domain must not import {name}"
        elif room.foreign is not None and package not in room.foreign:
            yield f"{where}: {path} must not import {package}"
        elif (
            package in ONLY_IN and not path.startswith("tests/") and not any(lies_in(path, p) for p in ONLY_IN[package])
        ):
            yield f"{where}: {package} belongs to {', '.join(ONLY_IN[package])} alone"


def rule_for(path: str) -> Room:
    """The rule that counts for this module; KeyError outside every room."""
    return RULES[max((prefix for prefix in RULES if lies_in(path, prefix)), key=len, default=path)]


def lies_in(path: str, place: str) -> bool:
    """Whether a module is this one, lies in this folder, or fits this pattern."""
    return path == place or path.startswith(f"{place}/") or ("*" in place and fnmatchcase(path, place))


def imported(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every imported module with its line, also inside functions, relative and dynamic ones resolved."""
    folder = PurePosixPath(path).parent.parts
    for node in nodes(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, level=0) if module is not None:
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            case ast.ImportFrom(module=module, level=level):
                start = ".".join(folder[: len(folder) - level + 1])
                yield node.lineno, ".".join(part for part in (start, module) if part)
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module") | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
