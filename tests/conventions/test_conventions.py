"""Tests that every module of this repository keeps the conventions."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.cases import case
from tests.conventions.cache_rules import KEYS_OF_CACHES, unbounded_caches
from tests.conventions.floors import defined_tables, upward_imports, upward_tables
from tests.conventions.import_rules import PACKAGES, import_violations, is_within
from tests.conventions.role_rules import MODELS, role_violations
from tests.conventions.size_and_name_rules import crowded_folders, module_violations, thin_folders
from tests.conventions.sql_rules import misplaced_statements
from tests.conventions.syntax_trees import all_nodes
from tests.conventions.timeout_literals import timeout_literals
from tests.conventions.unused_names import unused_names

PROJECT = Path(__file__).parents[2]
PRODUCT = ("bot", "console", "domain", "webserver", "workers")


def modules() -> Iterator[Path]:
    """Yield every Python file of ours."""
    for room in sorted(PACKAGES):
        yield from sorted(path for path in (PROJECT / room).rglob("*.py") if "__pycache__" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file, parsed once for all checks."""
    return ast.parse(path.read_bytes())


def name_of(path: Path) -> str:
    """Return the path within the project."""
    return path.relative_to(PROJECT).as_posix()


def trees_of(*rooms: str) -> dict[str, ast.Module]:
    """Return the syntax trees of the modules of these rooms, by path."""
    return {name_of(path): tree_of(path) for path in modules() if path.relative_to(PROJECT).parts[0] in rooms}


def folders() -> dict[str, set[str]]:
    """Return each folder of code with its modules and subfolders of code."""
    found: dict[str, set[str]] = {}
    for path in modules():
        if path.stem != "__init__":
            found.setdefault(name_of(path.parent), set()).add(path.name)
        for folder in list(path.relative_to(PROJECT).parents)[:-2]:
            found.setdefault(folder.parent.as_posix(), set()).add(folder.name)
    return found


def test_no_cache_grows_with_what_people_send() -> None:
    trees = trees_of(*PRODUCT)
    assert [path for path, _ in KEYS_OF_CACHES if path not in trees] == [], "these are gone"
    found = [sentence for path, tree in trees.items() for sentence in unbounded_caches(path, tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room", sorted(PACKAGES))
def test_every_package_exists(room: str) -> None:
    assert [path for path in modules() if name_of(path).startswith(f"{room}/")] != []


def test_packages_import_only_what_they_may() -> None:
    found = [sentence for path in modules() for sentence in import_violations(name_of(path), tree_of(path))]
    assert not found, "\n".join(found)


def domain_modules() -> dict[str, ast.Module]:
    """Return the modules of all rooms of domain, by path."""
    return {path: tree for path, tree in trees_of("domain").items() if path != "domain/__init__.py"}


def test_rooms_import_only_lower_rooms() -> None:
    found = [sentence for path, tree in domain_modules().items() for sentence in upward_imports(path, tree)]
    assert not found, "\n".join(found)


def test_models_know_no_database_and_only_repositories_know_tables() -> None:
    names = [name_of(path) for path in modules()]
    assert [place for place in MODELS if not any(is_within(name, place) for name in names)] == [], "these are gone"
    found = [sentence for path, tree in trees_of(*PRODUCT).items() for sentence in role_violations(path, tree)]
    assert not found, "\n".join(found)


def test_statements_and_foreign_keys_name_only_tables_of_lower_rooms() -> None:
    trees = domain_modules()
    tables = dict(defined for path, tree in trees.items() for defined in defined_tables(path, tree))
    assert len(tables) > 30, "the tables are not found any more"
    found = [sentence for path, tree in trees.items() for sentence in upward_tables(path, tree, tables)]
    assert not found, "\n".join(found)


def test_all_statements_stand_in_repositories() -> None:
    found = [sentence for path, tree in trees_of(*PRODUCT).items() for sentence in misplaced_statements(path, tree)]
    assert not found, "\n".join(found)


def test_every_name_at_the_top_of_a_module_is_used() -> None:
    bench = {name_of(path): tree_of(path) for path in (PROJECT / "bench").glob("*.py")}
    found = list(unused_names(trees_of(*PACKAGES) | bench))
    assert not found, "\n".join(found)


def test_every_timeout_stands_in_the_table() -> None:
    found = [sentence for path, tree in trees_of(*PRODUCT).items() for sentence in timeout_literals(path, tree)]
    assert not found, "\n".join(found)


def test_files_and_functions_are_small_named_finished_and_exact() -> None:
    found: list[str] = []
    for path in modules():
        found.extend(module_violations(name_of(path), path.read_text(encoding="utf-8"), tree_of(path)))
    assert not found, "\n".join(found)


def test_a_folder_holds_three_things_or_is_none_and_is_read_at_a_glance() -> None:
    found = [*thin_folders(folders()), *crowded_folders(folders())]
    assert not found, "\n".join(found)


@case(55)
def test_deadlines_are_read_from_the_databases_clock_only() -> None:
    """A worker's clock may be minutes off. `monotonic` is allowed, as it measures pauses within one process."""
    clocks = {"time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    found = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, tree in trees_of(*PRODUCT).items()
        for node in all_nodes(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in clocks
    ]
    assert [line for line in found if not line.startswith("domain/database/clock.py:")] == [], "\n".join(found)
    assert len(found) == 1, "only the age of a signature, and the comparison of the clocks"
    readers = [path for path, tree in trees_of(*PRODUCT).items() if "age_of" in ast.unparse(tree)]
    assert sorted(readers) == ["bot/transport/webhook_server.py", "domain/database/clock.py"]
