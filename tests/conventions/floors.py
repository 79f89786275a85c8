"""The floors of the rooms of domain, and the check that imports, statements and foreign keys only go down.

A room may use the rooms on lower floors. Rooms on the same floor do not know each other.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from tests.conventions.import_rules import imported_modules
from tests.conventions.syntax_trees import all_nodes

# From the lowest floor to the highest. A name is a folder or a module of domain.
FLOORS = (
    ("currencies", "errors", "quotes", "typed"),
    ("money", "words", "settings"),
    ("database",),
    ("risk",),
    ("campuses",),
    ("messaging",),
    ("restrictions",),
    ("saga",),
    ("orders", "tracing"),
    ("ledger",),
    ("payments",),
    ("payouts",),
    ("refunds",),
    ("support", "reconciliation", "inbox", "screening", "setup_check"),
    ("order_messages",),
    ("registers", "schema"),  # these two only put the rooms together
)
FLOOR_BY_ROOM = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
TABLE_DEFINITION = ("Table", "Sequence")


def room_of(path: str) -> str:
    """Return the room of a module of domain, by its path."""
    return PurePosixPath(path).with_suffix("").parts[1]


def is_upward(user: str, used: str) -> bool:
    """Return whether this use goes up, or to another room on the same floor."""
    return user != used and FLOOR_BY_ROOM[used] >= FLOOR_BY_ROOM[user]


def upward_imports(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield a sentence for each import of a module of domain that goes up."""
    for line, name in imported_modules(path, tree):
        package, _, inside = name.partition(".")
        used = inside.partition(".")[0]
        if package == "domain" and is_upward(room_of(path), used):
            yield f"{path}:{line}: {room_of(path)} must not import {name}, which is not lower"


def upward_tables(path: str, tree: ast.Module, rooms_by_table: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each table of a higher room that the SQL text of a module names."""
    for node in all_nodes(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        for table in re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO|REFERENCES|ON)\s+(\w+)", node.value):
            used = rooms_by_table.get(table)
            if used is not None and is_upward(room_of(path), used):
                yield f"{path}:{node.lineno}: {room_of(path)} must not name the table {table} of {used}"
        references = re.fullmatch(r"(\w+)\.\w+", node.value)
        used = rooms_by_table.get(references[1]) if references else None
        if used is not None and is_upward(room_of(path), used):
            yield f"{path}:{node.lineno}: a foreign key of {room_of(path)} must not refer to a table of {used}"


def defined_tables(path: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the tables that a module defines, each with the room of the module."""
    for node in all_nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(name)), *_]) if kind in TABLE_DEFINITION:
                yield name, room_of(path)
